// Writes the fields of protobuf messages, one after the other, each message with its length in front.

import type { Uint64 } from '../../../../../wire/uint64.js';

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
/** Of a message inside another, until it is longer. */
const SHORT = 0x80;
const FIRST_BYTES = 4096;
const MAX_VARINT_BYTES = 10;

export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #end = 0;

  get length(): number {
    return this.#end;
  }

  /** A copy of what was written since `from`. */
  copy(from: number): Buffer {
    return Buffer.from(this.#bytes.subarray(from, this.#end));
  }

  /** Forgets what was written; a buffer that grew large is given back. */
  clear(keepBytes: number): void {
    this.#end = 0;
    if (this.#bytes.length > keepBytes) this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
  }

  /** Room for bytes that {@link patch} fills in. */
  skip(bytes: number): number {
    this.#room(bytes);
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  patch(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at);
  }

  /** Zero is the default, and left out. */
  integer(number: number, value: number): void {
    if (value === 0) return;
    this.#tag(number, VARINT);
    this.#varint(Math.trunc(value));
  }

  bool(number: number, value: boolean): void {
    this.integer(number, value ? 1 : 0);
  }

  /** Empty is the default, and left out. */
  text(number: number, value: string): void {
    if (value !== '') this.textChoice(number, value);
  }

  /** Also where it is zero. */
  double(number: number, value: number): void {
    this.#tag(number, FIXED64);
    this.#room(8);
    this.#end = this.#bytes.writeDoubleLE(value, this.#end);
  }

  /** Also where it is zero: one of several that a message may hold. */
  choice(number: number, value: number): void {
    this.#tag(number, VARINT);
    this.#varint(value);
  }

  /** Also where it is empty. */
  textChoice(number: number, value: string): void {
    this.#tag(number, DELIMITED);
    const length = Buffer.byteLength(value);
    this.#varint(length);
    this.#room(length);
    this.#end += this.#bytes.write(value, this.#end);
  }

  /** Also where there are none. */
  bytes(number: number, value: Uint8Array): void {
    this.#tag(number, DELIMITED);
    this.#varint(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  /** Zero is the default, and left out. */
  uint64(number: number, value: Uint64): void {
    if (typeof value === 'number') this.integer(number, value);
    else {
      this.#tag(number, VARINT);
      this.#room(MAX_VARINT_BYTES);
      this.#wide(value);
    }
  }

  /** Begins a message as a field of the present one; {@link end} takes the result. */
  begin(number: number): number {
    this.#tag(number, DELIMITED);
    return this.skip(1);
  }

  end(begun: number): void {
    const start = begun + 1;
    const length = this.#end - start;
    if (length < SHORT) {
      this.#bytes[begun] = length;
      return;
    }
    const more = varintBytes(length) - 1;
    this.#room(more);
    this.#bytes.copyWithin(start + more, start, this.#end);
    this.#end = begun;
    this.#varint(length);
    this.#end += length;
  }

  #tag(number: number, kind: number): void {
    this.#varint(number * 8 + kind);
  }

  #varint(value: number): void {
    this.#room(MAX_VARINT_BYTES);
    if (value < 0) {
      this.#wide(BigInt(value));
      return;
    }
    let rest = value;
    while (rest >= SHORT) {
      this.#bytes[this.#end++] = (rest % SHORT) | SHORT;
      rest = Math.floor(rest / SHORT);
    }
    this.#bytes[this.#end++] = rest;
  }

  /** Of 64 bits, in two's complement where it is negative. */
  #wide(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#end++] = Number(rest & 0x7fn) | SHORT;
    this.#bytes[this.#end++] = Number(rest);
  }

  #room(bytes: number): void {
    const wanted = this.#end + bytes;
    if (wanted <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= SHORT; rest = Math.floor(rest / SHORT)) bytes += 1;
  return bytes;
}
