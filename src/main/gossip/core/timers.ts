// The core's alarm clock: a heap of deadlines. It has no clock of its own; whoever owns it says what time it is.

export interface Timer {
  readonly atMs: number;
  readonly run: (nowMs: number) => void;
  /** Whether it has run or was cancelled. */
  isOver: boolean;
}

/** Cancelled timers that may stay in the heap, however short it is. */
const KEPT_CANCELLED = 1000;

interface Entry {
  readonly timer: Timer;
  /** Timers of the same time run in the order in which they were set. */
  readonly id: number;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.timer.atMs < b.timer.atMs || (a.timer.atMs === b.timer.atMs && a.id < b.id);
}

export class Timers {
  private readonly heap: Entry[] = [];
  private nextId = 0;
  private cancelled = 0;

  /** Timers in the heap, the cancelled ones that are still in it included. */
  get length(): number {
    return this.heap.length;
  }

  set(atMs: number, run: (nowMs: number) => void): Timer {
    const timer: Timer = { atMs, run, isOver: false };
    this.nextId += 1;
    this.rise({ timer, id: this.nextId });
    return timer;
  }

  cancel(timer: Timer): void {
    if (timer.isOver) return;
    timer.isOver = true;
    this.cancelled += 1;
    // Whoever makes us set and cancel all the time must not fill the heap with what will never run.
    if (this.cancelled > KEPT_CANCELLED && this.cancelled > this.heap.length / 2) this.compact();
  }

  private compact(): void {
    const entries = this.heap.splice(0).filter(({ timer }) => !timer.isOver);
    for (const entry of entries) this.rise(entry);
    this.cancelled = 0;
  }

  /** When the next timer is due; null when none is set. */
  get nextMs(): number | null {
    while (this.heap[0]?.timer.isOver === true) {
      this.pop();
      this.cancelled -= 1;
    }
    return this.heap[0]?.timer.atMs ?? null;
  }

  /** Runs what is due, also what becomes due while running. */
  runDue(nowMs: number): void {
    for (let next = this.nextMs; next !== null && next <= nowMs; next = this.nextMs) {
      const timer = this.pop()?.timer;
      if (timer === undefined) return;
      timer.isOver = true;
      timer.run(nowMs);
    }
  }

  private rise(entry: Entry): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  private pop(): Entry | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      const right = heap[below + 1];
      let child = heap[below];
      if (child === undefined) break;
      if (right !== undefined && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
