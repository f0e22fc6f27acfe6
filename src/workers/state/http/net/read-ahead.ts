// Bytes of requests that have to wait for the answer to the one before.

import { GatheredBytes } from '../engine/gathered-bytes.js';
import { kept } from './shared-read.js';

export class ReadAhead {
  #bytes = new GatheredBytes();

  get bytes(): number {
    return this.#bytes.length;
  }

  add(chunk: Buffer): void {
    this.#bytes.add(kept(chunk));
  }

  /** Puts back what was taken too early. */
  addFirst(chunk: Buffer): void {
    const behind = this.#bytes;
    this.#bytes = new GatheredBytes();
    this.#bytes.add(kept(chunk));
    if (behind.length > 0) this.#bytes.add(behind.take());
  }

  take(): Buffer {
    const bytes = this.#bytes.take();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
