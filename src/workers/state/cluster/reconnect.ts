// When a call could reach no server, a client agent looks from time to time whether one answers again: one that was away shorter
// than gossip needs to notice is not announced by anybody, and what wasn't written meanwhile would wait for the next full sync.

import type { Random } from '../../../random/random.js';

const SHORTEST_MS = 1_000;
/** So that a fleet that lost its servers doesn't come back to them at once. */
const SPREAD_MS = 2_000;
/** All agents together ask no more than 64 times a second. */
const AGENT_MS = 1000 / 64;

export interface ReconnectOptions {
  readonly random: Random;
  /** Members of the LAN pool. */
  readonly members: () => number;
  /** Whether a server answers, and knows a leader. */
  readonly isThere: () => Promise<boolean>;
  readonly reached: () => void;
}

export class Reconnect {
  readonly #options: ReconnectOptions;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  /** No server could be reached. */
  begin(): void {
    if (this.#timer !== null || this.#isStopped) return;
    const { random, members } = this.#options;
    const waitMs = Math.max(SHORTEST_MS, members() * AGENT_MS) + random() * SPREAD_MS;
    this.#timer = setTimeout(() => void this.#look(), waitMs);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #look(): Promise<void> {
    const isThere = await this.#options.isThere();
    this.#timer = null;
    if (this.#isStopped) return;
    if (isThere) this.#options.reached();
    else this.begin();
  }
}
