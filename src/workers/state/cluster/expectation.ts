// The rules of `-bootstrap-expect` (spec/raft.md, section 7): who begins a cluster, with whom, and what speaks against it. Pure:
// bootstrap-expect.ts asks the servers and does it.

import { MEMBER_STATUS } from '../../../wire/gossip-pools.js';
import type { RaftPeer } from '../../../wire/raft/raft-orders.js';
import { isReadReplica, type KnownServer } from './known-servers.js';

export interface Waiter {
  readonly name: string;
  /** How many servers it waits for. */
  readonly expect: number;
}

export type Gathering =
  | { readonly kind: 'wait' }
  /** Nobody begins while a server of the pool says something else: one line, with both servers in it. */
  | { readonly kind: 'conflict'; readonly message: string; readonly fields: readonly (string | number)[] }
  /** Enough are there: each is asked whether there is a cluster already. */
  | { readonly kind: 'ask'; readonly servers: readonly KnownServer[] };

/** `servers`: of this datacenter, this one among them. Whoever isn't alive now can't help to elect anybody. */
export function gathering(self: Waiter, servers: readonly KnownServer[]): Gathering {
  const alive = servers.filter(({ status, id }) => status === MEMBER_STATUS.alive && id !== '');
  for (const { name, tags } of alive) {
    if (tags.expect !== 0 && tags.expect !== self.expect) {
      return {
        kind: 'conflict',
        message: 'Member has a conflicting expect value. All nodes should expect the same number',
        fields: ['member', name, 'expects', tags.expect, 'this_server', self.name, 'this_server_expects', self.expect],
      };
    }
    if (tags.isInBootstrapMode) {
      return {
        kind: 'conflict',
        message: 'Member has bootstrap mode. Expect disabled',
        fields: ['member', name, 'this_server', self.name, 'this_server_expects', self.expect],
      };
    }
  }
  const voters = alive.filter((server) => !isReadReplica(server));
  return voters.length < self.expect ? { kind: 'wait' } : { kind: 'ask', servers: alive };
}

/** What a server answered: the addresses of its peers, or null when it gave no answer in all tries. */
export interface PeersAnswer {
  readonly server: KnownServer;
  readonly peers: readonly string[] | null;
}

export type Beginning =
  /** The cluster that is there will take this server in. */
  | { readonly kind: 'exists'; readonly toldBy: KnownServer }
  /** Nobody may begin without knowing what this one knows. */
  | { readonly kind: 'unknown'; readonly silent: KnownServer }
  | { readonly kind: 'begin'; readonly peers: readonly RaftPeer[] };

export function beginning(answers: readonly PeersAnswer[]): Beginning {
  const existing = answers.find(({ peers }) => peers !== null && peers.length > 0);
  if (existing) return { kind: 'exists', toldBy: existing.server };
  const silent = answers.find(({ peers }) => peers === null);
  if (silent) return { kind: 'unknown', silent: silent.server };
  const peers = answers.map(({ server }): RaftPeer => {
    const { id, address } = server;
    return { suffrage: isReadReplica(server) ? 'nonvoter' : 'voter', id, address };
  });
  return { kind: 'begin', peers };
}
