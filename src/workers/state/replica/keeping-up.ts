// Where several threads answer reads from replicas of their own: whether this one is behind what another may have shown, and the
// wait until it no longer is. The stream that brings it there is under way, so the wait takes microseconds.

import type { AppliedProgress } from '../../../wire/raft/applied-progress.js';

interface Waiter {
  readonly index: number;
  readonly resolve: () => void;
}

export class KeepingUp {
  readonly #progress: AppliedProgress;
  /** In the order of their indexes, as the word only grows. */
  #waiting: Waiter[] = [];
  #applied = 0;

  constructor(progress: AppliedProgress) {
    this.#progress = progress;
  }

  /** Another thread may have shown more than is here. */
  get isBehind(): boolean {
    return this.#progress.highest > this.#applied;
  }

  /** Resolves when everything is here that anybody has shown by now. */
  wait(): Promise<void> {
    const index = this.#progress.highest;
    if (index <= this.#applied) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ index, resolve }));
  }

  /** Somebody is about to be answered from the state of `index`. */
  showing(index: number): void {
    this.#progress.raise(index);
  }

  /** The state of `index` is here, and may be shown. */
  reached(index: number): void {
    this.#applied = index;
    this.showing(index);
    if (this.#waiting.length === 0) return;
    const late = this.#waiting.findIndex((waiter) => waiter.index > index);
    const released = this.#waiting.splice(0, late < 0 ? this.#waiting.length : late);
    for (const { resolve } of released) resolve();
  }
}
