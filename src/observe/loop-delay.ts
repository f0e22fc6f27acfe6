// How late a thread's event loop is: the lateness of a timer that beats all the time. A beat wakes the thread, so a thread that has
// next to nothing to do has a slower one: of a thousand agents most do nothing, and a hundred wake-ups a second in each
// of their threads would be a good part of what they cost. Whoever works is watched closely.
//
// Not node's monitorEventLoopDelay: it passes over the first beat after each reading, and with it a hold at that time.

import { performance } from 'node:perf_hooks';

const CLOSE_MS = 10;
const LOOSE_MS = 50;
const RESTING_MS = 100;
/** The share of the time that a thread works from which on it is watched closely. */
const BUSY = 0.1;
/** Below this it does nothing but what an agent does that nobody asks anything. */
const RESTING = 0.02;

/** Between two beats, for a thread that worked for this share of the time. */
export function beatMs(utilization: number): number {
  if (utilization >= BUSY) return CLOSE_MS;
  return utilization >= RESTING ? LOOSE_MS : RESTING_MS;
}

/** Milliseconds. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** `late` is sorted and not empty. */
function quantile(late: readonly number[], share: number): number {
  return late[Math.min(late.length - 1, Math.floor(share * late.length))] ?? 0;
}

export class LoopDelay {
  #everyMs = CLOSE_MS;
  #dueMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #late: number[] = [];
  #utilization = performance.eventLoopUtilization();

  constructor() {
    this.#schedule();
  }

  /** Since the last call. A beat that is overdue counts with what it is late so far. */
  take(): Delays {
    const late = this.#late;
    this.#late = [];
    late.push(this.#lateness());
    late.sort((a, b) => a - b);
    const utilization = performance.eventLoopUtilization();
    this.#everyMs = beatMs(performance.eventLoopUtilization(utilization, this.#utilization).utilization);
    this.#utilization = utilization;
    return { p50: quantile(late, 0.5), p99: quantile(late, 0.99), max: quantile(late, 1) };
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #lateness(): number {
    return Math.max(0, performance.now() - this.#dueMs);
  }

  #schedule(): void {
    this.#dueMs = performance.now() + this.#everyMs;
    this.#timer = setTimeout(() => {
      this.#late.push(this.#lateness());
      this.#schedule();
    }, this.#everyMs);
    this.#timer.unref();
  }
}
