// The messages of a queue that were sent equally often (spec/gossip.md, section 8): the longest leaves first, of equally long
// ones the newest. Members of one pool have names of about the same length, so that tens of thousands of messages may be
// equally long: each length has a heap, and nothing costs more than a few steps, wherever in the order it happens.

import { type HeapItem, IndexedHeap } from '../../../deadlines/indexed-heap.js';
import type { Broadcast } from './broadcast.js';

export class QueuedMessage implements HeapItem {
  readonly message: Broadcast['message'];
  readonly key: string | null;
  readonly onFinished: (() => void) | undefined;
  /** The heap gives out what has the least of it: the number of the message, negative, so that the newest comes first. */
  readonly dueMs: number;
  slot = -1;
  order = 0;
  transmits = 0;

  constructor({ message, key, onFinished }: Broadcast, number: number) {
    this.message = message;
    this.key = key;
    this.onFinished = onFinished;
    // Not -number: of the first message that were -0, which V8 had to compile the code for anew.
    this.dueMs = 0 - number;
  }
}

function oldestFirst(a: QueuedMessage, b: QueuedMessage): number {
  return b.dueMs - a.dueMs;
}

export class QueueTier {
  /** Ascending; no more than there are lengths of a message that fits a packet. */
  readonly #lengths: number[] = [];
  readonly #byLength = new Map<number, IndexedHeap<QueuedMessage>>();

  get isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  /** How many lengths are at most `most`. */
  #count(most: number): number {
    let low = 0;
    let high = this.#lengths.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lengths[middle] ?? 0) <= most) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(entry: QueuedMessage): void {
    const { length } = entry.message;
    let heap = this.#byLength.get(length);
    if (heap === undefined) {
      heap = new IndexedHeap();
      this.#byLength.set(length, heap);
      this.#lengths.splice(this.#count(length), 0, length);
    }
    heap.add(entry);
  }

  remove(entry: QueuedMessage): void {
    const { length } = entry.message;
    const heap = this.#byLength.get(length);
    heap?.remove(entry);
    if (heap?.size === 0) this.#drop(length);
  }

  #drop(length: number): void {
    this.#byLength.delete(length);
    this.#lengths.splice(this.#count(length) - 1, 1);
  }

  /** What leaves first of all that are at most `most` bytes long. */
  takeFirst(most: number): QueuedMessage | undefined {
    const length = this.#lengths[this.#count(most) - 1];
    const entry = length === undefined ? undefined : this.#byLength.get(length)?.first;
    if (entry !== undefined) this.remove(entry);
    return entry;
  }

  /** Those that would leave last, up to `count`, the last one first. */
  takeLast(count: number): QueuedMessage[] {
    const taken: QueuedMessage[] = [];
    while (taken.length < count && !this.isEmpty) {
      const shortest = this.#byLength.get(this.#lengths[0] ?? 0);
      const last = (shortest?.items() ?? []).sort(oldestFirst).slice(0, count - taken.length);
      for (const entry of last) this.remove(entry);
      taken.push(...last);
    }
    return taken;
  }
}
