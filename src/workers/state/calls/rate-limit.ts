// How many calls a client agent makes at most: so many a second, and a number of them at once after a quiet while
// (`limits.rpc_rate`, `limits.rpc_max_burst`).

import { deadlines } from '../../../deadlines/deadline-queue.js';

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export class RateLimit {
  readonly #rate: () => Rate;
  #left: number;
  #atMs = deadlines.now();

  /** As it is now; a reload changes it. */
  constructor(rate: () => Rate) {
    this.#rate = rate;
    this.#left = rate().burst;
  }

  /** Whether one more may be made now; it is counted then. */
  take(): boolean {
    const { perSecond, burst } = this.#rate();
    if (perSecond === Number.POSITIVE_INFINITY) return true;
    const nowMs = deadlines.now();
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#atMs) / 1000) * perSecond);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
