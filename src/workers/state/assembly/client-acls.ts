// What tokens may do on a client agent: a server says what a token is linked to.

import type { RuntimeConfig } from '../../../wire/config.js';
import type { Calls } from '../calls/calls.js';
import { noAcls, type TokenResolver } from '../methods/contract/token-resolver.js';
import type { AgentTokens } from '../tokens/agent-tokens.js';
import { OwnSecrets } from '../tokens/own-secrets.js';
import { askedAcls, readLinked } from './asked-acls.js';

export function clientAcls(config: RuntimeConfig, tokens: AgentTokens, calls: () => Calls): TokenResolver {
  if (!config.aclEnabled) return noAcls;
  const { datacenter, nodeName, aclDefaultPolicy: defaultPolicy, acl } = config;
  const rules = { defaultPolicy, listsKeysByRule: acl.enableKeyListPolicy };
  const own = new OwnSecrets({ ...rules, nodeName, recovery: () => tokens.recovery, server: () => '' });
  return askedAcls(
    config,
    (secret) => own.judge(secret),
    (secret) => readLinked(calls(), datacenter, secret),
  );
}
