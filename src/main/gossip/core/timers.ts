// The core's alarm clock: a heap of deadlines. It has no clock of its own; whoever owns it says what time it is.

import { type HeapItem, IndexedHeap } from '../../../deadlines/indexed-heap.js';

export class Timer implements HeapItem {
  readonly dueMs: number;
  readonly run: (nowMs: number) => void;
  slot = -1;
  order = 0;

  constructor(dueMs: number, run: (nowMs: number) => void) {
    this.dueMs = dueMs;
    this.run = run;
  }

  /** Whether it has run or was cancelled. */
  get isOver(): boolean {
    return this.slot < 0;
  }
}

export class Timers {
  readonly #heap = new IndexedHeap<Timer>();

  /** Timers that will run. */
  get length(): number {
    return this.#heap.size;
  }

  /** Timers of the same time run in the order in which they were set. */
  set(dueMs: number, run: (nowMs: number) => void): Timer {
    const timer = new Timer(dueMs, run);
    this.#heap.add(timer);
    return timer;
  }

  /** Does nothing when it is over. */
  cancel(timer: Timer): void {
    this.#heap.remove(timer);
  }

  /** When the next timer is due; null when none is set. */
  get nextMs(): number | null {
    return this.#heap.first?.dueMs ?? null;
  }

  /** Runs what is due, also what becomes due while running. */
  runDue(nowMs: number): void {
    for (let first = this.#heap.first; first !== undefined && first.dueMs <= nowMs; first = this.#heap.first) {
      this.#heap.remove(first);
      first.run(nowMs);
    }
  }
}
