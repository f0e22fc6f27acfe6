// Deadlines of everything that waits for a while (blocking queries, hash waits): one heap and one timer for all,
// because a timer object per waiting query would cost more memory than the query itself.

import { type HeapItem, IndexedHeap } from './indexed-heap.js';

export interface Deadline extends HeapItem {
  /** Called once, unless taken back before. */
  expire(): void;
}

/** One that throws must not keep the others waiting. */
function expire(deadline: Deadline): void {
  try {
    deadline.expire();
  } catch (error) {
    // Reported by the thread, in a turn of its own.
    setImmediate(() => {
      throw error;
    });
  }
}

/** setTimeout takes no more. */
const MAX_TIMEOUT_MS = 0x7fffffff;

export class DeadlineQueue {
  readonly #heap = new IndexedHeap<Deadline>();
  readonly #now: () => number;
  readonly #holdsProcess: boolean;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  /** `holdsProcess`: whether the process stays alive while anything waits. */
  constructor(now: () => number = () => performance.now(), holdsProcess = true) {
    this.#now = now;
    this.#holdsProcess = holdsProcess;
  }

  get size(): number {
    return this.#heap.size;
  }

  now(): number {
    return this.#now();
  }

  add(deadline: Deadline): void {
    this.#heap.add(deadline);
    if (deadline.dueMs < this.#timerAt) this.#arm();
  }

  /** Takes it back; does nothing when it isn't waiting. */
  remove(deadline: Deadline): void {
    this.#heap.remove(deadline);
    if (this.#heap.size === 0) this.#disarm();
  }

  /** Ends all waiting at once, as if time were up: the agent is stopping. What is taken back or put in meanwhile is left alone. */
  expireAll(): void {
    const { latest } = this.#heap;
    for (const deadline of this.#heap.items()) {
      if (deadline.slot < 0 || deadline.order > latest) continue;
      this.#heap.remove(deadline);
      expire(deadline);
    }
    if (this.#heap.size === 0) this.#disarm();
  }

  #run(): void {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#now();
    for (let first = this.#heap.first; first !== undefined && first.dueMs <= now; first = this.#heap.first) {
      this.#heap.remove(first);
      expire(first);
    }
    this.#arm();
  }

  #arm(): void {
    const { first } = this.#heap;
    if (first === undefined || first.dueMs >= this.#timerAt) return;
    if (this.#timer) clearTimeout(this.#timer);
    const delay = Math.min(MAX_TIMEOUT_MS, Math.max(1, Math.ceil(first.dueMs - this.#now())));
    this.#timerAt = first.dueMs;
    this.#timer = setTimeout(() => this.#run(), delay);
    if (!this.#holdsProcess) this.#timer.unref();
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }
}

/** The thread's queue: an agent has one state worker, and everything that waits there shares it. */
export const deadlines = new DeadlineQueue();
