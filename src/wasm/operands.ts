// The encoder's side of the border: its instance, and the two operand regions that JavaScript fills before one call
// encodes a whole message. Words are int32: lengths, counts, small integers, marks. Bytes are the text of all
// strings, one after the other. Long byte values never enter: the module leaves a hole in its output, and they are
// copied once, into the result.

import { EncodeError } from '../msgpack/errors.js';
import { MAX_MESSAGE_BYTES } from '../msgpack/limits.js';
import { writeText } from '../msgpack/text.js';
import { type Exports, instantiate, KEPT_MEMORY_BYTES, PAGE_BYTES, reserve } from './module.js';
import { AFTER_IMAGE, copyImage, imageVersion } from './program.js';

/** Byte values from this length on are not copied through the module's memory (bench/micro/codec.ts). */
const EXTERNAL_BYTES = 2048;
const MOST_EXTERNALS = 64;
const HOLES_BYTES = MOST_EXTERNALS * 4;
const FIRST_WORDS = 16 * 1024;
const FIRST_BYTES = 64 * 1024;
/** Words that a struct without its lists and maps may take at most; lists and maps reserve theirs. */
const STRUCT_WORDS = 4096;
/** Shorter strings are written by a loop here, longer ones by a call into Node. */
const LOOP_CHARACTERS = 40;

const NIL = -1;
const EXTERNAL = -2;
const WIDE_SIGNED = -1;
const WIDE_UNSIGNED = -2;
const TWO_32 = 4294967296;

const floatScratch = new Float64Array(1);
const floatWords = new Int32Array(floatScratch.buffer);
const wideScratch = new BigInt64Array(1);
const wideWords = new Int32Array(wideScratch.buffer);

export class Operands {
  exports: Exports;
  /** The whole memory, three ways. */
  words: Int32Array;
  bytes: Buffer;
  plain: Uint8Array;
  /** Index of the next word, address of the next byte. */
  word = 0;
  byte = 0;
  readonly externals: Uint8Array[] = [];
  externalBytes = 0;
  outputStart = 0;
  /** Called before the output region moves or is thrown away: whoever keeps finished output there must take it. */
  beforeMove: () => void = () => undefined;

  readonly #holesStart = AFTER_IMAGE;
  readonly #wordsStart = AFTER_IMAGE + HOLES_BYTES;
  #wordsLimit = 0;
  #bytesStart = 0;
  #bytesLimit = 0;
  #version = -1;

  constructor() {
    this.exports = instantiate();
    this.words = new Int32Array(0);
    this.bytes = Buffer.alloc(0);
    this.plain = this.bytes;
    this.#layOut(FIRST_WORDS, FIRST_BYTES);
  }

