// What a change of the membership makes of a configuration (spec/raft.md, section 8): pure, and without a word about whether
// it may be done now.

import type { RaftOrder } from '../../../wire/raft/raft-orders.js';
import type { Configuration, Server } from './configuration.js';

export type MembershipOrder = Exclude<RaftOrder, { readonly order: 'transfer' | 'bootstrap' }>;

/** The same object where nothing would change. */
export function changed(now: Configuration, order: MembershipOrder): Configuration {
  const known = now.servers.find(({ id }) => id === order.id);
  switch (order.order) {
    case 'add-voter':
      return withServer(now, known, { suffrage: 'voter', id: order.id, address: order.address });
    case 'add-nonvoter':
      return withServer(now, known, {
        suffrage: known?.suffrage === 'voter' ? 'voter' : 'nonvoter',
        id: order.id,
        address: order.address,
      });
    case 'demote':
      return known ? withServer(now, known, { ...known, suffrage: 'nonvoter' }) : now;
    case 'remove':
      return known ? { servers: now.servers.filter((server) => server !== known) } : now;
  }
}

function withServer(now: Configuration, known: Server | undefined, next: Server): Configuration {
  if (!known) return { servers: [...now.servers, next] };
  if (known.suffrage === next.suffrage && known.address === next.address) return now;
  return { servers: now.servers.map((server) => (server === known ? next : server)) };
}
