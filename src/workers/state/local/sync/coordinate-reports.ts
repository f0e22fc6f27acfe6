// Where this agent is in the network, told to a server from time to time: the more agents there are, the rarer, so that all of
// them together are no more than 64 reports a second (spec/agent.md, section 8, "coordinates").

import type { Random } from '../../../../random/random.js';
import type { Coordinate } from '../../../../wire/gossip-pools.js';
import { jitter } from '../state/clock.js';

const SHORTEST_MS = 15_000;
const AGENT_MS = 1000 / 64;

export interface CoordinateReportsOptions {
  readonly random: Random;
  /** Members of the LAN pool. */
  readonly members: () => number;
  /** null when there is nothing to tell, or nobody to tell it to. */
  readonly own: () => Coordinate | null;
  /** Doesn't reject. */
  readonly report: (coordinate: Coordinate) => Promise<void>;
}

/** Milliseconds until the next report. */
export function reportInterval(members: number, random: Random): number {
  const intervalMs = Math.max(SHORTEST_MS, members * AGENT_MS);
  return intervalMs + jitter(random, intervalMs);
}

export class CoordinateReports {
  readonly #options: CoordinateReportsOptions;
  #timer: NodeJS.Timeout;

  constructor(options: CoordinateReportsOptions) {
    this.#options = options;
    this.#timer = this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): NodeJS.Timeout {
    const { members, random } = this.#options;
    return setTimeout(() => this.#next(), reportInterval(members(), random));
  }

  #next(): void {
    this.#timer = this.#arm();
    const coordinate = this.#options.own();
    if (coordinate !== null) void this.#options.report(coordinate);
  }
}
