// A node of a push/pull as agents write it: all fields in their order, nothing nil. Whoever joins a large pool reads thousands of
// them with code that isn't compiled yet, so that one small function takes half the time of the tables (messages.ts) on main, and
// V8 has one to optimize instead of twenty. Whatever else there is, is the tables' to read.

import { readText } from '../../../msgpack/text.js';
import type { PushPullNode } from './messages.js';

/** A map of seven pairs, and the first key; then the other keys, all in the order in which they are written. */
const ADDRESS = Buffer.from('\x87\xa4Addr', 'latin1');
const INCARNATION = Buffer.from('\xabIncarnation', 'latin1');
const META = Buffer.from('\xa4Meta', 'latin1');
const NAME = Buffer.from('\xa4Name', 'latin1');
const PORT = Buffer.from('\xa4Port', 'latin1');
const STATE = Buffer.from('\xa5State', 'latin1');
const VERSIONS = Buffer.from('\xa3Vsn', 'latin1');

/** Far below what a node may take. */
const MOST_RAW_BYTES = 1024;
const NO_BYTES = new Uint8Array(0);

export class UsualNodeReader {
  /** Behind the node that was read last. */
  next = 0;
  #isUsual = true;
  /** The last ones: nearly all members of a pool say the same. */
  #versions: Uint8Array = NO_BYTES;

  /** Null: not in this form, or not all of it is there. Byte values are views of `bytes`. */
  read(bytes: Buffer, offset: number): PushPullNode | null {
    this.next = offset;
    this.#isUsual = true;
    this.#key(bytes, ADDRESS);
    const Addr = this.#raw(bytes);
    this.#key(bytes, INCARNATION);
    const Incarnation = this.#unsigned(bytes, 4);
    this.#key(bytes, META);
    const Meta = this.#raw(bytes);
    this.#key(bytes, NAME);
    const length = this.#rawLength(bytes);
    const start = this.next;
    this.next += length;
    this.#key(bytes, PORT);
    const Port = this.#unsigned(bytes, 2);
    this.#key(bytes, STATE);
    const State = this.#unsigned(bytes, 1);
    this.#key(bytes, VERSIONS);
    const Vsn = this.#sameVersions(bytes);
    if (!this.#isUsual) return null;
    return { Name: readText(bytes, start, start + length), Addr, Port, Meta, Incarnation, State, Vsn };
  }

  #key(bytes: Buffer, key: Buffer): void {
    const { next } = this;
    for (let i = 0; i < key.length; i += 1) {
      if (bytes[next + i] === key[i]) continue;
      this.#isUsual = false;
      return;
    }
    this.next = next + key.length;
  }

  /** An integer that isn't negative, of `most` bytes at most behind its mark. */
  #unsigned(bytes: Buffer, most: number): number {
    const mark = bytes[this.next++] ?? 0xc0;
    if (mark < 0x80) return mark;
    const size = 1 << (mark - 0xcc);
    if (mark < 0xcc || mark > 0xce || size > most || this.next + size > bytes.length) {
      this.#isUsual = false;
      return 0;
    }
    let value = 0;
    for (let i = 0; i < size; i += 1) value = value * 256 + (bytes[this.next++] ?? 0);
    return value;
  }

  /** Of text or bytes, all of which are there. */
  #rawLength(bytes: Buffer): number {
    const mark = bytes[this.next++] ?? 0xc0;
    let length = mark & 31;
    if (mark === 0xd9) length = bytes[this.next++] ?? 0;
    else if (mark === 0xda) length = (bytes[this.next++] ?? 0) * 256 + (bytes[this.next++] ?? 0);
    else if (mark < 0xa0 || mark > 0xbf) this.#isUsual = false;
    if (this.#isUsual && length <= MOST_RAW_BYTES && this.next + length <= bytes.length) return length;
    this.#isUsual = false;
    return 0;
  }

  #raw(bytes: Buffer): Uint8Array {
    const length = this.#rawLength(bytes);
    const start = this.next;
    if (!this.#isUsual) return NO_BYTES;
    this.next = start + length;
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
  }

  #sameVersions(bytes: Buffer): Uint8Array {
    const length = this.#rawLength(bytes);
    const start = this.next;
    if (!this.#isUsual) return NO_BYTES;
    const last = this.#versions;
    let isSame = last.length === length;
    for (let i = 0; isSame && i < length; i += 1) isSame = last[i] === bytes[start + i];
    if (!isSame) this.#versions = new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
    this.next = start + length;
    return this.#versions;
  }
}
