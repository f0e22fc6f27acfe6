// What tokens may do on a client agent: a server says what a token is linked to, asked with that token, in one call. It holds for as
// long as the shortest of `acl.token_ttl`, `policy_ttl` and `role_ttl`.

import type { RuntimeConfig } from '../../../wire/config.js';
import { ask } from '../calls/asked-read.js';
import type { Calls } from '../calls/calls.js';
import { readToken } from '../methods/acl/token-read.js';
import { isRefusal, type Refusal } from '../methods/contract/refusal.js';
import { noAcls, type TokenResolver } from '../methods/contract/token-resolver.js';
import type { AgentTokens } from '../tokens/agent-tokens.js';
import { AskedTokens } from '../tokens/asked-tokens.js';
import type { LinkedToken } from '../tokens/granted.js';
import { OwnSecrets } from '../tokens/own-secrets.js';
import { NOT_FOUND } from '../tokens/store-tokens.js';

const READ = { consistency: 'stale', minIndex: 0, waitMs: 0, maxStaleMs: 0 } as const;

export function clientAcls(config: RuntimeConfig, tokens: AgentTokens, calls: () => Calls): TokenResolver {
  if (!config.aclEnabled) return noAcls;
  const { datacenter, nodeName, aclDefaultPolicy: defaultPolicy, acl } = config;
  const rules = { defaultPolicy, listsKeysByRule: acl.enableKeyListPolicy };
  const own = new OwnSecrets({ ...rules, nodeName, recovery: () => tokens.recovery, server: () => '' });
  return new AskedTokens({
    ...rules,
    datacenter,
    read: (secret) => readLinked(calls(), datacenter, secret),
    own: (secret) => own.judge(secret),
    downPolicy: acl.downPolicy,
    keptForMs: Math.min(acl.tokenTtlMs, acl.policyTtlMs, acl.roleTtlMs > 0 ? acl.roleTtlMs : acl.policyTtlMs),
    now: () => performance.now(),
  });
}

async function readLinked(calls: Calls, datacenter: string, secret: string): Promise<LinkedToken | Refusal> {
  const question = { by: 'secret', id: secret, isExpanded: true, datacenter } as const;
  const answer = await ask(calls, readToken, question, READ, datacenter, { token: secret });
  if (isRefusal(answer)) return answer.refused === 'denied' ? NOT_FOUND : answer;
  const { token, expansion } = answer.value;
  return { token, roles: expansion?.roles ?? [], policies: expansion?.policies ?? [] };
}
