// Which rules a transaction needs: each operation those of a call of its own. What is only read is left out of the results where it
// isn't seen; what tells something by whether it succeeds is refused.

import type { TxnOperation, TxnResponse, TxnResult } from '../../../wire/commands.js';
import type { Authorizer } from '../acl/access.js';
import type { StoreReads } from '../replica/store/read-api.js';
import { checkDenial, nodeDenial, serviceDenial } from './catalog/catalog-rules.js';
import { denial, type Refusal } from './contract/refusal.js';
import type { Sight } from './contract/sight.js';
import { treeDenial } from './kvs.js';

/** Who may all of these sees all results. */
export const RESULT_RULES = ['key:read', 'node:read', 'service:read'] as const;

/** Reads whose results are looked through afterwards. */
const READS = new Set(['get', 'get-tree', 'get-or-empty']);

/** Why this isn't for the asker; null: it is. */
export function operationDenial(
  { KV, Node, Service, Check, Session }: TxnOperation,
  store: StoreReads,
  authorizer: Authorizer,
): Refusal | null {
  if (KV) {
    const { Key } = KV.DirEnt;
    if (READS.has(KV.Verb)) return null;
    if (KV.Verb === 'delete-tree') return treeDenial(authorizer, Key);
    return denial(authorizer, KV.Verb.startsWith('check-') ? 'key:read' : 'key:write', Key);
  }
  if ((Node ?? Service ?? Check)?.Verb === 'get') return null;
  if (Node) return nodeDenial(authorizer, store, Node.Node.ID, Node.Node.Node);
  if (Service) return serviceDenial(authorizer, store, Service.Node, Service.Service.ID, Service.Service.Service);
  if (Check) return checkDenial(authorizer, store, Check.Check);
  const session = Session ? store.sessions.session(Session.Session.ID).value : null;
  return session === null ? null : denial(authorizer, 'session:write', session.Node);
}

/** `sight`: null where everything is seen. */
export function seenResponse(response: TxnResponse, sight: Sight | null): TxnResponse {
  const { Results, Errors } = response;
  if (sight === null || Results === null) return response;
  const seen = sight.keepNow(Results, (result) => sees(sight, result));
  return seen === Results ? response : { Results: seen, Errors };
}

function sees(sight: Sight, { KV, Node, Service, Check }: TxnResult): boolean {
  if (KV) return sight.authorizer.allows('key:read', KV.Key);
  if (Node) return sight.node(Node.Node);
  if (Service) return sight.service(Service.Service);
  return !Check || sight.check(Check);
}
