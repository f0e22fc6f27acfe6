// How often the primary datacenter is asked: rounds at most once a second, five of them at once after a rest, and after failures
// ever later (spec/agent.md, "Intervals").

const ROUND_MS = 1_000;
const BURST = 5;
const MOST_PAUSE_MS = 64_000;
/** Failures in a row, beyond which the pause stays the same. */
const MOST_DOUBLINGS = 6;

export class Pace {
  readonly #now: () => number;
  /** When the allowance was full last, or would have been. */
  #fullMs: number;

  /** Milliseconds of a clock that never jumps. */
  constructor(now: () => number) {
    this.#now = now;
    this.#fullMs = now();
  }

  /** How long the next round has to wait. It counts from now on. */
  turnMs(): number {
    const nowMs = this.#now();
    this.#fullMs = Math.max(this.#fullMs, nowMs) + ROUND_MS;
    return Math.max(0, this.#fullMs - nowMs - BURST * ROUND_MS);
  }
}

/** After so many failures in a row, the last one included. */
export function pauseMs(failures: number): number {
  return Math.min(MOST_PAUSE_MS, ROUND_MS * 2 ** Math.min(failures - 1, MOST_DOUBLINGS));
}
