// Writes msgpack as stock servers and agents do (spec/rpc.md, section 3; spec/gossip.md, section 2): integers in their
// shortest form, text and bytes as the old raw type; in the newer form, which one message has, as str and bin. It grows
// one buffer; what it hands out is a copy. Throws EncodeError for what can't be written.

import type { Uint64 } from '../wire/uint64.js';
import { EncodeError } from './errors.js';
import { MAX_MESSAGE_BYTES } from './limits.js';
import { writeText } from './text.js';

/** `raw`: text and bytes look alike. `str-bin`: with str8 for text of 32 to 255 bytes, and bin for bytes. */
export type Form = 'raw' | 'str-bin';

const FIRST_BYTES = 1024;
/** Written in one go: a millisecond or less. */
const SLICE_BYTES = 32 * 1024;
const TWO_32 = 4294967296;
const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;
/** Shorter text and bytes are written by a loop here, longer ones by a call into Node or V8. */
const LOOP_CHARACTERS = 24;

export class MsgpackWriter {
  readonly form: Form;
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 0;
  #sliceStart = 0;

  constructor(form: Form = 'raw') {
    this.form = form;
  }

  get byteLength(): number {
    return this.#at;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    if (needed > MAX_MESSAGE_BYTES * 3) throw new EncodeError('too-large');
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  /** A mark and a big-endian number behind it. */
  #marked(mark: number, value: number, size: 1 | 2 | 4): void {
    this.#reserve(1 + size);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = mark;
    if (size === 4) {
      bytes[at++] = value >>> 24;
      bytes[at++] = value >>> 16;
    }
    if (size > 1) bytes[at++] = value >>> 8;
    bytes[at++] = value;
    this.#at = at;
  }

  nil(): void {
    this.byte(0xc0);
  }

  bool(value: boolean): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  /** An integer of 0 … 2^64 - 1. */
  unsigned(value: Uint64): void {
    if (typeof value !== 'number' || value >>> 0 !== value) this.#wide(value);
    else if (value < 0x80) this.byte(value);
    else if (value < 0x100) this.#marked(0xcc, value, 1);
    else if (value < 0x10000) this.#marked(0xcd, value, 2);
    else this.#marked(0xce, value, 4);
  }

  /** What isn't an integer of 32 bits in a number. */
  #wide(value: Uint64): void {
    if (typeof value === 'number' && !Number.isInteger(value)) throw new EncodeError('not-an-integer');
    if (value < 0 || value >= TWO_64) throw new EncodeError('integer-overflow');
    if (value < TWO_32) {
      this.unsigned(Number(value));
      return;
    }
    this.#reserve(9);
    this.#bytes[this.#at] = 0xcf;
    this.#bytes.writeBigUInt64BE(BigInt(value), this.#at + 1);
    this.#at += 9;
  }

  /** A signed integer; what isn't negative looks like an unsigned one. */
  signed(value: number | bigint): void {
    if (value < 0) this.#negative(value);
    else this.unsigned(value);
  }

  #negative(value: number | bigint): void {
    if (typeof value === 'number' && !Number.isInteger(value)) throw new EncodeError('not-an-integer');
    if (value < -TWO_63) throw new EncodeError('integer-overflow');
    if (value >= -32) {
      this.byte(Number(value) & 0xff);
      return;
    }
    const size = value >= -0x80 ? 1 : value >= -0x8000 ? 2 : value >= -0x80000000 ? 4 : 8;
    this.#reserve(9);
    this.#bytes[this.#at] = 0xd0 + Math.log2(size);
    if (size === 8) this.#bytes.writeBigInt64BE(BigInt(value), this.#at + 1);
    else this.#bytes.writeIntBE(Number(value), this.#at + 1, size);
    this.#at += 1 + size;
  }

  float(value: number): void {
    this.#reserve(9);
    this.#bytes[this.#at] = 0xcb;
    this.#bytes.writeDoubleBE(value, this.#at + 1);
    this.#at += 9;
  }

  /** In four bytes. */
  float32(value: number): void {
    this.#reserve(5);
    this.#bytes[this.#at] = 0xca;
    this.#bytes.writeFloatBE(value, this.#at + 1);
    this.#at += 5;
  }

  #container(length: number, fixed: number, most: number, wide: number): void {
    if (length <= most) this.byte(fixed | length);
    else if (length < 0x10000) this.#marked(wide, length, 2);
    else this.#marked(wide + 1, length, 4);
  }

  map(length: number): void {
    this.#container(length, 0x80, 15, 0xde);
  }

  array(length: number): void {
    this.#container(length, 0x90, 15, 0xdc);
  }

  binary(value: Uint8Array): void {
    this.binaryHead(value.length);
    this.raw(value);
  }

  /** What stands in front of `length` bytes. */
  binaryHead(length: number): void {
    if (this.form === 'raw') this.#container(length, 0xa0, 31, 0xda);
    else if (length < 0x100) this.#marked(0xc4, length, 1);
    else this.#container(length, 0, -1, 0xc5);
  }

  /** What stands in front of text of `length` bytes. */
  #textHead(length: number): void {
    if (this.form === 'str-bin' && length > 31 && length < 0x100) this.#marked(0xd9, length, 1);
    else this.#container(length, 0xa0, 31, 0xda);
  }

  text(value: string): void {
    if (typeof value !== 'string') throw new EncodeError('not-encodable');
    this.#reserve(value.length * 3 + 5);
    // The header's size depends on the length in bytes, which is only known once the text is written.
    const start = this.#at + 1;
    const isAscii = value.length <= LOOP_CHARACTERS && this.#ascii(value, start);
    const length = isAscii ? value.length : writeText(this.#bytes, value, start);
    if (length > 31) {
      const size = length < 0x100 && this.form === 'str-bin' ? 1 : length < 0x10000 ? 2 : 4;
      this.#bytes.copyWithin(start + size, start, start + length);
    }
    this.#textHead(length);
    this.#at += length;
  }

  /** Writes text at `start`; false when it isn't ASCII. */
  #ascii(value: string, start: number): boolean {
    const { length } = value;
    const bytes = this.#bytes;
    for (let i = 0; i < length; i += 1) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return false;
      bytes[start + i] = unit;
    }
    return true;
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): void {
    const { length } = value;
    this.#reserve(length);
    const bytes = this.#bytes;
    const at = this.#at;
    if (length > LOOP_CHARACTERS) bytes.set(value, at);
    else for (let i = 0; i < length; i += 1) bytes[at + i] = value[i] as number;
    this.#at = at + length;
  }

  /** Everything written since the last call, as the caller's own. */
  take(): Uint8Array {
    // From Node's pool: a buffer of its own costs ten times as much, and messages don't live long.
    const taken = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(taken, 0, 0, this.#at);
    this.clear();
    return taken;
  }

  /** Everything written since the last call: a view that is good until something is written again. */
  look(): Uint8Array {
    const written = this.#bytes.subarray(0, this.#at);
    this.clear();
    return written;
  }

  /** Whether so much was written since the last slice that the thread should have a pause; then a new one begins. */
  isSliceOver(): boolean {
    if (this.#at - this.#sliceStart < SLICE_BYTES) return false;
    this.#sliceStart = this.#at;
    return true;
  }

  /** Forgets what was written, as after a value that could only be written in part. */
  clear(): void {
    this.#at = 0;
    this.#sliceStart = 0;
    if (this.#bytes.length > FIRST_BYTES * 64) this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
  }
}
