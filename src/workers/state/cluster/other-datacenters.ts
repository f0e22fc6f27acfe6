// The servers of all datacenters as the WAN pool shows them, for calls that are another datacenter's to answer (spec/rpc.md,
// section 9). Which of them is asked is drawn anew for each call: all agents of this datacenter know the same ones.

import { type Random, shuffle } from '../../../random/random.js';
import { datacenterOf } from '../../../wire/gossip/agent-tags.js';
import { memberTags } from '../../../wire/gossip/member-tags.js';
import { MEMBER_STATUS, type MemberChanges } from '../../../wire/gossip-pools.js';
import { type KnownServer, serverOf } from './known-servers.js';

type Servers = Map<string, KnownServer>;

export class OtherDatacenters {
  readonly #own: string;
  readonly #random: Random;
  /** Servers by their names in the WAN pool. */
  readonly #byDatacenter = new Map<string, Servers>();
  /** The datacenters of the names. */
  readonly #places = new Map<string, string>();

  constructor(own: string, random: Random) {
    this.#own = own;
    this.#random = random;
  }

  /** The news of the WAN pool. Who failed stays: it is tried when nobody else is left, and may be back before that is known. */
  membersChanged({ changed, removed }: Pick<MemberChanges, 'changed' | 'removed'>): void {
    for (const name of removed) this.#remove(name);
    for (const member of changed) {
      this.#remove(member.name);
      const datacenter = datacenterOf(memberTags(member));
      const server = serverOf(member, datacenter);
      if (server !== null && server.status !== MEMBER_STATUS.left) this.#put(server, datacenter);
    }
  }

  #put(server: KnownServer, datacenter: string): void {
    const servers = this.#byDatacenter.get(datacenter) ?? new Map();
    servers.set(server.name, server);
    this.#byDatacenter.set(datacenter, servers);
    this.#places.set(server.name, datacenter);
  }

  #remove(name: string): void {
    const datacenter = this.#places.get(name);
    if (datacenter === undefined) return;
    this.#places.delete(name);
    const servers = this.#byDatacenter.get(datacenter);
    servers?.delete(name);
    if (servers?.size === 0) this.#byDatacenter.delete(datacenter);
  }

  /** Of the server at an address; null: it isn't known there. */
  datacenterAt(address: string): string | null {
    for (const [datacenter, servers] of this.#byDatacenter) {
      for (const server of servers.values()) if (server.address === address) return datacenter;
    }
    return null;
  }

  /**
   * In the order they are to be asked; none when there is no such datacenter. Never one that says it listens where a server of
   * this datacenter does: that one would pass the call on to itself for ever.
   */
  serversOf(datacenter: string): readonly KnownServer[] {
    const there = this.#byDatacenter.get(datacenter);
    if (datacenter === this.#own || there === undefined) return [];
    const own = new Set(Array.from(this.#byDatacenter.get(this.#own)?.values() ?? [], ({ address }) => address));
    const [alive, failed]: [KnownServer[], KnownServer[]] = [[], []];
    for (const server of there.values()) (server.status === MEMBER_STATUS.alive ? alive : failed).push(server);
    shuffle(this.#random, alive);
    shuffle(this.#random, failed);
    return [...alive, ...failed].filter(({ address }) => !own.has(address));
  }
}
