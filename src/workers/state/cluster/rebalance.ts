// Every few minutes a client agent calls another server, so that a fleet spreads over the servers again after one of them was
// away (spec/rpc.md, section 8, "Rebalance"). The more agents there are, the rarer: the servers together are moved to 64 times
// a second at most.

import type { Random } from '../../../random/random.js';
import type { KnownServer } from './known-servers.js';
import type { ServerList } from './server-list.js';

const FIRST_MS = 120_000;
const SHORTEST_MS = 120_000;
const SPREAD_MS = 60_000;
/** 64 connections a second that all servers together take anew. */
const AGENT_MS = 1000 / 64;

export interface RebalanceOptions {
  readonly list: ServerList;
  readonly random: Random;
  /** Members of the LAN pool, this agent among them. */
  readonly members: () => number;
  /** Whether the server answers a Status.Ping. */
  readonly ping: (server: KnownServer) => Promise<boolean>;
  /** Called when no server answered. */
  readonly unreachable: () => void;
}

/** Milliseconds until the next rebalance. */
export function rebalanceInterval(members: number, servers: number, random: Random): number {
  return Math.max(SHORTEST_MS + random() * SPREAD_MS, (members * AGENT_MS) / Math.max(servers, 1));
}

export class Rebalance {
  readonly #options: RebalanceOptions;
  #timer: NodeJS.Timeout | null;

  constructor(options: RebalanceOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#next(), FIRST_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #next(): void {
    const { list, members, random } = this.#options;
    this.#timer = setTimeout(() => this.#next(), rebalanceInterval(members(), list.size, random));
    // A ping that fails says so by false: nothing is thrown that isn't a bug.
    void rebalance(this.#options);
  }
}

/** Tries the servers in a new order until one answers: that one is called from now on. */
export async function rebalance({ list, ping, unreachable }: Omit<RebalanceOptions, 'members'>): Promise<void> {
  const order = list.shuffled();
  for (let tried = 0; tried < order.length; tried += 1) {
    const [server, ...others] = order;
    if (server === undefined) return;
    if (await ping(server)) {
      list.prefer(order);
      return;
    }
    order.splice(0, order.length, ...others, server);
  }
  if (order.length > 0) unreachable();
}
