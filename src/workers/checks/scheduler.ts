// When a check runs: first after a random part of its interval, then one interval after the end of its last run, and
// never more than `concurrency` at a time; those that are due wait first come, first served (spec/agent.md section 3).
// One timer serves all checks. Time, chance and the runs themselves come from outside.

import { type HeapItem, IndexedHeap } from '../../deadlines/indexed-heap.js';

/** Due times within this many milliseconds share one wake-up: the loop is woken 100 times a second, not per check. */
const GRANULARITY_MS = 10;
/** Node's timers fire at once beyond 2^31 ms; a longer wait is cut into pieces. */
const MAX_WAIT_MS = 2 ** 30;

export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls `fire` once after `delayMs`; returns what cancels it. */
  after(delayMs: number, fire: () => void): () => void;
  /** Uniform in [0, 1). */
  random(): number;
}

/** What the scheduler keeps about a check. The fields belong to the scheduler. */
export abstract class Scheduled implements HeapItem {
  readonly intervalMs: number;
  dueMs = 0;
  slot = -1;
  order = 0;
  phase: 'idle' | 'scheduled' | 'queued' | 'running' = 'idle';
  previous: Scheduled | null = null;
  next: Scheduled | null = null;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }
}

interface SchedulerOptions<T extends Scheduled> {
  readonly clock: Clock;
  readonly concurrency: number;
  /** Starts a run; its end is told by {@link Scheduler.finished}. Must not throw. */
  readonly start: (item: T) => void;
}

export class Scheduler<T extends Scheduled> {
  readonly #options: SchedulerOptions<T>;
  readonly #heap = new IndexedHeap<T>();
  readonly #queue = new Queue<T>();
  #running = 0;
  #cancelTimer: (() => void) | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #starting = false;

  constructor(options: SchedulerOptions<T>) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  /** Checks that are due but wait for a slot. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Plans the first run. */
  add(item: T): void {
    this.#schedule(item, this.#options.clock.random() * item.intervalMs);
  }

  /** Forgets the item; a running one gives its slot back at once. */
  remove(item: T): void {
    const { phase } = item;
    item.phase = 'idle';
    if (phase === 'scheduled') this.#heap.remove(item);
    else if (phase === 'queued') this.#queue.remove(item);
    else if (phase === 'running') {
      this.#running -= 1;
      this.#startQueued();
    }
  }

  /** The item's run has ended: its slot is free, and it runs again in an interval. */
  finished(item: T): void {
    if (item.phase !== 'running') return;
    this.#running -= 1;
    this.#schedule(item, item.intervalMs);
    this.#startQueued();
  }

  /** Ends the timer. Nothing starts any more. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#timerDueMs = Number.NEGATIVE_INFINITY;
    this.#starting = true;
  }

  #schedule(item: T, delayMs: number): void {
    item.phase = 'scheduled';
    item.dueMs = this.#options.clock.now() + delayMs;
    this.#heap.add(item);
    this.#arm();
  }

  #arm(): void {
    const { first } = this.#heap;
    if (first === undefined || first.dueMs >= this.#timerDueMs) return;
    this.#cancelTimer?.();
    const { clock } = this.#options;
    const delayMs = Math.min(MAX_WAIT_MS, Math.max(GRANULARITY_MS, Math.ceil(first.dueMs - clock.now())));
    this.#timerDueMs = clock.now() + delayMs;
    this.#cancelTimer = clock.after(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#cancelTimer = null;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const now = this.#options.clock.now();
    for (let item = this.#heap.first; item !== undefined && item.dueMs <= now; item = this.#heap.first) {
      this.#heap.remove(item);
      item.phase = 'queued';
      this.#queue.push(item);
    }
    this.#arm();
    this.#startQueued();
  }

  /** A run that ends while it's being started comes back here: the loop that is already going takes its slot. */
  #startQueued(): void {
    if (this.#starting) return;
    this.#starting = true;
    while (this.#running < this.#options.concurrency) {
      const item = this.#queue.shift();
      if (item === undefined) break;
      item.phase = 'running';
      this.#running += 1;
      this.#options.start(item);
    }
    this.#starting = false;
  }
}

/** First in, first out, with removal from the middle; the links are in the items. */
class Queue<T extends Scheduled> {
  #first: Scheduled | null = null;
  #last: Scheduled | null = null;
  size = 0;

  push(item: T): void {
    item.previous = this.#last;
    item.next = null;
    if (this.#last === null) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
    this.size += 1;
  }

  shift(): T | undefined {
    // Only items of type T are ever pushed; the links can't say so without making every item generic.
    const item = this.#first as T | null;
    if (item === null) return undefined;
    this.remove(item);
    return item;
  }

  remove(item: T): void {
    const { previous, next } = item;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    item.previous = null;
    item.next = null;
    this.size -= 1;
  }
}
