// Time and chance as the local state sees them: injected, so that tests drive every timer and every jitter themselves.

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

/** Node's timers wrap to 1 ms beyond this; longer delays are waited for in several steps. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, callback) => {
    let handle: NodeJS.Timeout;
    const arm = (restMs: number): void => {
      const stepMs = Math.min(restMs, LONGEST_TIMEOUT_MS);
      handle = setTimeout(() => {
        if (restMs > stepMs) arm(restMs - stepMs);
        else callback();
      }, stepMs);
      handle.unref();
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Uniform in [0, spanMs). */
export function jitter(random: Random, spanMs: number): number {
  return random() * spanMs;
}
