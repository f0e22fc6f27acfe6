// Free-form values (proxy Config and the like) as msgpack, in JavaScript: rare, small, and without a schema. Numbers
// are written as float64, as all numbers that came from JSON are (spec/fsm.md, section 1); a bigint is written as an
// integer. Reading takes every number as a number while it is exact, so an integral float and an integer read alike.

import type { Dynamic } from '../wire/records.js';
import { uint64 } from '../wire/uint64.js';
import { DecodeError, EncodeError } from './errors.js';
import { readText, writeText } from './text.js';

/** Levels of lists and maps within one value, when reading and when writing. */
const MAX_DYNAMIC_DEPTH = 64;

const MAX_INT64 = (1n << 63n) - 1n;
const MIN_INT64 = -(1n << 63n);
const MAX_UINT64 = (1n << 64n) - 1n;

/** Sets a member also when it is called `__proto__`. */
export function setMember(target: { [key: string]: unknown }, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

class DynamicWriter {
  bytes = Buffer.allocUnsafeSlow(256);
  length = 0;

  private room(size: number): number {
    const at = this.length;
    if (at + size > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, at + size));
      larger.set(this.bytes.subarray(0, at));
      this.bytes = larger;
    }
    return at;
  }

  private header(count: number, fix: number, fixLimit: number, wide: number): void {
    const at = this.room(5);
    if (count < fixLimit) this.length = this.bytes.writeUInt8(fix | count, at);
    else if (count < 65536) this.length = this.bytes.writeUInt16BE(count, this.bytes.writeUInt8(wide, at));
    else this.length = this.bytes.writeUInt32BE(count, this.bytes.writeUInt8(wide + 1, at));
  }

  private text(text: string): void {
    const scratch = Buffer.allocUnsafe(text.length * 3);
    const size = writeText(scratch, text, 0);
    this.header(size, 0xa0, 32, 0xda);
    const at = this.room(size);
    this.bytes.set(scratch.subarray(0, size), at);
    this.length = at + size;
  }

  private integer(value: bigint): void {
    if (value > MAX_UINT64 || value < MIN_INT64) throw new EncodeError('integer-overflow');
    const at = this.room(9);
    if (value > MAX_INT64) this.length = this.bytes.writeBigUInt64BE(value, this.bytes.writeUInt8(0xcf, at));
    else if (value >= 0n && value < 128n) this.length = this.bytes.writeUInt8(Number(value), at);
    else if (value >= 0n && value < 256n) this.length = this.bytes.writeUInt16BE(0xcc00 | Number(value), at);
    else if (value >= 0n && value < 65536n) this.length = this.bytes.writeUIntBE(0xcd0000 + Number(value), at, 3);
    else if (value >= 0n && value < 1n << 32n)
      this.length = this.bytes.writeUIntBE(0xce00000000 + Number(value), at, 5);
    else if (value >= 0n) this.length = this.bytes.writeBigUInt64BE(value, this.bytes.writeUInt8(0xcf, at));
    else if (value >= -32n) this.length = this.bytes.writeInt8(Number(value), at);
    else if (value >= -128n) this.length = this.bytes.writeInt8(Number(value), this.bytes.writeUInt8(0xd0, at));
    else if (value >= -32768n) this.length = this.bytes.writeInt16BE(Number(value), this.bytes.writeUInt8(0xd1, at));
    else if (value >= -(1n << 31n)) {
      this.length = this.bytes.writeInt32BE(Number(value), this.bytes.writeUInt8(0xd2, at));
    } else this.length = this.bytes.writeBigInt64BE(value, this.bytes.writeUInt8(0xd3, at));
  }

  value(value: Dynamic, depth: number): void {
    if (depth > MAX_DYNAMIC_DEPTH) throw new EncodeError('not-encodable');
    if (value === null) this.length = this.bytes.writeUInt8(0xc0, this.room(1));
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'number') {
      const at = this.room(9);
      this.length = this.bytes.writeDoubleBE(value, this.bytes.writeUInt8(0xcb, at));
    } else if (typeof value === 'boolean') this.length = this.bytes.writeUInt8(value ? 0xc3 : 0xc2, this.room(1));
    else if (typeof value === 'bigint') this.integer(value);
    else if (Array.isArray(value)) {
      this.header(value.length, 0x90, 16, 0xdc);
      for (const item of value as readonly Dynamic[]) this.value(item, depth + 1);
    } else if (typeof value === 'object') {
      const entries = Object.entries(value as { readonly [key: string]: Dynamic });
      this.header(entries.length, 0x80, 16, 0xde);
      for (const [key, item] of entries) {
        this.text(key);
        this.value(item, depth + 1);
      }
    } else throw new EncodeError('not-encodable');
  }
}

