// Finds whole messages in a stream of bytes. A message is so many bytes, then so many msgpack values; where it ends is found by
// one pass over the bytes, however they are cut, and nothing is decoded before it is whole. What is too long or has too many
// values is refused on the way.

import { FIXED, LENGTH } from '../../../msgpack/skip.js';

/** Values, those within others included, in one message; a thousand entries have twelve thousand. */
const MOST_VALUES = 65_536;

const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 4096;

export class FrameBuffer {
  readonly #head: number;
  readonly #valuesEach: number;
  readonly #mostBytes: number;
  #bytes: Buffer = EMPTY;
  #end = 0;
  /** The message begins here, and is scanned through there. */
  #begin = 0;
  #at = 0;
  #pending: number;
  #values = 0;
  #problem: string | null = null;

  /** `head` bytes, then `values` msgpack values. */
  constructor(head: number, values: number, mostBytes: number) {
    this.#head = head;
    this.#valuesEach = values;
    this.#mostBytes = mostBytes;
    this.#pending = values;
    this.#at = head;
  }

  /** Why nothing more is found here; null as long as it is. */
  get problem(): string | null {
    return this.#problem;
  }

  get size(): number {
    return this.#end - this.#begin;
  }

  push(chunk: Uint8Array): void {
    if (this.#begin === this.#end) {
      // Messages that come whole are not copied.
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      this.#at -= this.#begin;
      this.#begin = 0;
      this.#end = chunk.byteLength;
      return;
    }
    const size = this.size;
    const needed = size + chunk.byteLength;
    if (this.#end + chunk.byteLength > this.#bytes.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(needed * 2, FIRST_CAPACITY));
      this.#bytes.copy(larger, 0, this.#begin, this.#end);
      this.#bytes = larger;
      this.#at -= this.#begin;
      this.#begin = 0;
      this.#end = size;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.byteLength;
  }

  /** The next whole message, a view; null when there is none yet, or none any more. */
  next(): Buffer | null {
    if (this.#problem !== null || !this.#scan()) return null;
    const message = this.#bytes.subarray(this.#begin, this.#at);
    this.#begin = this.#at;
    this.#at += this.#head;
    this.#pending = this.#valuesEach;
    this.#values = 0;
    return message;
  }

  /** Up to `most` bytes that follow the last message as they are, a view. */
  raw(most: number): Buffer {
    const bytes = this.#bytes.subarray(this.#begin, Math.min(this.#end, this.#begin + most));
    this.#begin += bytes.byteLength;
    this.#at += bytes.byteLength;
    return bytes;
  }

  #fail(problem: string): false {
    this.#problem = problem;
    return false;
  }

  /** Whether the message is whole. */
  #scan(): boolean {
    while (this.#pending > 0) {
      if (this.#at - this.#begin > this.#mostBytes) return this.#fail('message is too large');
      if (this.#at >= this.#end) return false;
      const mark = this.#bytes[this.#at] ?? 0;
      const size = mark >= 0xc0 && mark < 0xe0 ? (LENGTH[mark - 0xc0] ?? 0) : 0;
      if (mark === 0xc1) return this.#fail('no msgpack');
      if (this.#at + 1 + size > this.#end) return false;
      this.#values += 1;
      this.#value(mark, size);
      if (this.#values + this.#pending > MOST_VALUES) return this.#fail('too many values');
    }
    if (this.#at - this.#begin > this.#mostBytes) return this.#fail('message is too large');
    return this.#at <= this.#end;
  }

  /** Passes over a value's own bytes; the values in it are still to come. */
  #value(mark: number, size: number): void {
    let at = this.#at + 1;
    this.#pending -= 1;
    if (mark < 0x80 || mark >= 0xe0) {
      this.#at = at;
      return;
    }
    if (mark < 0x90) this.#pending += (mark & 15) * 2;
    else if (mark < 0xa0) this.#pending += mark & 15;
    else if (mark < 0xc0) at += mark & 31;
    else if (size === 0) at += FIXED[mark - 0xc0] ?? 0;
    else {
      const length = this.#bytes.readUIntBE(at, size);
      at += size;
      if (mark >= 0xde) this.#pending += length * 2;
      else if (mark >= 0xdc) this.#pending += length;
      else at += mark >= 0xc7 && mark <= 0xc9 ? length + 1 : length;
    }
    this.#at = at;
  }
}
