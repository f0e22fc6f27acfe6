// LZW for long messages, in pieces: each call takes a millisecond or two, so that the caller can let others have their turn
// in between. The output is the same as in one go (lzw.ts). Each has an instance of the module, and so a memory, of its own.

import type { LzwResult } from './lzw.js';
import { type Exports, instantiate, reserve } from './module.js';
import { AFTER_IMAGE } from './program.js';

interface PieceExports extends Exports {
  lzwTableBytes(): number;
  prepareLzw(address: number): void;
  lzwEncodeStart(): void;
  lzwEncodeMore(source: number, length: number, target: number): number;
  lzwEncodeEnd(target: number): number;
  lzwDecodeStart(target: number): void;
  lzwDecodeFrom(source: number): void;
  lzwDecodedEnd(): number;
  lzwDecodeMore(end: number, limit: number): number;
}

/** Input given to the module at once. */
const WINDOW_BYTES = 64 * 1024;

/** Longest piece that the encoder may put out: no code is longer than 12 bits. */
const MOST_ENCODED_BYTES = 2 * WINDOW_BYTES + 16;

/** Output of the decoder in one step: a few bytes of input may stand for thousands. */
const STEP_BYTES = 128 * 1024;

const TRUNCATED = -1;
const INVALID_CODE = -2;

interface Space {
  readonly exports: PieceExports;
  /** Where input is put; the output is behind it. */
  readonly window: number;
  readonly output: number;
}

function makeSpace(outputBytes: number): Space {
  const exports = instantiate() as PieceExports;
  const window = AFTER_IMAGE + exports.lzwTableBytes();
  const output = window + WINDOW_BYTES;
  reserve(exports.memory, output + outputBytes);
  exports.prepareLzw(AFTER_IMAGE);
  return { exports, window, output };
}

export class LzwEncoder {
  readonly #space = makeSpace(MOST_ENCODED_BYTES);
  readonly #memory: Uint8Array;

  constructor() {
    this.#memory = new Uint8Array(this.#space.exports.memory.buffer);
    this.#space.exports.lzwEncodeStart();
  }

  /** The output as far as these bytes bring it. */
  push(bytes: Uint8Array): Uint8Array[] {
    const { exports, window, output } = this.#space;
    const parts: Uint8Array[] = [];
    for (let start = 0; start < bytes.length; start += WINDOW_BYTES) {
      const piece = bytes.subarray(start, start + WINDOW_BYTES);
      this.#memory.set(piece, window);
      const length = exports.lzwEncodeMore(window, piece.length, output);
      parts.push(this.#memory.slice(output, output + length));
    }
    return parts;
  }

  end(): Uint8Array {
    const { exports, output } = this.#space;
    return this.#memory.slice(output, output + exports.lzwEncodeEnd(output));
  }
}

export class LzwDecoder {
  readonly #space = makeSpace(STEP_BYTES);
  readonly #bytes: Uint8Array;
  readonly #most: number;
  #next = 0;
  #windowEnd = 0;

  /** `most`: longest output allowed. */
  constructor(bytes: Uint8Array, most: number) {
    this.#bytes = bytes;
    this.#most = most;
    this.#space.exports.lzwDecodeStart(this.#space.output);
    this.#fillWindow();
  }

  /** Memory in use. */
  get heldBytes(): number {
    return this.#space.exports.memory.buffer.byteLength;
  }

  /** Goes on for a while. Null: there is more to do. */
  step(): LzwResult | null {
    const { exports, output } = this.#space;
    const last = output + this.#most;
    const limit = Math.min(last, exports.lzwDecodedEnd() + STEP_BYTES);
    reserve(exports.memory, limit);
    switch (exports.lzwDecodeMore(this.#windowEnd, limit)) {
      case 0: {
        // A view: nobody else has this memory, and to copy fifteen megabytes of it would hold the thread.
        const bytes = new Uint8Array(exports.memory.buffer, output, exports.lzwDecodedEnd() - output);
        return { ok: true, bytes };
      }
      case TRUNCATED:
        if (this.#next === this.#bytes.length) return { ok: false, problem: 'truncated' };
        this.#fillWindow();
        return null;
      case INVALID_CODE:
        return { ok: false, problem: 'invalid-code' };
      default:
        return limit === last ? { ok: false, problem: 'too-large' } : null;
    }
  }

  #fillWindow(): void {
    const { exports, window } = this.#space;
    const piece = this.#bytes.subarray(this.#next, this.#next + WINDOW_BYTES);
    this.#next += piece.length;
    new Uint8Array(exports.memory.buffer).set(piece, window);
    this.#windowEnd = window + piece.length;
    exports.lzwDecodeFrom(window);
  }
}