/** The msgpack of a free-form value. */
export function encodeDynamic(value: Dynamic): Uint8Array {
  const writer = new DynamicWriter();
  writer.value(value, 0);
  return writer.bytes.subarray(0, writer.length);
}

/** Reads the value that `bytes[start … end)` holds; the scanner has made sure that it is complete. */
export function decodeDynamic(bytes: Buffer, start: number, end: number): Dynamic {
  let at = start;

  function truncated(): DecodeError {
    return new DecodeError('truncated', at);
  }

  function unsigned(width: number): number {
    if (at + width > end) throw truncated();
    const value = bytes.readUIntBE(at, width);
    at += width;
    return value;
  }

  function text(length: number): string {
    if (at + length > end) throw truncated();
    at += length;
    return readText(bytes, at - length, at);
  }

  function list(count: number, depth: number): Dynamic {
    if (depth > MAX_DYNAMIC_DEPTH) throw new DecodeError('too-deep', at);
    const items: Dynamic[] = [];
    for (let i = 0; i < count; i += 1) items.push(value(depth));
    return items;
  }

  function map(count: number, depth: number): Dynamic {
    if (depth > MAX_DYNAMIC_DEPTH) throw new DecodeError('too-deep', at);
    const members: { [key: string]: Dynamic } = {};
    for (let i = 0; i < count; i += 1) {
      const key = value(depth);
      if (typeof key !== 'string') throw new DecodeError('wrong-type', at);
      setMember(members, key, value(depth));
    }
    return members;
  }

  function fixed(size: number): number {
    if (at + size > end) throw truncated();
    at += size;
    return at - size;
  }

  function signed(value: bigint): number | bigint {
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  function value(depth: number): Dynamic {
    const tag = unsigned(1);
    if (tag < 0x80) return tag;
    if (tag >= 0xe0) return tag - 256;
    if (tag < 0x90) return map(tag & 15, depth + 1);
    if (tag < 0xa0) return list(tag & 15, depth + 1);
    if (tag < 0xc0) return text(tag & 31);
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xd9:
        return text(unsigned(1));
      case 0xc5:
      case 0xda:
        return text(unsigned(2));
      case 0xc6:
      case 0xdb:
        return text(unsigned(4));
      case 0xca:
        return bytes.readFloatBE(fixed(4));
      case 0xcb:
        return bytes.readDoubleBE(fixed(8));
      case 0xcc:
        return unsigned(1);
      case 0xcd:
        return unsigned(2);
      case 0xce:
        return unsigned(4);
      case 0xcf:
        return uint64(bytes.readBigUInt64BE(fixed(8)));
      case 0xd0:
        return bytes.readInt8(fixed(1));
      case 0xd1:
        return bytes.readInt16BE(fixed(2));
      case 0xd2:
        return bytes.readInt32BE(fixed(4));
      case 0xd3:
        return signed(bytes.readBigInt64BE(fixed(8)));
      case 0xdc:
        return list(unsigned(2), depth + 1);
      case 0xdd:
        return list(unsigned(4), depth + 1);
      case 0xde:
        return map(unsigned(2), depth + 1);
      case 0xdf:
        return map(unsigned(4), depth + 1);
      default:
        throw new DecodeError('wrong-type', at - 1);
    }
  }

  return value(0);
}