  #layOut(wordCount: number, byteCount: number): void {
    this.#wordsLimit = (this.#wordsStart >> 2) + wordCount;
    this.#bytesStart = this.#wordsLimit << 2;
    this.#bytesLimit = this.#bytesStart + byteCount;
    this.outputStart = this.#bytesLimit + 64;
    reserve(this.exports.memory, this.outputStart + PAGE_BYTES);
    this.#renewViews();
  }

  #renewViews(): void {
    const { buffer } = this.exports.memory;
    this.words = new Int32Array(buffer);
    this.bytes = Buffer.from(buffer);
    this.plain = new Uint8Array(buffer);
  }

  /** A new message: what was put in is forgotten. */
  begin(): void {
    this.word = this.#wordsStart >> 2;
    this.byte = this.#bytesStart;
    if (this.externals.length > 0) this.externals.length = 0;
    this.externalBytes = 0;
    if (this.#version !== imageVersion()) {
      this.#version = imageVersion();
      copyImage(this.exports.memory);
    }
  }

  /** Encodes at `target`, a place in the output region. Answers the end of the output, holes not counted. */
  run(kind: number, argument: number, target: number): number {
    if (this.externals.length > 0) this.exports.setOutput(this.#holesStart);
    const end = this.exports.encodeValue(kind, argument, this.#wordsStart, this.#bytesStart, target);
    if (this.words.length === 0) this.#renewViews();
    if (end - target + this.externalBytes > MAX_MESSAGE_BYTES) throw new EncodeError('too-large');
    return end;
  }

  runStruct(argument: number, target: number): number {
    if (this.externals.length > 0) this.exports.setOutput(this.#holesStart);
    const end = this.exports.encodeStruct(argument, this.#wordsStart, this.#bytesStart, target);
    if (this.words.length === 0) this.#renewViews();
    if (end - target + this.externalBytes > MAX_MESSAGE_BYTES) throw new EncodeError('too-large');
    return end;
  }

  /** Address in the output where the n-th external value belongs. */
  hole(index: number): number {
    return this.words[(this.#holesStart >> 2) + index] ?? 0;
  }

  /** Makes sure that `size` bytes can be written at `end` of the output by JavaScript. */
  reserveOutput(end: number): void {
    if (end + 64 <= this.bytes.length) return;
    reserve(this.exports.memory, end + PAGE_BYTES);
    this.#renewViews();
  }

  /** Gives a memory that one large message blew up back to the system. No output may be waiting. */
  trim(): void {
    if (this.bytes.length <= KEPT_MEMORY_BYTES) return;
    this.exports = instantiate();
    this.#version = -1;
    this.#layOut(FIRST_WORDS, FIRST_BYTES);
  }

  /** Room for `count` more words besides those of the structs around them. */
  reserveWords(count: number): void {
    const needed = this.word - (this.#wordsStart >> 2) + count + STRUCT_WORDS;
    if (needed <= this.#wordsLimit - (this.#wordsStart >> 2)) return;
    if (needed > MAX_MESSAGE_BYTES / 4) throw new EncodeError('too-large');
    this.#enlarge(needed * 2, this.#bytesLimit - this.#bytesStart);
  }

  #reserveBytes(count: number): void {
    if (this.byte + count <= this.#bytesLimit) return;
    const needed = this.byte - this.#bytesStart + count;
    if (needed > MAX_MESSAGE_BYTES * 3) throw new EncodeError('too-large');
    this.#enlarge(this.#wordsLimit - (this.#wordsStart >> 2), needed * 2);
  }

  #enlarge(wordCount: number, byteCount: number): void {
    this.beforeMove();
    const from = this.#bytesStart;
    const used = this.byte - from;
    this.#layOut(wordCount, byteCount);
    this.bytes.copyWithin(this.#bytesStart, from, from + used);
    this.byte = this.#bytesStart + used;
  }

  /** Puts a string's bytes in; answers how many there are. May renew the views. */
  text(text: string): number {
    if (typeof text !== 'string') throw new EncodeError('not-encodable');
    const { length } = text;
    if (this.byte + length * 3 > this.#bytesLimit) this.#reserveBytes(length * 3);
    const { bytes, byte } = this;
    if (length <= LOOP_CHARACTERS) {
      let i = 0;
      for (; i < length; i += 1) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x80) break;
        bytes[byte + i] = unit;
      }
      if (i === length) {
        this.byte = byte + length;
        return length;
      }
    }
    const written = writeText(bytes, text, byte);
    this.byte = byte + written;
    return written;
  }

  /** Puts ready-made bytes in. May renew the views. */
  raw(value: Uint8Array): number {
    const { length } = value;
    this.#reserveBytes(length);
    this.bytes.set(value, this.byte);
    this.byte += length;
    return length;
  }

  /** A byte value's words from index `word` on; answers the index behind them. May renew the views. */
  binary(value: Uint8Array | null, word: number): number {
    if (value === null) {
      this.words[word] = NIL;
      return word + 1;
    }
    if (value.length >= EXTERNAL_BYTES && this.externals.length < MOST_EXTERNALS) {
      if (value.length > MAX_MESSAGE_BYTES) throw new EncodeError('too-large');
      this.externals.push(value);
      this.externalBytes += value.length;
      this.words[word] = EXTERNAL;
      this.words[word + 1] = value.length;
      return word + 2;
    }
    const length = this.raw(value);
    this.words[word] = length;
    return word + 1;
  }

  /** An integer that is not in 0 … 2^31 - 1. */
  wideInteger(value: number | bigint, word: number, isSigned: boolean): number {
    const { words } = this;
    if (typeof value === 'number') {
      if (!Number.isInteger(value)) throw new EncodeError('not-an-integer');
      if (value < 0 && !isSigned) throw new EncodeError('integer-overflow');
      if (Number.isSafeInteger(value)) {
        words[word] = WIDE_SIGNED;
        words[word + 1] = (value % TWO_32) | 0;
        words[word + 2] = Math.floor(value / TWO_32);
        return word + 3;
      }
    }
    let exact = BigInt(value);
    // 2^63 - 1 read as a number is 2^63: what was the largest duration stays it.
    if (isSigned && typeof value === 'number' && exact === 1n << 63n) exact -= 1n;
    if (isSigned ? BigInt.asIntN(64, exact) !== exact : BigInt.asUintN(64, exact) !== exact) {
      throw new EncodeError('integer-overflow');
    }
    wideScratch[0] = exact;
    words[word] = isSigned ? WIDE_SIGNED : WIDE_UNSIGNED;
    words[word + 1] = wideWords[0] ?? 0;
    words[word + 2] = wideWords[1] ?? 0;
    return word + 3;
  }

  float(value: number, word: number): number {
    floatScratch[0] = value;
    this.words[word] = floatWords[0] ?? 0;
    this.words[word + 1] = floatWords[1] ?? 0;
    return word + 2;
  }
}
