// Raft's peers follow the servers of the LAN pool while this server leads (spec/raft.md, section 8): one that is alive is added,
// without a vote at first; one that left is removed. One after the other, since each change stands on the one before.

import type { RaftOrder, RaftPeer } from '../../../wire/raft/raft-orders.js';
import type { KnownServer } from '../cluster/known-servers.js';
import type { PeerConsensus } from '../replica/consensus.js';

export type PeerChange =
  | { readonly kind: 'add'; readonly server: Pick<KnownServer, 'id' | 'address'> }
  | { readonly kind: 'remove'; readonly id: string };

const TOO_MANY =
  'Preventing server addition that would require removal of too many servers and cause cluster instability';

/** What makes the peers agree with a server that is there; a text when that would cost the quorum. */
export function addition(
  peers: readonly RaftPeer[],
  { id, address }: Pick<KnownServer, 'id' | 'address'>,
): readonly RaftOrder[] | string {
  const known = peers.find((peer) => peer.id === id);
  if (known?.address === address) return [];
  const inItsPlace = peers.filter((peer) => peer.address === address && peer.id !== id);
  const voters = peers.filter(({ suffrage }) => suffrage === 'voter').length;
  const lost = inItsPlace.filter(({ suffrage }) => suffrage === 'voter').length;
  if (lost > voters - (Math.floor(voters / 2) + 1)) return TOO_MANY;
  const removals = inItsPlace.map((peer): RaftOrder => ({ order: 'remove', id: peer.id }));
  return [...removals, { order: known?.suffrage === 'voter' ? 'add-voter' : 'add-nonvoter', id, address }];
}

export class RaftPeers {
  readonly #consensus: PeerConsensus;
  readonly #added: () => void;
  #last: Promise<unknown> = Promise.resolve();

  /** `added`: a server is there that wasn't, or is somewhere else. */
  constructor(consensus: PeerConsensus, added: () => void) {
    this.#consensus = consensus;
    this.#added = added;
  }

  /** null: they agree now; else why not. */
  carryOut(change: PeerChange): Promise<string | null> {
    const done = this.#last.then(() => (change.kind === 'add' ? this.#add(change.server) : this.#remove(change.id)));
    this.#last = done;
    return done;
  }

  async #add(server: Pick<KnownServer, 'id' | 'address'>): Promise<string | null> {
    const { peers } = await this.#consensus.configuration();
    const orders = addition(peers, server);
    if (typeof orders === 'string') return orders;
    for (const order of orders) {
      const problem = await this.#consensus.order(order);
      if (problem !== null) return problem;
    }
    if (orders.length > 0) this.#added();
    return null;
  }

  async #remove(id: string): Promise<string | null> {
    const { peers } = await this.#consensus.configuration();
    return peers.some((peer) => peer.id === id) ? this.#consensus.order({ order: 'remove', id }) : null;
  }
}
