// The servers of all datacenters as the WAN pool shows them, for calls that are another datacenter's to answer (spec/rpc.md,
// section 9). Which of them is asked is drawn anew for each call: all agents of this datacenter know the same ones.

import { type Random, shuffle } from '../../../random/random.js';
import { datacenterOf } from '../../../wire/agent-tags.js';
import { MEMBER_STATUS, type MemberChanges } from '../../../wire/gossip-pools.js';
import { memberTags } from '../../../wire/member-tags.js';
import { type KnownServer, serverOf } from './known-servers.js';

interface DatacenterServer extends KnownServer {
  readonly datacenter: string;
}

export class OtherDatacenters {
  readonly #own: string;
  readonly #random: Random;
  /** By their names in the WAN pool. */
  readonly #servers = new Map<string, DatacenterServer>();

  constructor(own: string, random: Random) {
    this.#own = own;
    this.#random = random;
  }

  /** The news of the WAN pool. Who failed stays: it is tried when nobody else is left, and may be back before that is known. */
  membersChanged({ changed, removed }: Pick<MemberChanges, 'changed' | 'removed'>): void {
    for (const member of changed) {
      const datacenter = datacenterOf(memberTags(member));
      const server = serverOf(member, datacenter);
      if (server === null || server.status === MEMBER_STATUS.left) this.#servers.delete(member.name);
      else this.#servers.set(member.name, { ...server, datacenter });
    }
    for (const name of removed) this.#servers.delete(name);
  }

  /**
   * In the order they are to be asked; none when there is no such datacenter. Never one that says it listens where a server of
   * this datacenter does: that one would pass the call on to itself for ever.
   */
  serversOf(datacenter: string): readonly KnownServer[] {
    if (datacenter === this.#own) return [];
    const own = new Set<string>();
    const [alive, failed]: [DatacenterServer[], DatacenterServer[]] = [[], []];
    for (const server of this.#servers.values()) {
      if (server.datacenter === this.#own) own.add(server.address);
      else if (server.datacenter === datacenter) (server.status === MEMBER_STATUS.alive ? alive : failed).push(server);
    }
    shuffle(this.#random, alive);
    shuffle(this.#random, failed);
    return [...alive, ...failed].filter(({ address }) => !own.has(address));
  }
}
