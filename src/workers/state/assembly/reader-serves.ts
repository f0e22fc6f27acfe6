// Which reads a reader answers by itself: those that need nothing but the replicated store as it is now. What asks for more goes
// to the primary: another datacenter, a quorum's word (`consistent`), the leader where that is another server, an answer that
// isn't too old (`max_stale`, or a wait where `discovery_max_stale` is set), the agent's cache, which remembers what was asked
// before (`cached`).

import type { RuntimeConfig } from '../../../wire/config.js';
import type { Leadership } from '../../../wire/raft/leadership.js';
import type { QueryParameters } from '../http/message/request.js';
import { EMPTY_QUERY } from '../http/parameters/query.js';

type Settings = Pick<RuntimeConfig, 'datacenter' | 'discoveryMaxStaleMs'>;
type Standing = Pick<Leadership, 'mayServe' | 'hadLeader'>;

export function mayServe(
  query: QueryParameters,
  { datacenter, discoveryMaxStaleMs }: Settings,
  leadership: Standing,
): boolean {
  if (query === EMPTY_QUERY) return leadership.mayServe;
  if (query.has('consistent') || query.has('cached') || query.has('max_stale')) return false;
  // While it waits, its answer may become too old here.
  if (discoveryMaxStaleMs > 0 && query.has('index')) return false;
  const asked = query.first('datacenter') || query.first('dc') || datacenter;
  if (asked !== datacenter) return false;
  return leadership.mayServe || (query.has('stale') && leadership.hadLeader);
}
