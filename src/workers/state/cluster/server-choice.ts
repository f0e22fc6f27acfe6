// The servers of this datacenter that a client agent can ask, kept as the LAN pool says: who is alive is in the list, who failed
// or left is not (spec/rpc.md, section 8).

import { MEMBER_STATUS, type MemberChanges } from '../../../wire/gossip-pools.js';
import { serverOf } from './known-servers.js';
import type { ServerList } from './server-list.js';

export interface ServerChoiceOptions {
  readonly list: ServerList;
  readonly datacenter: string;
  /** A server is there that wasn't. */
  readonly appeared: () => void;
}

/** Takes the news of the LAN pool, one after the other. Calls that run stay where they are: who left may still answer them. */
export function followServers({ list, datacenter, appeared }: ServerChoiceOptions) {
  return ({ changed, removed }: Pick<MemberChanges, 'changed' | 'removed'>): void => {
    let isNews = false;
    for (const member of changed) {
      const server = serverOf(member, datacenter);
      if (server === null || server.status !== MEMBER_STATUS.alive) list.remove(member.name);
      else if (list.put(server)) isNews = true;
    }
    for (const name of removed) list.remove(name);
    if (isNews) appeared();
  };
}
