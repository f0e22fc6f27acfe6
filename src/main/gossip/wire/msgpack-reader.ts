// Reads msgpack that anybody may have sent, taking what the stock decoder takes (spec/gossip.md, section 2). Nothing
// here throws: the first problem sticks, and every later read answers a zero value, so that a decoder reads straight
// through and asks once at the end. Nothing nests on the stack, and nothing is allocated by a length that the bytes
// present don't cover.

import { readText } from '../../../wasm/text.js';
import { type Uint64, uint64 } from '../../../wire/uint64.js';

/** `truncated`: the bytes end inside the value, more of them may make it readable. */
export type ReadProblem = 'truncated' | 'malformed';

const EMPTY = new Uint8Array(0);

/** Longest byte value taken as an array of integers; nobody writes that form. */
const MOST_ARRAY_BYTES = 65536;

export class MsgpackReader {
  /** Offset of the next byte. */
  offset: number;
  problem: ReadProblem | null = null;
  /** With `truncated`: how long the bytes must be at least. */
  wanted = 0;
  private readonly bytes: Buffer;
  private readonly end: number;

  /** Byte values read are views of `bytes`. */
  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
    this.end = end;
  }

  fail(problem: ReadProblem = 'malformed'): void {
    this.problem ??= problem;
  }

  /** Whether `count` more bytes are there. */
  private has(count: number): boolean {
    if (this.problem !== null) return false;
    if (this.end - this.offset >= count) return true;
    this.problem = 'truncated';
    this.wanted = this.offset + count;
    return false;
  }

  private number(size: number): number {
    if (!this.has(size)) return 0;
    const value = this.bytes.readUIntBE(this.offset, size);
    this.offset += size;
    return value;
  }

  /** The next value's first byte, consumed. Nil when it can't be read. */
  private mark(): number {
    return this.has(1) ? (this.bytes[this.offset++] ?? 0xc0) : 0xc0;
  }

  /** Whether the next value is nil; then it is consumed. */
  nil(): boolean {
    if (!this.has(1) || this.bytes[this.offset] !== 0xc0) return false;
    this.offset += 1;
    return true;
  }

  bool(): boolean {
    const mark = this.mark();
    if (mark === 0xc3) return true;
    if (mark !== 0xc2 && mark !== 0xc0) this.fail();
    return false;
  }

  /** Any integer; null when what is there isn't one. */
  private integer(mark: number): Uint64 | null {
    if (mark < 0x80) return mark;
    if (mark >= 0xe0) return mark - 256;
    if (mark === 0xc0) return 0;
    if (mark >= 0xcc && mark <= 0xce) return this.number(1 << (mark - 0xcc));
    if (mark >= 0xd0 && mark <= 0xd2) {
      const size = 1 << (mark - 0xd0);
      if (!this.has(size)) return 0;
      const value = this.bytes.readIntBE(this.offset, size);
      this.offset += size;
      return value;
    }
    if (mark !== 0xcf && mark !== 0xd3) return null;
    if (!this.has(8)) return 0;
    const wide = mark === 0xcf ? this.bytes.readBigUInt64BE(this.offset) : this.bytes.readBigInt64BE(this.offset);
    this.offset += 8;
    return wide < 0n ? (wide < BigInt(Number.MIN_SAFE_INTEGER) ? wide : Number(wide)) : uint64(wide);
  }

  /** An integer of 0 … `most`. */
  unsigned(most: Uint64): Uint64 {
    const value = this.integer(this.mark());
    if (value === null || value < 0 || value > most) {
      this.fail();
      return 0;
    }
    return value;
  }

  /** A 64-bit signed integer, as a number: exact up to 2^53. */
  signed(): number {
    const value = this.integer(this.mark());
    if (value === null || value > 0x7fffffffffffffffn) {
      this.fail();
      return 0;
    }
    return Number(value);
  }

  float(): number {
    const mark = this.mark();
    if (mark === 0xcb || mark === 0xca) {
      const size = mark === 0xcb ? 8 : 4;
      if (!this.has(size)) return 0;
      const value = size === 8 ? this.bytes.readDoubleBE(this.offset) : this.bytes.readFloatBE(this.offset);
      this.offset += size;
      return value;
    }
    const value = this.integer(mark);
    if (value === null) this.fail();
    return Number(value ?? 0);
  }

  /** Length of a raw value behind `mark`, -1 when it is none. bin8, bin16 and bin32 count only when `withBinary`. */
  private rawLength(mark: number, withBinary: boolean): number {
    if (mark >= 0xa0 && mark <= 0xbf) return mark & 31;
    if (mark >= 0xd9 && mark <= 0xdb) return this.number(1 << (mark - 0xd9));
    if (withBinary && mark >= 0xc4 && mark <= 0xc6) return this.number(1 << (mark - 0xc4));
    return -1;
  }

  text(): string {
    const mark = this.mark();
    if (mark === 0xc0) return '';
    const length = this.rawLength(mark, false);
    if (length < 0) this.fail();
    if (!this.has(Math.max(length, 0))) return '';
    const start = this.offset;
    this.offset += length;
    return readText(this.bytes, start, this.offset);
  }

  /** A map's key, as its bytes. */
  key(): Uint8Array {
    const length = this.rawLength(this.mark(), false);
    if (length < 0) this.fail();
    return this.take(length);
  }

  private take(length: number): Uint8Array {
    if (!this.has(Math.max(length, 0))) return EMPTY;
    const start = this.bytes.byteOffset + this.offset;
    this.offset += length;
    return new Uint8Array(this.bytes.buffer, start, length);
  }

  /** A byte value in any form the stock decoder takes. A view of the input, except for an array of integers. */
  binary(): Uint8Array | null {
    const mark = this.mark();
    if (mark === 0xc0) return null;
    const length = this.rawLength(mark, true);
    if (length >= 0) return this.take(length);
    const count = this.arrayLength(mark);
    if (count < 0 || count > MOST_ARRAY_BYTES) this.fail();
    if (count < 0 || !this.has(count)) return null;
    const value = new Uint8Array(count);
    for (let i = 0; i < count && this.problem === null; i += 1) value[i] = Number(this.unsigned(255));
    return value;
  }

  private arrayLength(mark: number): number {
    if (mark >= 0x90 && mark <= 0x9f) return mark & 15;
    return mark === 0xdc || mark === 0xdd ? this.number(mark === 0xdc ? 2 : 4) : -1;
  }

  private mapLength(mark: number): number {
    if (mark >= 0x80 && mark <= 0x8f) return mark & 15;
    return mark === 0xde || mark === 0xdf ? this.number(mark === 0xde ? 2 : 4) : -1;
  }

  /** Number of elements of an array, null for nil. */
  array(): number | null {
    const mark = this.mark();
    if (mark === 0xc0) return null;
    const length = this.arrayLength(mark);
    if (length < 0) this.fail();
    return Math.max(length, 0);
  }

  /** Number of pairs of a map, null for nil. */
  map(): number | null {
    const mark = this.mark();
    if (mark === 0xc0) return null;
    const length = this.mapLength(mark);
    if (length < 0) this.fail();
    return Math.max(length, 0);
  }

  /** A struct comes as a map, as an array of its fields, or as nil. */
  structForm(): { readonly form: 'map' | 'array' | 'nil'; readonly length: number } {
    const mark = this.mark();
    if (mark === 0xc0) return { form: 'nil', length: 0 };
    const pairs = this.mapLength(mark);
    if (pairs >= 0) return { form: 'map', length: pairs };
    const elements = this.arrayLength(mark);
    if (elements < 0) this.fail();
    return { form: 'array', length: Math.max(elements, 0) };
  }

  /** Passes over one value of any kind. */
  skip(): void {
    let pending = 1;
    while (pending > 0 && this.problem === null) {
      const mark = this.mark();
      pending -= 1;
      if (mark < 0x80 || mark >= 0xe0 || mark === 0xc0 || mark === 0xc2 || mark === 0xc3) continue;
      const raw = this.rawLength(mark, true);
      if (raw >= 0) {
        this.take(raw);
        continue;
      }
      const elements = this.arrayLength(mark);
      const pairs = elements >= 0 ? -1 : this.mapLength(mark);
      if (elements >= 0) pending += elements;
      else if (pairs >= 0) pending += pairs * 2;
      else this.skipFixed(mark);
    }
  }

  private skipFixed(mark: number): void {
    if (mark === 0xca) this.take(4);
    else if (mark === 0xcb) this.take(8);
    else if (mark >= 0xcc && mark <= 0xcf) this.take(1 << (mark - 0xcc));
    else if (mark >= 0xd0 && mark <= 0xd3) this.take(1 << (mark - 0xd0));
    else this.fail();
  }
}
