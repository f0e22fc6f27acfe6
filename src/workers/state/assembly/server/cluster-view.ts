// The servers of this datacenter as operators see them.

import type { Member } from '../../../../wire/gossip-pools.js';
import { serversAmong } from '../../cluster/known-servers.js';
import type { LeaderDuties } from '../../leader/leader-duties.js';
import type { ClusterView } from '../../methods/contract/cluster-view.js';
import type { Replica } from '../../replica/replica.js';
import type { KnownLeader } from './known-leader.js';

export interface ClusterViewParts {
  readonly datacenter: string;
  /** This server's. */
  readonly nodeId: string;
  /** Of the LAN pool. */
  readonly members: () => readonly Member[];
  readonly consensus: Replica['consensus'];
  readonly leader: KnownLeader;
  readonly duties: LeaderDuties;
}

export function clusterView(parts: ClusterViewParts): ClusterView {
  const { datacenter, nodeId, members, consensus, leader, duties } = parts;
  return {
    configuration: () => consensus.configuration(),
    order: (order) => consensus.order(order),
    leaderAddress: () => leader.address,
    seen(id) {
      const server = serversAmong(members(), datacenter).find((one) => one.id === id);
      return server === undefined ? null : { name: server.name, raftVersion: server.tags.raftVersion };
    },
    lastIndexOf: (id) => (id === nodeId ? consensus.leadership.lastIndex : duties.lastIndexOf(id)),
    autopilotState: () => duties.autopilotState(),
  };
}
