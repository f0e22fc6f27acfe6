// Bytes of a stream that aren't taken yet, in one piece. It grows as they come, within a budget that many share, and keeps
// nothing once all are taken.

import type { ByteBudget } from './byte-budget.js';

const NOTHING = Buffer.alloc(0);

export class GrowingBuffer {
  /** The bytes from `start` to `end` are the stream's. */
  bytes: Buffer = NOTHING;
  start = 0;
  end = 0;
  readonly #budget: ByteBudget;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** Copies them. By how much what was there has moved to the front; null: there is no room. */
  add(more: Uint8Array): number | null {
    let moved = 0;
    if (this.end + more.length > this.bytes.length) {
      moved = this.start;
      if (!this.#enlarge(more.length)) return null;
    }
    this.bytes.set(more, this.end);
    this.end += more.length;
    return moved;
  }

  /** Those in front of `end` are taken. */
  drop(end: number): void {
    this.start = end;
    if (end === this.end) this.release();
  }

  release(): void {
    this.#budget.give(this.bytes.length);
    this.bytes = NOTHING;
    this.start = 0;
    this.end = 0;
  }

  /** Makes room at the end: where much of the front is free, without a larger buffer. */
  #enlarge(more: number): boolean {
    const kept = this.end - this.start;
    const size = this.bytes.length;
    const isRoomInFront = this.start >= size / 2 && kept + more <= size;
    const wanted = isRoomInFront ? size : Math.max(kept + more, size * 2);
    if (!this.#budget.take(wanted - size)) return false;
    const bytes = isRoomInFront ? this.bytes : Buffer.allocUnsafe(wanted);
    this.bytes.copy(bytes, 0, this.start, this.end);
    this.bytes = bytes;
    this.start = 0;
    this.end = kept;
    return true;
  }
}
