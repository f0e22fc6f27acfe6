// Who waits for this server to lead while an election may be running (spec/rpc.md, "Forwarding", 5). Bounded in number and in time.

import type { ProposeFailure } from './consensus.js';

/** More than this wait no more: each holds its request's memory. */
const MOST_WAITING = 65_536;

export class LeadershipWait {
  readonly #holdMs: number;
  readonly #obstacle: () => ProposeFailure | null;
  /** Each looks again when called. */
  readonly #waiting = new Set<() => void>();

  /** `holdMs`: for how long; `obstacle`: why nothing can be proposed now, null when this server leads. */
  constructor(holdMs: number, obstacle: () => ProposeFailure | null) {
    this.#holdMs = holdMs;
    this.#obstacle = obstacle;
  }

  /** `done` is called once: with null when this server leads, else with why it waits no longer. The wait began at `sinceMs`. */
  wait(sinceMs: number, done: (failure: ProposeFailure | null) => void): void {
    this.#wait(sinceMs + this.#holdMs * (1 + Math.random() / 16), done);
  }

  /** This server leads, or stops. */
  look(): void {
    for (const retry of [...this.#waiting]) retry();
  }

  #wait(untilMs: number, done: (failure: ProposeFailure | null) => void): void {
    const obstacle = this.#obstacle();
    if (obstacle !== 'no-leader') {
      done(obstacle);
      return;
    }
    const nowMs = performance.now();
    if (nowMs >= untilMs || this.#waiting.size >= MOST_WAITING) {
      done('no-leader');
      return;
    }
    const retry = (): void => {
      clearTimeout(timer);
      if (this.#waiting.delete(retry)) this.#wait(untilMs, done);
    };
    const timer = setTimeout(retry, untilMs - nowMs);
    this.#waiting.add(retry);
  }
}
