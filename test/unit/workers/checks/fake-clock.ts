// A clock that only moves when told, with a chance that isn't one.

import type { Clock } from '../../../../src/workers/checks/scheduler.js';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

export class FakeClock implements Clock {
  nowMs = 0;
  /** What {@link random} gives. */
  chance = 0.5;
  readonly timers = new Set<Timer>();

  now(): number {
    return this.nowMs;
  }

  random(): number {
    return this.chance;
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer = { at: this.nowMs + delayMs, fire };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Moves on, firing what becomes due in order. */
  advance(ms: number): void {
    const until = this.nowMs + ms;
    for (;;) {
      const next = [...this.timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.nowMs = next.at;
      next.fire();
    }
    this.nowMs = until;
  }
}
