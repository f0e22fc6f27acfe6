// Writes msgpack in the flavour of memberlist and Serf (spec/gossip.md, section 2): raw types of the old form only
// (never str8 or bin), integers in their shortest unsigned form. It grows one buffer; what it hands out is a copy.

import { writeText } from '../../../wasm/text.js';
import type { Uint64 } from '../../../wire/uint64.js';

const FIRST_BYTES = 1024;
const TWO_32 = 4294967296;

export class MsgpackWriter {
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private at = 0;

  get byteLength(): number {
    return this.at;
  }

  private reserve(count: number): void {
    const needed = this.at + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** A mark and a big-endian number behind it. */
  private marked(mark: number, value: number, size: 1 | 2 | 4): void {
    this.reserve(1 + size);
    this.bytes[this.at] = mark;
    this.bytes.writeUIntBE(value, this.at + 1, size);
    this.at += 1 + size;
  }

  nil(): void {
    this.byte(0xc0);
  }

  bool(value: boolean): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  /** A nonnegative integer. */
  unsigned(value: Uint64): void {
    if (value < 0x80) this.byte(Number(value));
    else if (value < 0x100) this.marked(0xcc, Number(value), 1);
    else if (value < 0x10000) this.marked(0xcd, Number(value), 2);
    else if (value < TWO_32) this.marked(0xce, Number(value), 4);
    else {
      this.reserve(9);
      this.bytes[this.at] = 0xcf;
      this.bytes.writeBigUInt64BE(BigInt(value), this.at + 1);
      this.at += 9;
    }
  }

  /** A signed integer; what isn't negative looks like an unsigned one. */
  signed(value: number): void {
    if (value >= 0) {
      this.unsigned(value);
    } else if (value >= -32) {
      this.byte(value & 0xff);
    } else {
      const size = value >= -0x80 ? 1 : value >= -0x8000 ? 2 : value >= -0x80000000 ? 4 : 8;
      this.reserve(9);
      this.bytes[this.at] = 0xd0 + Math.log2(size);
      if (size === 8) this.bytes.writeBigInt64BE(BigInt(value), this.at + 1);
      else this.bytes.writeIntBE(value, this.at + 1, size);
      this.at += 1 + size;
    }
  }

  float(value: number): void {
    this.reserve(9);
    this.bytes[this.at] = 0xcb;
    this.bytes.writeDoubleBE(value, this.at + 1);
    this.at += 9;
  }

  private container(length: number, fixed: number, most: number, wide: number): void {
    if (length <= most) this.byte(fixed | length);
    else if (length < 0x10000) this.marked(wide, length, 2);
    else this.marked(wide + 1, length, 4);
  }

  map(length: number): void {
    this.container(length, 0x80, 15, 0xde);
  }

  array(length: number): void {
    this.container(length, 0x90, 15, 0xdc);
  }

  binary(value: Uint8Array): void {
    this.binaryHead(value.length);
    this.raw(value);
  }

  /** What stands in front of `length` bytes. */
  binaryHead(length: number): void {
    this.container(length, 0xa0, 31, 0xda);
  }

  text(value: string): void {
    const room = value.length * 3;
    this.reserve(room + 5);
    // The header's size depends on the length in bytes, which is only known once the text is written.
    const start = this.at + 1;
    const length = writeText(this.bytes, value, start);
    const shift = length <= 31 ? 0 : length < 0x10000 ? 2 : 4;
    if (shift > 0) this.bytes.copyWithin(start + shift, start, start + length);
    this.container(length, 0xa0, 31, 0xda);
    this.at += length;
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** Everything written since the last call, as the caller's own. */
  take(): Uint8Array {
    // From Node's pool: a buffer of its own costs ten times as much, and messages don't live long.
    const taken = Buffer.allocUnsafe(this.at);
    this.bytes.copy(taken, 0, 0, this.at);
    this.at = 0;
    if (this.bytes.length > FIRST_BYTES * 64) this.bytes = Buffer.allocUnsafe(FIRST_BYTES);
    return taken;
  }
}
