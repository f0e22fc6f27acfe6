// The decoder's side of the border: its instance, the part of the message that is loaded into it, and the table of
// slots that one call fills (src/wasm/assembly/scan.ts). Messages up to 16 KiB are loaded whole; of longer ones only
// a window, and the module asks for what lies behind a long byte value, so that such a value is never copied in. When
// a window was too small for anything else, it is enlarged and the scan repeated.

import { DecodeError, type DecodeErrorCode } from '../msgpack/errors.js';
import { MAX_MESSAGE_BYTES } from '../msgpack/limits.js';
import { readText } from '../msgpack/text.js';
import { instantiateScanning, KEPT_MEMORY_BYTES, PAGE_BYTES, reserve, type ScanningExports } from './module.js';
import { AFTER_IMAGE, copyImage, imageStart, imageVersion } from './program.js';

const CACHE_BYTES = 64 * 1024;
const FIRST_INPUT_BYTES = 128 * 1024;
const OVERHANG = 64;
/** Messages up to this length are loaded whole. */
const WHOLE_BYTES = 16 * 1024;
const WINDOW_BYTES = 1024;
/** How much of a buffer with many messages is loaded at once. */
const AHEAD_BYTES = 64 * 1024;
/**
 * Bound of the slot table, in bytes. It grows faster than the message when that has many small elements; whatever the
 * encoder writes ({@link MAX_MESSAGE_BYTES}, and its bound of operands) stays below it.
 */
const MOST_SLOT_BYTES = 256 * 1024 * 1024;
const LONG = 1 << 30;

const CODES: readonly DecodeErrorCode[] = [
  'truncated',
  'wrong-type',
  'truncated',
  'too-many-values',
  'integer-overflow',
];
const NOT_LOADED = -3;

/** The same bytes as a plain Uint8Array: the slice() of a Buffer is a view, not a copy. */
export function plain(bytes: Uint8Array): Uint8Array {
  return bytes instanceof Buffer ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
}

export class Scanner {
  /** The slot table of the last scan lies at `slotWord`; views of the whole memory. */
  words: Int32Array = new Int32Array(0);
  floats: Float64Array = new Float64Array(0);
  bytes: Buffer = Buffer.alloc(0);
  slotWord = 0;
  /** The message of the last scan: byte values are taken from here. */
  source: Uint8Array = new Uint8Array(0);
  sourceOffset = 0;

  /** Begun with the first message: a client agent's threads read none. */
  #exports: ScanningExports | null = null;
  readonly #cacheStart = AFTER_IMAGE;
  readonly #inputStart = AFTER_IMAGE + CACHE_BYTES;
  #inputBytes = 0;
  #version = -1;
  #strings: string[] = [];
  // What of the source is in memory: [loadedFrom, loadedTo), at inputStart.
  #loadedFrom = 0;
  #loadedTo = 0;
  #messageEnd = 0;

  #begin(): ScanningExports {
    const exports = instantiateScanning((offset, address) => this.#loadMore(offset, address));
    if (exports.firstFree() !== imageStart) throw new Error('the modules want their schemas at different places');
    exports.setCache(this.#cacheStart);
    this.#exports = exports;
    this.#strings = new Array<string>(1024).fill('');
    this.#version = -1;
    this.#setInput(exports.memory, FIRST_INPUT_BYTES);
    return exports;
  }

  #setInput(memory: WebAssembly.Memory, size: number): void {
    this.#inputBytes = size;
    const slots = (this.#inputStart + size + OVERHANG + 15) & ~15;
    reserve(memory, slots + PAGE_BYTES);
    this.slotWord = slots >> 2;
    this.#renewViews(memory);
    this.#loadedTo = this.#loadedFrom;
  }

  #renewViews({ buffer }: WebAssembly.Memory): void {
    this.words = new Int32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.bytes = Buffer.from(buffer);
  }

