// A clock that stands still until a test moves it; timers fire in order of their time. Setting the machine's clock moves the
// Unix time alone.

import type { Clock, Timer } from '../../../../../src/workers/state/local/state/clock.js';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  /** What the machine's clock was set forward by. */
  #setByMs = 0;
  #order = 0;
  #pending: Pending[] = [];

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#setByMs;
  }

  monotonic(): number {
    return this.#now;
  }

  /** The machine's clock is set forward, or back by a negative number. */
  setBy(ms: number): void {
    this.#setByMs += ms;
  }

  /** Timers that have not fired. */
  get waiting(): number {
    return this.#pending.length;
  }

  after(delayMs: number, callback: () => void): Timer {
    const pending: Pending = { at: this.#now + delayMs, order: this.#order++, callback };
    this.#pending.push(pending);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== pending);
      },
    };
  }

  /** Moves time on, timer by timer, letting promises and immediates run in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#pending.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#pending = this.#pending.filter((other) => other !== next);
      next.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets everything that is ready run: promises, immediates, and what they start. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
