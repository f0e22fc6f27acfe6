// Finds whole messages in a stream of bytes. A message is so many bytes, then so many msgpack values; where it ends is found by
// one pass over the bytes, however they are cut, and nothing is decoded before it is whole. What is too long or has too many
// values is refused on the way.

import { MALFORMED, ValueScan } from '../../../msgpack/skip.js';

/** Values, those within others included, in one message; a thousand entries have twelve thousand. */
const MOST_VALUES = 65_536;

const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 4096;

export class FrameBuffer {
  readonly #head: number;
  readonly #values: number;
  readonly #mostBytes: number;
  readonly #scan = new ValueScan();
  #bytes: Buffer = EMPTY;
  /** The message begins here; what is there ends there. */
  #begin = 0;
  #end = 0;
  #problem: string | null = null;

  /** `head` bytes, then `values` msgpack values. */
  constructor(head: number, values: number, mostBytes: number) {
    this.#head = head;
    this.#values = values;
    this.#mostBytes = mostBytes;
    this.#beginAt(0);
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
      this.#end = chunk.byteLength;
      this.#beginAt(0);
      return;
    }
    const size = this.size;
    const needed = size + chunk.byteLength;
    if (this.#end + chunk.byteLength > this.#bytes.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(needed * 2, FIRST_CAPACITY));
      this.#bytes.copy(larger, 0, this.#begin, this.#end);
      this.#bytes = larger;
      this.#scan.moved(this.#begin);
      this.#begin = 0;
      this.#end = size;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.byteLength;
  }

  /** The next whole message, a view; null when there is none yet, or none any more. */
  next(): Buffer | null {
    if (this.#problem !== null) return null;
    const end = this.#scan.run(this.#bytes, this.#end);
    this.#problem = this.#problemAt(end);
    if (this.#problem !== null || end > this.#end) return null;
    const message = this.#bytes.subarray(this.#begin, end);
    this.#beginAt(end);
    return message;
  }

  /** Up to `most` bytes that follow the last message as they are, a view. */
  raw(most: number): Buffer {
    const bytes = this.#bytes.subarray(this.#begin, Math.min(this.#end, this.#begin + most));
    this.#beginAt(this.#begin + bytes.byteLength);
    return bytes;
  }

  #beginAt(begin: number): void {
    this.#begin = begin;
    this.#scan.begin(begin + this.#head, this.#values);
  }

  #problemAt(end: number): string | null {
    if (end === MALFORMED) return 'no msgpack';
    if (end - this.#begin > this.#mostBytes) return 'message is too large';
    return this.#scan.count > MOST_VALUES ? 'too many values' : null;
  }
}
