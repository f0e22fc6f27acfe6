// Deadlines of everything that waits for a while (blocking queries, hash waits): one binary heap and one timer for all,
// because a timer object per waiting query would cost more memory than the query itself.

export interface Deadline {
  /** Milliseconds of the queue's clock. */
  readonly at: number;
  /** Its place in the heap; -1 while it isn't in one. Kept by the queue. */
  slot: number;
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
  readonly #heap: Deadline[] = [];
  readonly #now: () => number;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#heap.length;
  }

  now(): number {
    return this.#now();
  }

  add(deadline: Deadline): void {
    this.#heap.push(deadline);
    this.#rise(this.#heap.length - 1, deadline);
    if (deadline.at < this.#timerAt) this.#arm();
  }

  /** Takes it back; does nothing when it isn't waiting. */
  remove(deadline: Deadline): void {
    const slot = deadline.slot;
    if (slot < 0 || this.#heap[slot] !== deadline) return;
    deadline.slot = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === deadline) {
      if (this.#heap.length === 0) this.#disarm();
      return;
    }
    this.#rise(slot, last);
    this.#sink(last.slot, last);
  }

  /** Ends all waiting at once, as if time were up: the agent is stopping. */
  expireAll(): void {
    const waiting = this.#heap.splice(0);
    this.#disarm();
    for (const deadline of waiting) deadline.slot = -1;
    for (const deadline of waiting) expire(deadline);
  }

  #run(): void {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.remove(first);
      expire(first);
    }
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.at >= this.#timerAt) return;
    if (this.#timer) clearTimeout(this.#timer);
    const delay = Math.min(MAX_TIMEOUT_MS, Math.max(1, Math.ceil(first.at - this.#now())));
    this.#timerAt = first.at;
    this.#timer = setTimeout(() => this.#run(), delay);
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #rise(from: number, deadline: Deadline): void {
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.at <= deadline.at) break;
      this.#heap[slot] = parent;
      parent.slot = slot;
      slot = above;
    }
    this.#heap[slot] = deadline;
    deadline.slot = slot;
  }

  #sink(from: number, deadline: Deadline): void {
    const heap = this.#heap;
    let slot = from;
    for (;;) {
      let below = 2 * slot + 1;
      let child = heap[below];
      if (child === undefined) break;
      const sibling = heap[below + 1];
      if (sibling !== undefined && sibling.at < child.at) {
        child = sibling;
        below += 1;
      }
      if (child.at >= deadline.at) break;
      heap[slot] = child;
      child.slot = slot;
      slot = below;
    }
    heap[slot] = deadline;
    deadline.slot = slot;
  }
}

/** The thread's queue: an agent has one state worker, and everything that waits there shares it. */
export const deadlines = new DeadlineQueue();