  #loadMore(offset: number, address: number): number {
    const from = this.sourceOffset + offset;
    const room = this.#inputStart + this.#inputBytes - address;
    const to = Math.min(this.#messageEnd, from + Math.min(room, WINDOW_BYTES));
    this.bytes.set(this.source.subarray(from, to), address);
    // The memory no longer holds a plain stretch of the source.
    this.#loadedTo = this.#loadedFrom;
    return to - from;
  }

  #load(memory: WebAssembly.Memory, from: number, to: number): void {
    if (to - from > this.#inputBytes) this.#setInput(memory, Math.max(to - from, this.#inputBytes * 2));
    const isWhole = from === 0 && to === this.source.length;
    this.bytes.set(isWhole ? this.source : this.source.subarray(from, to), this.#inputStart);
    this.#loadedFrom = from;
    this.#loadedTo = to;
  }

  /** What will be scanned. Messages in it may be views of it later: it must not be changed afterwards. */
  open(source: Uint8Array): void {
    this.source = plain(source);
    this.#loadedFrom = 0;
    this.#loadedTo = 0;
  }

  /** Ends the use of a source: lets go of it, and of a memory that it blew up. */
  close(): void {
    this.source = EMPTY;
    if (this.bytes.length > KEPT_MEMORY_BYTES) this.#begin();
  }

  /** Scans the value at source[from … to). Answers the offset behind it. */
  scan(kind: number, argument: number, from: number, to: number): number {
    if (to - from > MAX_MESSAGE_BYTES) throw new DecodeError('too-large', from);
    const exports = this.#exports ?? this.#begin();
    const { memory } = exports;
    // Looked at on every scan: a schema may be used for the first time in the middle of a source.
    if (this.#version !== imageVersion()) {
      copyImage(memory);
      this.#version = imageVersion();
    }
    this.#messageEnd = to;
    this.sourceOffset = from;
    const size = to - from;
    if (from < this.#loadedFrom || this.#loadedTo < Math.min(to, from + WINDOW_BYTES)) {
      const isSmall = size <= WHOLE_BYTES;
      this.#load(
        memory,
        from,
        isSmall ? Math.max(to, Math.min(this.source.length, from + AHEAD_BYTES)) : from + WINDOW_BYTES,
      );
    }
    for (;;) {
      const available = Math.min(to, this.#loadedTo) - from;
      const address = this.#inputStart + from - this.#loadedFrom;
      const slots = this.slotWord << 2;
      const used = exports.scan(kind, argument, address, size, available, slots, MOST_SLOT_BYTES);
      if (this.words.length === 0) this.#renewViews(memory);
      if (used >= 0) return from + used;
      const offset = from + (this.words[this.slotWord] ?? 0);
      // Strings that the failed scan put in the cache were never made.
      exports.clearCache();
      if (used !== NOT_LOADED || available >= size) throw new DecodeError(CODES[-used - 1] ?? 'wrong-type', offset);
      this.#load(memory, from, Math.min(to, from + Math.max(available * 8, 8 * WINDOW_BYTES)));
    }
  }

  /** A string's value from its slot, when it isn't "". */
  text(length: number, address: number): string {
    if (length < 0) return this.#strings[-length - 1] ?? '';
    const size = length & LONG ? length & ~LONG : length & 0xffff;
    const text =
      address >= 0
        ? this.bytes.toString('latin1', address, address + size)
        : readText(this.bytes, ~address, ~address + size);
    if (!(length & LONG) && length >= 65536) this.#strings[(length >> 16) - 1] = text;
    return text;
  }

  /** A byte value: a view of the source when it is most of it, else a copy (a view would keep all of the source alive). */
  binary(length: number, offset: number): Uint8Array {
    const from = this.sourceOffset + offset;
    const { source } = this;
    const isMost = length * 2 >= source.buffer.byteLength;
    return isMost ? source.subarray(from, from + length) : source.slice(from, from + length);
  }
}

const EMPTY = new Uint8Array(0);
