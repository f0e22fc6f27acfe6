// All that autopilot knows of the servers, put together for operators. Pure.

import { parseDuration } from '../../../../gotext/duration.js';
import { MEMBER_STATUS } from '../../../../wire/gossip-pools.js';
import type { RaftPeer } from '../../../../wire/raft/raft-orders.js';
import type { RaftStats } from '../../../../wire/raft/raft-stats.js';
import type { KnownServer } from '../../cluster/known-servers.js';
import type { AutopilotState, ServerState } from '../../methods/contract/cluster-view.js';
import type { ServerHealth } from './health.js';

const NEVER = -1;

export interface Seen {
  readonly peers: readonly RaftPeer[];
  readonly servers: readonly KnownServer[];
  readonly ownId: string;
  /** By node ID; none of a server that hasn't answered. */
  readonly stats: ReadonlyMap<string, RaftStats>;
  readonly health: ReadonlyMap<string, ServerHealth>;
  /** Nanoseconds since 1970 of a time of the clock that health counts by. */
  readonly wallClock: (ms: number) => bigint;
}

/** Servers that aren't in the configuration don't count; a voter that gossip doesn't know counts as sick. */
export function stateOf({ peers, servers, ownId, stats, health, wallClock }: Seen): AutopilotState {
  const isWell = ({ id }: RaftPeer): boolean => health.get(id)?.isHealthy === true;
  const voters = peers.filter(({ suffrage }) => suffrage === 'voter');
  const shown = peers.flatMap((peer): ServerState[] => {
    const server = serverOf(servers, peer.id);
    if (server === undefined) return [];
    const said = stats.get(peer.id);
    return [
      {
        id: peer.id,
        name: server.name,
        address: server.address,
        memberStatus: server.status,
        version: server.version,
        raftVersion: server.tags.raftVersion,
        role: peer.suffrage !== 'voter' ? 'non-voter' : peer.id === ownId ? 'leader' : 'voter',
        lastContactNs: said === undefined ? 0 : contactNs(said.LastContact),
        lastTerm: said?.LastTerm ?? 0,
        lastIndex: said?.LastIndex ?? 0,
        isHealthy: isWell(peer),
        stableSinceNs: wallClock(health.get(peer.id)?.sinceMs ?? 0),
      },
    ];
  });
  return {
    isHealthy: peers.every(isWell),
    failureTolerance: failureTolerance(voters.length, voters.filter(isWell).length),
    leader: ownId,
    voters: voters.map(({ id }) => id),
    servers: shown,
  };
}

/** How many of the healthy voters may still fail before there is no quorum. */
export function failureTolerance(voters: number, healthy: number): number {
  return Math.max(0, healthy - (Math.floor(voters / 2) + 1));
}

/** An ID may be known under an old name too: who is there counts. */
function serverOf(servers: readonly KnownServer[], id: string): KnownServer | undefined {
  const ofId = servers.filter((server) => server.id === id);
  return ofId.find(({ status }) => status === MEMBER_STATUS.alive) ?? ofId[0];
}

function contactNs(text: string): number {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.ns : NEVER;
}
