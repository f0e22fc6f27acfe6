// Which servers are healthy, since when, and who of them gets a vote (spec/raft.md, section 9). Pure: what servers answered and the
// time come in from outside.

import { parseDuration } from '../../../../gotext/duration.js';
import { MEMBER_STATUS } from '../../../../wire/gossip-pools.js';
import type { RaftPeer } from '../../../../wire/raft/raft-orders.js';
import type { RaftStats } from '../../../../wire/raft/raft-stats.js';
import { isReadReplica, type KnownServer } from '../../cluster/known-servers.js';

const NS_PER_MS = 1e6;

/** Of the stored configuration; milliseconds. */
export interface HealthLimits {
  readonly lastContactThresholdMs: number;
  readonly maxTrailingLogs: number;
  readonly serverStabilizationTimeMs: number;
}

/** What a server answered; null: nothing in time. */
export interface Observed {
  readonly server: KnownServer;
  readonly stats: RaftStats | null;
}

export interface ServerHealth {
  readonly isHealthy: boolean;
  /** When that changed last. */
  readonly sinceMs: number;
}

export function isHealthy({ server, stats }: Observed, leader: RaftStats, limits: HealthLimits): boolean {
  if (server.status !== MEMBER_STATUS.alive || stats === null) return false;
  const contact = parseDuration(stats.LastContact);
  if (!contact.ok || contact.ns < 0 || contact.ns > limits.lastContactThresholdMs * NS_PER_MS) return false;
  return stats.LastTerm === leader.LastTerm && stats.LastIndex + limits.maxTrailingLogs >= leader.LastIndex;
}

/** By node ID; who is as before keeps its time. */
export function healthOf(
  observed: readonly Observed[],
  leader: RaftStats,
  limits: HealthLimits,
  before: ReadonlyMap<string, ServerHealth>,
  nowMs: number,
): ReadonlyMap<string, ServerHealth> {
  const health = new Map<string, ServerHealth>();
  for (const each of observed) {
    const known = before.get(each.server.id);
    const now = isHealthy(each, leader, limits);
    health.set(each.server.id, known?.isHealthy === now ? known : { isHealthy: now, sinceMs: nowMs });
  }
  return health;
}

/** Peers that get a vote now. A young autopilot doesn't make those wait who came with the cluster; read replicas get none. */
export function promotions(
  peers: readonly RaftPeer[],
  servers: readonly KnownServer[],
  health: ReadonlyMap<string, ServerHealth>,
  limits: HealthLimits,
  { startedMs, nowMs }: { readonly startedMs: number; readonly nowMs: number },
): readonly RaftPeer[] {
  const stableMs = nowMs - startedMs < limits.serverStabilizationTimeMs ? 0 : limits.serverStabilizationTimeMs;
  const mayVote = new Set(servers.filter((server) => !isReadReplica(server)).map((server) => server.id));
  return peers.filter(({ id, suffrage }) => {
    const its = health.get(id);
    return suffrage === 'nonvoter' && mayVote.has(id) && its?.isHealthy === true && nowMs - its.sinceMs >= stableMs;
  });
}
