// Reads msgpack that anybody may have sent, taking what stock decoders take (spec/gossip.md, section 2): the old raw type
// and the newer str and bin, integers of any width, nil for every zero value. Nothing here throws: the first problem
// sticks, and every later read answers a zero value, so that a decoder reads straight through and asks once at the end.
// Nothing is allocated by a length that the bytes present don't cover.

import { type Uint64, uint64 } from '../wire/uint64.js';
import type { DecodeErrorCode } from './errors.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { MALFORMED, ValueScan } from './skip.js';
import { readText } from './text.js';

/** `truncated`: the bytes end inside the value, more of them may make it readable. */
export type ReadProblem = Exclude<DecodeErrorCode, 'empty'>;

const EMPTY = Buffer.alloc(0);
const NIL = 0xc0;
const MAX_INT64 = 0x7fffffffffffffffn;

/** Longest byte value taken as an array of integers; nobody writes that form. */
const MOST_ARRAY_BYTES = 65536;

/** Read in one go: a millisecond or less. */
const SLICE_BYTES = 32 * 1024;

/** Of values that are passed over in one go. */
const passed = new ValueScan();

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export class MsgpackReader {
  /** Offset of the next byte. */
  offset = 0;
  problem: ReadProblem | null = null;
  /** With `truncated`: how long the bytes must be at least. */
  wanted = 0;
  /** Where in the value the problem is, as far as those who read it have said so ({@link inside}). */
  place = '';
  readonly limits: Limits;
  #bytes: Buffer = EMPTY;
  #end = 0;
  /** Behind the longest value that is taken. */
  #most = 0;
  #elements = 0;
  #sliceStart = 0;

  /** Byte values read are views of `bytes`. */
  constructor(bytes: Uint8Array, offset = 0, limits = DEFAULT_LIMITS) {
    this.limits = limits;
    this.open(bytes, offset, bytes.length);
  }

  /** Starts anew with the value that lies in bytes[offset … end). */
  open(bytes: Uint8Array, offset: number, end: number): void {
    this.#bytes = asBuffer(bytes);
    this.#most = offset + this.limits.bytes;
    this.#end = Math.min(end, this.#most);
    this.#elements = this.limits.elements;
    this.#sliceStart = offset;
    this.offset = offset;
    this.problem = null;
    this.place = '';
  }

  fail(problem: ReadProblem = 'wrong-type'): void {
    this.problem ??= problem;
  }

  /** The problem that there is lies inside this part of the value; called from the inside out. */
  inside(part: string): void {
    this.place = this.place === '' || this.place.startsWith('[') ? part + this.place : `${part}.${this.place}`;
  }

  /** Whether `count` more bytes are there. */
  #has(count: number): boolean {
    if (this.problem !== null) return false;
    if (this.#end - this.offset >= count) return true;
    this.#runOut(count);
    return false;
  }

  #runOut(count: number): void {
    this.wanted = this.offset + count;
    this.problem = this.wanted > this.#most ? 'too-large' : 'truncated';
  }

  #number(size: number): number {
    if (!this.#has(size)) return 0;
    const value = this.#bytes.readUIntBE(this.offset, size);
    this.offset += size;
    return value;
  }

  /** The next value's first byte, consumed. Nil when it can't be read. */
  #mark(): number {
    return this.#has(1) ? (this.#bytes[this.offset++] ?? NIL) : NIL;
  }

  /** The next value's first byte, which stays. Nil when it can't be read. */
  peek(): number {
    return this.#has(1) ? (this.#bytes[this.offset] ?? NIL) : NIL;
  }

  /** Whether the next value is nil; then it is consumed. */
  nil(): boolean {
    if (!this.#has(1) || this.#bytes[this.offset] !== NIL) return false;
    this.offset += 1;
    return true;
  }

  bool(): boolean {
    const mark = this.#mark();
    if (mark === 0xc3) return true;
    if (mark !== 0xc2 && mark !== NIL) this.fail();
    return false;
  }

  /** Any integer; null when what is there isn't one. */
  #integer(mark: number): Uint64 | null {
    if (mark < 0x80) return mark;
    if (mark >= 0xe0) return mark - 256;
    if (mark === NIL) return 0;
    if (mark >= 0xcc && mark <= 0xce) return this.#number(1 << (mark - 0xcc));
    if (mark >= 0xd0 && mark <= 0xd2) {
      const size = 1 << (mark - 0xd0);
      if (!this.#has(size)) return 0;
      const value = this.#bytes.readIntBE(this.offset, size);
      this.offset += size;
      return value;
    }
    if (mark !== 0xcf && mark !== 0xd3) return null;
    if (!this.#has(8)) return 0;
    const wide = mark === 0xcf ? this.#bytes.readBigUInt64BE(this.offset) : this.#bytes.readBigInt64BE(this.offset);
    this.offset += 8;
    return wide < 0n ? (wide < BigInt(Number.MIN_SAFE_INTEGER) ? wide : Number(wide)) : uint64(wide);
  }

  /** An integer of −2^63 … 2^64 − 1; a bigint only where a number isn't exact. */
  integer(): Uint64 {
    const value = this.#integer(this.#mark());
    if (value === null) this.fail();
    return value ?? 0;
  }

  /** An integer of 0 … `most`. */
  unsigned(most: number): number {
    const value = this.integer();
    if (typeof value === 'number' && value >= 0 && value <= most) return value;
    this.fail('integer-overflow');
    return 0;
  }

  /** An integer of 0 … 2^64 − 1. */
  unsigned64(): Uint64 {
    const value = this.integer();
    // Numbers are not compared with bigints: that costs more than reading them.
    if (typeof value === 'number' ? value >= 0 : value >= 0n) return value;
    this.fail('integer-overflow');
    return 0;
  }

  /** An integer of −2^63 … 2^63 − 1. */
  signed64(): number | bigint {
    const value = this.integer();
    if (typeof value === 'number' || value <= MAX_INT64) return value;
    this.fail('integer-overflow');
    return 0;
  }

  float(): number {
    const mark = this.#mark();
    if (mark === 0xcb || mark === 0xca) return this.#double(mark);
    const value = this.#integer(mark);
    if (value === null) this.fail();
    return Number(value ?? 0);
  }

  #double(mark: number): number {
    const size = mark === 0xcb ? 8 : 4;
    if (!this.#has(size)) return 0;
    const value = size === 8 ? this.#bytes.readDoubleBE(this.offset) : this.#bytes.readFloatBE(this.offset);
    this.offset += size;
    return value;
  }

  /** Length of a raw value behind `mark`, -1 when it is none. bin8, bin16 and bin32 count only when `withBinary`. */
  #rawLength(mark: number, withBinary: boolean): number {
    if (mark >= 0xa0 && mark <= 0xbf) return mark & 31;
    if (mark >= 0xd9 && mark <= 0xdb) return this.#number(1 << (mark - 0xd9));
    if (withBinary && mark >= 0xc4 && mark <= 0xc6) return this.#number(1 << (mark - 0xc4));
    return -1;
  }

  /** `withBinary`: a bin value counts as text, too. */
  text(withBinary = false): string {
    const mark = this.#mark();
    if (mark === NIL) return '';
    const length = this.#rawLength(mark, withBinary);
    if (length < 0) this.fail();
    if (!this.#has(length)) return '';
    const start = this.offset;
    this.offset += length;
    return readText(this.#bytes, start, this.offset);
  }

  /** A map's key, as its bytes. */
  key(): Uint8Array {
    const length = this.#rawLength(this.#mark(), false);
    if (length < 0) this.fail();
    return this.#take(length);
  }

  /** Whether a map of exactly so many pairs begins here; then its head is consumed. */
  takesMap(pairs: number): boolean {
    if (this.problem !== null || this.#end - this.offset < 3) return false;
    const bytes = this.#bytes;
    const at = this.offset;
    if (pairs < 16) {
      if (bytes[at] !== (0x80 | pairs)) return false;
      this.offset = at + 1;
      return true;
    }
    if (bytes[at] !== 0xde || bytes[at + 1] !== pairs >>> 8 || bytes[at + 2] !== (pairs & 0xff)) return false;
    this.offset = at + 3;
    return true;
  }

  /** Whether exactly these bytes come next; then they are consumed. */
  takes(expected: Uint8Array): boolean {
    const { length } = expected;
    if (this.problem !== null || this.#end - this.offset < length) return false;
    const start = this.offset;
    for (let i = 0; i < length; i += 1) if (this.#bytes[start + i] !== expected[i]) return false;
    this.offset = start + length;
    return true;
  }

  #take(length: number): Uint8Array {
    if (!this.#has(length)) return EMPTY;
    const start = this.#bytes.byteOffset + this.offset;
    this.offset += length;
    return new Uint8Array(this.#bytes.buffer, start, length);
  }

  /** A byte value in any form the stock decoder takes. A view of the input, except for an array of integers. */
  binary(): Uint8Array | null {
    const mark = this.#mark();
    if (mark === NIL) return null;
    const length = this.#rawLength(mark, true);
    if (length >= 0) return this.#take(length);
    const count = this.#arrayLength(mark);
    if (count < 0 || count > MOST_ARRAY_BYTES) this.fail();
    if (count < 0 || !this.#has(count)) return null;
    const value = new Uint8Array(count);
    for (let i = 0; i < count && this.problem === null; i += 1) value[i] = this.unsigned(255);
    return value;
  }

  #arrayLength(mark: number): number {
    if (mark >= 0x90 && mark <= 0x9f) return mark & 15;
    return mark === 0xdc || mark === 0xdd ? this.#number(mark === 0xdc ? 2 : 4) : -1;
  }

  #mapLength(mark: number): number {
    if (mark >= 0x80 && mark <= 0x8f) return mark & 15;
    return mark === 0xde || mark === 0xdf ? this.#number(mark === 0xde ? 2 : 4) : -1;
  }

  /** Number of elements of an array, null for nil. `most`: no more of them will be made. */
  array(most = Number.POSITIVE_INFINITY): number | null {
    const mark = this.#mark();
    return mark === NIL ? null : this.#granted(this.#arrayLength(mark), most);
  }

  /** Number of pairs of a map, null for nil. */
  map(): number | null {
    const mark = this.#mark();
    return mark === NIL ? null : this.#granted(this.#mapLength(mark));
  }

  /** `count` elements will be made, or `most` of them. */
  #granted(count: number, most = Number.POSITIVE_INFINITY): number {
    if (count < 0) this.fail();
    this.#elements -= Math.min(Math.max(count, 0), most);
    if (this.#elements < 0) this.fail('too-many-values');
    return Math.max(count, 0);
  }

  /** A struct comes as a map, as an array of its fields, or as nil. */
  structForm(): { readonly form: 'map' | 'array' | 'nil'; readonly length: number } {
    const mark = this.#mark();
    if (mark === NIL) return { form: 'nil', length: 0 };
    const pairs = this.#mapLength(mark);
    if (pairs >= 0) return { form: 'map', length: pairs };
    const elements = this.#arrayLength(mark);
    if (elements < 0) this.fail();
    return { form: 'array', length: Math.max(elements, 0) };
  }

  /** Passes over one value of any kind, extensions included. The answer: how many values it holds, itself counted. */
  skip(most = Number.POSITIVE_INFINITY): number {
    if (this.problem !== null) return 0;
    passed.begin(this.offset);
    for (let seen: number | null = this.offset; seen !== null && this.problem === null; ) {
      seen = this.#passOver(passed, seen);
      if (passed.count > most) this.fail('too-many-values');
    }
    return passed.count;
  }

  /** Passes over so many values, in slices. */
  *skipSteps(values: number): Generator<undefined, void> {
    if (this.problem !== null || values === 0) return;
    const scan = new ValueScan();
    scan.begin(this.offset, values);
    for (let seen = this.#passOver(scan, this.offset); seen !== null; seen = this.#passOver(scan, seen)) yield;
  }

  /** A slice of that, from `seen` on. Where the next begins; null when this was the last, or something is wrong. */
  #passOver(scan: ValueScan, seen: number): number | null {
    const end = Math.min(seen + SLICE_BYTES, this.#end);
    const next = scan.run(this.#bytes, end);
    if (next === MALFORMED) this.fail();
    if (next === MALFORMED || !this.#has(next - this.offset)) return null;
    if (next > end) return next;
    this.offset = next;
    return null;
  }

  /** Passes over one value, and answers the bytes it took, as a view. */
  skipped(): Uint8Array {
    const start = this.offset;
    this.skip();
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, this.offset - start);
  }

  /** Whether so much was read since the last slice that the thread should have a pause; then a new one begins. */
  isSliceOver(): boolean {
    if (this.offset - this.#sliceStart < SLICE_BYTES) return false;
    this.#sliceStart = this.offset;
    return true;
  }
}
