// Takes frames apart as their bytes come, in whatever pieces: at most a header is kept, never a payload.

import { FrameType, HEADER_BYTES, type Header, readHeader } from './frame.js';

export interface FrameSink {
  /** A frame begins. False: nothing more is read. */
  begins(header: Header): boolean;
  /** A piece of its payload, as a view. */
  payload(bytes: Uint8Array): void;
  /** A data frame is over. */
  frameOver(): void;
}

export class FrameReader {
  readonly #header: Header = { version: 0, type: 0, flags: 0, stream: 0, length: 0 };
  readonly #kept = Buffer.alloc(HEADER_BYTES);
  #keptBytes = 0;
  /** Bytes of the payload that are still to come. */
  #expected = 0;

  read(chunk: Buffer, sink: FrameSink): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#expected > 0) {
        const end = Math.min(chunk.length, at + this.#expected);
        this.#expected -= end - at;
        sink.payload(chunk.subarray(at, end));
        at = end;
        if (this.#expected === 0) sink.frameOver();
        continue;
      }
      const taken = this.#takeHeader(chunk, at);
      if (taken === 0) return;
      at += taken;
      if (!sink.begins(this.#header)) return;
      const { type, length } = this.#header;
      if (type !== FrameType.data) continue;
      this.#expected = length;
      if (length === 0) sink.frameOver();
    }
  }

  /** How many bytes of the chunk it took; 0 when the header isn't whole yet: then they are kept. */
  #takeHeader(chunk: Buffer, at: number): number {
    if (this.#keptBytes === 0 && chunk.length - at >= HEADER_BYTES) {
      readHeader(chunk, at, this.#header);
      return HEADER_BYTES;
    }
    const taken = Math.min(HEADER_BYTES - this.#keptBytes, chunk.length - at);
    chunk.copy(this.#kept, this.#keptBytes, at, at + taken);
    this.#keptBytes += taken;
    if (this.#keptBytes < HEADER_BYTES) return 0;
    this.#keptBytes = 0;
    readHeader(this.#kept, 0, this.#header);
    return taken;
  }
}
