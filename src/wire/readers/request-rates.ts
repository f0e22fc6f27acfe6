// What the threads of a server that answer requests have taken of its rates (`limits.request_limits`), in one SharedArrayBuffer:
// whichever thread a request came to, it is counted with all others.

import { SharedLock } from '../shared-lock.js';

const BYTES_A_RATE = 24;
const LEFT = 0;
const AT = 1;

/** So many a second, and a number of them at once after a quiet while. */
class SharedRate {
  readonly #lock: SharedLock;
  /** What was left, and when. */
  readonly #state: Float64Array;

  constructor(buffer: SharedArrayBuffer, offset: number) {
    this.#lock = new SharedLock(new Int32Array(buffer, offset, 1), 0);
    this.#state = new Float64Array(buffer, offset + 8, 2);
  }

  /** As after a long quiet while. */
  fill(): void {
    this.#state[LEFT] = Number.POSITIVE_INFINITY;
  }

  /**
   * Whether one more may be made now; it is counted then. The rate is the one that holds now: a reload changes it. `nowMs` is of
   * a clock that all threads have.
   */
  take(perSecond: number, burst: number, nowMs: number): boolean {
    if (perSecond === Number.POSITIVE_INFINITY) return true;
    this.#lock.take();
    const left = this.#leftAt(perSecond, burst, nowMs);
    this.#state[LEFT] = left < 1 ? left : left - 1;
    this.#lock.release();
    return left >= 1;
  }

  /** Another thread may have looked at the clock a little later and come here first. */
  #leftAt(perSecond: number, burst: number, nowMs: number): number {
    const [left = 0, atMs = 0] = this.#state;
    const sinceMs = Math.max(0, nowMs - atMs);
    this.#state[AT] = atMs + sinceMs;
    return Math.min(burst, left + (sinceMs / 1000) * perSecond);
  }
}

export class RequestRates {
  readonly buffer: SharedArrayBuffer;
  readonly reads: SharedRate;
  readonly writes: SharedRate;
  /** What the log says of those that are over a limit. */
  readonly lines: SharedRate;

  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(3 * BYTES_A_RATE);
    this.reads = new SharedRate(this.buffer, 0);
    this.writes = new SharedRate(this.buffer, BYTES_A_RATE);
    this.lines = new SharedRate(this.buffer, 2 * BYTES_A_RATE);
    if (buffer === undefined) for (const rate of [this.reads, this.writes, this.lines]) rate.fill();
  }
}
