// Requests with entries leave packed by Snappy where the other server says in gossip that it takes them so, and where it pays: values
// of text become half as long for 3 µs a KB. A packed request is a type of its own, which a stock server never sees, and one
// msgpack value: the bytes of the whole plain request. Both sides look at no more than a megabyte at once, some milliseconds.

import { decode, encode, readFailureText } from '../../../msgpack/codec.js';
import { bytes } from '../../../msgpack/kinds.js';
import type { Limits } from '../../../msgpack/limits.js';
import { snappyCompress, snappyDecompress } from '../../../wasm/snappy.js';
import { FrameBuffer } from './frame-buffer.js';
import { RpcType } from './messages.js';

/** Of plain requests: shorter ones gain nothing that a packet would show, longer ones would hold up everybody else. */
const LEAST_BYTES = 1024;
export const MOST_PLAIN_BYTES = 1024 * 1024;
/** What becomes no shorter than this part of itself isn't worth the unpacking. */
const WORTH = 7 / 8;
const LIMITS: Limits = { bytes: MOST_PLAIN_BYTES * 2, elements: 1, depth: 1 };

/** Followers that are in step get the same bytes one after the other: they are packed once. */
export class Packer {
  #plain: Uint8Array | null = null;
  #packed: Uint8Array | null = null;

  /** The request packed, or as it is. */
  pack(request: Uint8Array): Uint8Array {
    if (request.length < LEAST_BYTES || request.length > MOST_PLAIN_BYTES) return request;
    if (this.#plain === null || Buffer.compare(this.#plain, request) !== 0) {
      const packed = encode(bytes, snappyCompress(request), RpcType.packed);
      this.#plain = request;
      this.#packed = packed.length < request.length * WORTH ? packed : request;
    }
    return this.#packed ?? request;
  }
}

export function isPacked(message: Uint8Array): boolean {
  return message[0] === RpcType.packed;
}

/** The plain request with entries in it, or what is wrong. */
export function unpacked(message: Uint8Array): Uint8Array | string {
  const read = decode(bytes, message, 1, LIMITS);
  if (!read.ok) return readFailureText(read);
  const plain = snappyDecompress(read.value ?? new Uint8Array(0), MOST_PLAIN_BYTES);
  if (typeof plain === 'string') return plain;
  if (plain[0] !== RpcType.append) return `unknown rpc type ${plain[0]} in a packed request`;
  // As strict as with what comes plain.
  const frames = new FrameBuffer(1, 1, MOST_PLAIN_BYTES);
  frames.push(plain);
  const whole = frames.next();
  if (whole !== null && frames.size === 0) return whole;
  return frames.problem ?? 'a packed request that is not one message';
}
