// Time and chance as the local state sees them: injected, so that tests drive every timer and every jitter themselves.

import { type Deadline, DeadlineQueue } from '../../../../deadlines/deadline-queue.js';
import type { Random } from '../../../../random/random.js';

/** A timer that was started; cancelling it twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Unix time in milliseconds, for what is shown or kept. It jumps when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some moment, never set by anybody: for how long something lasts. */
  monotonic(): number;
  /** Calls back once, `delayMs` from now. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
}

/**
 * One timer of Node for all: thousands of checks wait each for a time of its own, for which Node would keep a timer, a list and the
 * list's place in a queue.
 */
const queue = new DeadlineQueue(() => performance.now(), false);

class QueuedTimer implements Timer, Deadline {
  readonly dueMs: number;
  readonly expire: () => void;
  slot = -1;
  order = 0;

  constructor(delayMs: number, callback: () => void) {
    this.dueMs = queue.now() + delayMs;
    this.expire = callback;
    queue.add(this);
  }

  cancel(): void {
    queue.remove(this);
  }
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => queue.now(),
  after: (delayMs, callback) => new QueuedTimer(delayMs, callback),
};

/** Uniform in [0, spanMs). */
export function jitter(random: Random, spanMs: number): number {
  return random() * spanMs;
}
