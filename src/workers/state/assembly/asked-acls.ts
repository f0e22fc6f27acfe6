// Tokens judged by another server's word: on a client agent by that of any server, on servers of a secondary datacenter by the
// primary's, for tokens that there is no copy of here. It holds for as long as the shortest of `acl.token_ttl`, `policy_ttl` and
// `role_ttl`.

import type { LinkedToken } from '../../../wire/acl/linked-token.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { Authorizer } from '../acl/access.js';
import { ask } from '../calls/asked-read.js';
import type { Calls } from '../calls/calls.js';
import { readToken } from '../methods/acl/token-read.js';
import { isRefusal, type Refusal } from '../methods/contract/refusal.js';
import type { TokenResolver } from '../methods/contract/token-resolver.js';
import { AskedTokens } from '../tokens/asked-tokens.js';
import { NOT_FOUND } from '../tokens/store-tokens.js';

const READ = { consistency: 'stale', minIndex: 0, waitMs: 0, maxStaleMs: 0 } as const;

/** What a token is linked to, as whoever is asked knows it. */
export type ReadLinked = (secret: string) => Promise<LinkedToken | Refusal>;

export function askedAcls(
  { datacenter, aclDefaultPolicy: defaultPolicy, acl }: RuntimeConfig,
  own: (secret: string) => Authorizer | null,
  read: ReadLinked,
): AskedTokens {
  return new AskedTokens({
    datacenter,
    defaultPolicy,
    listsKeysByRule: acl.enableKeyListPolicy,
    read,
    own,
    downPolicy: acl.downPolicy,
    keptForMs: Math.min(acl.tokenTtlMs, acl.policyTtlMs, acl.roleTtlMs > 0 ? acl.roleTtlMs : acl.policyTtlMs),
    now: () => performance.now(),
  });
}

/** Of tokens that a secondary datacenter has no copy of; null where this is the primary, or there are no ACLs. */
export function primaryAcls(config: RuntimeConfig, read: ReadLinked): TokenResolver | null {
  if (!config.aclEnabled || config.datacenter === config.primaryDatacenter) return null;
  return askedAcls(config, () => null, read);
}

/** Asked with the token itself, in one call. */
export async function readLinked(
  calls: Pick<Calls, 'read'>,
  datacenter: string,
  secret: string,
): Promise<LinkedToken | Refusal> {
  const question = { by: 'secret', id: secret, isExpanded: true, datacenter } as const;
  const answer = await ask(calls, readToken, question, READ, datacenter, { token: secret });
  if (isRefusal(answer)) return answer.refused === 'denied' ? NOT_FOUND : answer;
  const { token, expansion } = answer.value;
  return { token, roles: expansion?.roles ?? [], policies: expansion?.policies ?? [] };
}
