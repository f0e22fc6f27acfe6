// Which dead servers go, so that they don't count for the quorum any more (spec/raft.md, section 9): failed and stale ones without
// a vote first, then voters, as far as the quorum's guards allow. Pure.

import { MEMBER_STATUS } from '../../../../wire/gossip-pools.js';
import type { RaftPeer } from '../../../../wire/raft/raft-orders.js';
import { isThere, type KnownServer } from '../../cluster/known-servers.js';

export type Removal =
  /** In the configuration, and gossip doesn't know it. */
  | { readonly kind: 'stale'; readonly id: string }
  /** Gossip knows it as failed: it is made to leave, and goes with that from the configuration too. */
  | { readonly kind: 'failed'; readonly id: string; readonly name: string };

export interface Cluster {
  readonly peers: readonly RaftPeer[];
  /** Of the LAN pool, whatever their status. */
  readonly servers: readonly KnownServer[];
  readonly ownId: string;
  /** Voters below this number are never removed. */
  readonly minQuorum: number;
  /** False: this server may not have met everybody yet, so that nobody is stale. */
  readonly knowsPool: boolean;
}

/** In the order they go. */
export function removals({ peers, servers, ownId, minQuorum, knowsPool }: Cluster): readonly Removal[] {
  const there = new Set(servers.filter(isThere).map(({ id }) => id));
  const failed = new Map(servers.filter((server) => isFailed(server) && !there.has(server.id)).map((s) => [s.id, s]));
  const voters = new Set(peers.filter(({ suffrage }) => suffrage === 'voter').map(({ id }) => id));
  const stale = knowsPool
    ? peers
        .filter(({ id }) => id !== ownId && !there.has(id) && !failed.has(id))
        .map(({ id }): Removal => ({ kind: 'stale', id }))
    : [];
  const dead = [...failed.values()]
    .filter(({ id }) => id !== ownId)
    .map(({ id, name }): Removal => ({ kind: 'failed', id, name }));
  const votes = ({ id }: Removal): boolean => voters.has(id);
  const without = [...dead, ...stale].filter((one) => !votes(one));
  const withVote = [...stale, ...dead].filter(votes);
  // A majority of those who vote now must be left, whatever is removed in one round.
  const most = Math.floor((voters.size - 1) / 2);
  const allowed = Math.max(0, Math.min(most, voters.size - minQuorum));
  return [...without, ...withVote.slice(0, allowed)];
}

function isFailed({ status }: KnownServer): boolean {
  return status === MEMBER_STATUS.failed;
}
