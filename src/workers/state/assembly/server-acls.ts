// What tokens may do on a thread of a server that has a replica of the state.

import type { RuntimeConfig } from '../../../wire/config.js';
import { noAcls, type TokenResolver } from '../methods/contract/token-resolver.js';
import type { Replica } from '../replica/replica.js';
import type { AgentTokens } from '../tokens/agent-tokens.js';
import { OwnSecrets } from '../tokens/own-secrets.js';
import { StoreTokens } from '../tokens/store-tokens.js';

/** Where the secret of the servers is in the state. */
const SERVER_SECRET = 'server-management-token';

/** `elsewhere`: who is asked about a token that this datacenter doesn't know; null: nobody. */
export function serverAcls(
  config: RuntimeConfig,
  tokens: AgentTokens,
  { store, consensus }: Pick<Replica, 'store' | 'consensus'>,
  elsewhere: TokenResolver | null,
): TokenResolver {
  if (!config.aclEnabled) return noAcls;
  const { datacenter, nodeName, aclDefaultPolicy: defaultPolicy, acl } = config;
  const listsKeysByRule = acl.enableKeyListPolicy;
  const own = new OwnSecrets({
    nodeName,
    defaultPolicy,
    listsKeysByRule,
    recovery: () => tokens.recovery,
    server: () => serverSecret({ store }),
  });
  return new StoreTokens({
    datacenter,
    defaultPolicy,
    listsKeysByRule,
    rows: () => store.acl,
    isReady: () => consensus.leadership.hadLeader,
    own: (secret) => own.judge(secret),
    elsewhere,
    now: Date.now,
  });
}

/** By which a server asks another one for itself; "" before a leader has drawn it. */
function serverSecret({ store }: Pick<Replica, 'store'>): string {
  return store.systemMetadata(SERVER_SECRET)?.Value ?? '';
}
