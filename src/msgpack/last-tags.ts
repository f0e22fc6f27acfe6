// Nearly all members of a pool say the same in their tags, except for the node ID. Who reads those of ten thousand compares them
// with the last ones read, and where only the ID is another, needs nothing of them but that.

import { readText } from './text.js';

/** Longer metadata is no member's. */
const MOST_BYTES = 512;

export class LastTags {
  readonly #bytes = Buffer.alloc(MOST_BYTES);
  #length = 0;
  /** Where the ID is; from 0 to 0: nothing is remembered. */
  #start = 0;
  #end = 0;

  /** The ID of metadata that is otherwise what was remembered last, byte by byte; null for any other. */
  otherId(meta: Uint8Array): string | null {
    if (this.#end === 0 || meta.length !== this.#length) return null;
    // Loops: these bytes are few, and compared before any code is compiled.
    for (let i = 0; i < this.#start; i += 1) if (meta[i] !== this.#bytes[i]) return null;
    for (let i = this.#end; i < this.#length; i += 1) if (meta[i] !== this.#bytes[i]) return null;
    for (let i = this.#start; i < this.#end; i += 1) this.#bytes[i] = meta[i] ?? 0;
    return readText(this.#bytes, this.#start, this.#end);
  }

  /**
   * `id` is the value of one of the tags, as it was read. What is found once in the bytes is that value and nothing else; where
   * it isn't, or isn't plain ASCII, nothing is remembered.
   */
  remember(meta: Uint8Array, id: string): void {
    this.#end = 0;
    const isAscii = Buffer.byteLength(id) === id.length;
    if (meta.length > MOST_BYTES || id === '' || !isAscii) return;
    this.#bytes.set(meta);
    this.#length = meta.length;
    const written = this.#bytes.subarray(0, meta.length);
    const start = written.indexOf(id);
    if (start < 0 || written.lastIndexOf(id) !== start) return;
    this.#start = start;
    this.#end = start + id.length;
  }
}
