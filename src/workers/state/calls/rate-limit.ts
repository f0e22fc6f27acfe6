// So many a second, and a number of them at once after a quiet while: what a client agent asks (`limits.rpc_rate`). What a server
// is asked is counted by several threads together (wire/readers/request-rates.ts).

import { deadlines } from '../../../deadlines/deadline-queue.js';

export interface Rate {
  /** Infinity: no limit. */
  readonly perSecond: number;
  readonly burst: number;
}

export class RateLimit {
  #left = Number.POSITIVE_INFINITY;
  #atMs = deadlines.now();

  /** Whether one more may be made now; it is counted then. The rate is the one that holds now: a reload changes it. */
  take(perSecond: number, burst: number): boolean {
    if (perSecond === Number.POSITIVE_INFINITY) return true;
    const nowMs = deadlines.now();
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#atMs) / 1000) * perSecond);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
