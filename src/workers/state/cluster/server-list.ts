// The servers a client agent knows, in the order it asks them: calls go to the first, one that fails goes to the end
// (spec/rpc.md, section 8, "List"). A machine without I/O, clock or randomness of its own.

import { type Random, shuffle } from '../../../random/random.js';
import type { KnownServer } from './known-servers.js';

export class ServerList {
  readonly #random: Random;
  #servers: readonly KnownServer[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#servers.length;
  }

  /** Whom to call now; null when no server is known. */
  get first(): KnownServer | null {
    return this.#servers[0] ?? null;
  }

  /** In order. */
  get all(): readonly KnownServer[] {
    return this.#servers;
  }

  /**
   * A server that wasn't there is asked last: every agent hears of a new one at the same time, and not all shall call it. A
   * changed one keeps its place. True when it is new.
   */
  put(server: KnownServer): boolean {
    const place = this.#servers.findIndex(({ name }) => name === server.name);
    this.#servers = place === -1 ? [...this.#servers, server] : this.#servers.with(place, server);
    return place === -1;
  }

  remove(name: string): void {
    this.#servers = this.#servers.filter((server) => server.name !== name);
  }

  /** A call to it failed. Many calls fail at once when a server dies: only the first of them moves it. */
  failed(server: KnownServer): void {
    const [first, ...others] = this.#servers;
    if (first === server && others.length > 0) this.#servers = [...others, first];
  }

  /** In a new order, for a rebalance to try from the front; the list itself stays as it is until {@link prefer}. */
  shuffled(): KnownServer[] {
    const servers = [...this.#servers];
    shuffle(this.#random, servers);
    return servers;
  }

  /** Puts the servers into this order. Those that came meanwhile go to the end, those that went stay away. */
  prefer(order: readonly KnownServer[]): void {
    const now = new Map(this.#servers.map((server) => [server.name, server]));
    const servers: KnownServer[] = [];
    for (const { name } of order) {
      const server = now.get(name);
      if (server !== undefined) servers.push(server);
      now.delete(name);
    }
    this.#servers = [...servers, ...now.values()];
  }
}
