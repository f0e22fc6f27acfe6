// Messages of gRPC on a stream: a byte that says whether it is compressed, four of its length, the message. Messages and the
// frames of HTTP/2 need not line up.

import type { ProtoWriter } from './protobuf/writer.js';

const HEADER_BYTES = 5;

/** Begins a message; {@link endFrame} takes the result. */
export function beginFrame(writer: ProtoWriter): number {
  return writer.skip(HEADER_BYTES);
}

export function endFrame(writer: ProtoWriter, begun: number): void {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(writer.length - begun - HEADER_BYTES, 1);
  writer.patch(begun, header);
}

export type FrameRead =
  | { readonly kind: 'more' }
  | { readonly kind: 'message'; readonly message: Buffer }
  | { readonly kind: 'compressed' }
  | { readonly kind: 'too-large'; readonly bytes: number }
  | { readonly kind: 'trailing' };

const MORE: FrameRead = { kind: 'more' };

/** The messages of a call that sends many, one after the other, however they are cut. Keeps of each no more than `maxBytes`. */
export class FrameReader {
  readonly #maxBytes: number;
  #kept: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What was added before is a part of one message at most: the others were taken by {@link next}. */
  add(chunk: Buffer): void {
    this.#kept = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
  }

  next(): FrameRead {
    const bytes = this.#kept;
    if (bytes.length < HEADER_BYTES) return MORE;
    if (bytes[0] !== 0) return { kind: 'compressed' };
    const length = bytes.readUInt32BE(1);
    if (length > this.#maxBytes) return { kind: 'too-large', bytes: length };
    const end = HEADER_BYTES + length;
    if (bytes.length < end) return MORE;
    this.#kept = bytes.subarray(end);
    return { kind: 'message', message: bytes.subarray(HEADER_BYTES, end) };
  }
}

/** The one message that a call sends, however it is cut. Keeps no more of it than `maxBytes`. */
export class SingleFrame {
  readonly #maxBytes: number;
  /** The first chunk as it came, or what grows with those behind it. */
  #kept: Buffer = Buffer.alloc(0);
  #keptBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Buffer): FrameRead {
    this.#keep(chunk);
    const bytes = this.#kept.subarray(0, this.#keptBytes);
    if (bytes.length < HEADER_BYTES) return MORE;
    if (bytes[0] !== 0) return { kind: 'compressed' };
    const length = bytes.readUInt32BE(1);
    if (length > this.#maxBytes) return { kind: 'too-large', bytes: length };
    if (bytes.length < HEADER_BYTES + length) return MORE;
    if (bytes.length > HEADER_BYTES + length) return { kind: 'trailing' };
    return { kind: 'message', message: bytes.subarray(HEADER_BYTES) };
  }

  /** Many small chunks are copied a few times each, not once for each that follows. */
  #keep(chunk: Buffer): void {
    const length = this.#keptBytes + chunk.length;
    if (this.#keptBytes === 0) this.#kept = chunk;
    else {
      if (length > this.#kept.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#kept.length));
        this.#kept.copy(larger, 0, 0, this.#keptBytes);
        this.#kept = larger;
      }
      chunk.copy(this.#kept, this.#keptBytes);
    }
    this.#keptBytes = length;
  }
}
