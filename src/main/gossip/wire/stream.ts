// What comes in on a stream (spec/gossip.md, sections 3 and 4): the label (only from the side that dialled), then decrypt,
// decompress, read. Chunks come as they come; nothing is kept beyond the limits, and a length that is too large is refused
// before its bytes are waited for.

import { decode } from '../../../msgpack/codec.js';
import { decompressSteps } from './compression.js';
import { decryptSteps } from './encryption.js';
import { removeLabel } from './label.js';
import * as types from './message-types.js';
import { compressed } from './messages.js';
import { acceptsLabel, type Protection } from './protection.js';
import { type StreamMessage, StreamMessageReader } from './stream-messages.js';
import { FRAME_BYTES } from './stream-sealing.js';

/** Longest content buffered: an encrypted frame of the largest size, with its header and label. */
const MOST_BUFFERED_BYTES = types.MOST_STREAM_BYTES + FRAME_BYTES + 257;

/**
 * How often the end of a compressed message is looked for once much of it is there. Twice is enough for what stock
 * agents write; a message made of small pieces would be passed over again and again.
 */
const MOST_LATE_LOOKS = 16;

/** What an object for a node takes, with the views in it. */
const BYTES_A_NODE = 400;

export type StreamState =
  | { readonly kind: 'message'; readonly message: StreamMessage }
  | { readonly kind: 'waiting' }
  /** There is more to do: call {@link StreamReader.advance}, best after a turn of the event loop. */
  | { readonly kind: 'pause' }
  /** Close the connection. `isAnswered`: tell the caller the problem in an error message first. */
  | { readonly kind: 'refused'; readonly problem: string; readonly isAnswered: boolean };

const WAITING: StreamState = { kind: 'waiting' };

function refuse(problem: string, isAnswered: boolean): StreamState {
  return { kind: 'refused', problem, isAnswered };
}

/** Reads the one message of one direction of a connection. */
export class StreamReader {
  readonly #protection: Protection;
  readonly #messages = new StreamMessageReader();
  #isLabelPending: boolean;
  #buffer = Buffer.alloc(0);
  #buffered = 0;
  #start = 0;
  /** Bytes of content below which there is nothing new to do. */
  #wanted = 1;
  /** What the layers held, once they are off; null while the content is still coming in. */
  #content: Uint8Array | null = null;
  #isPlain = false;
  /** Takes the layers off; null before and after that. */
  #unpacking: Generator<void, StreamState | null> | null = null;
  #unpackingBytes = 0;
  #lateLooks = 0;

  /** `isAcceptor`: this side did not dial, so a label may come first. */
  constructor(protection: Protection, isAcceptor: boolean) {
    this.#protection = protection;
    this.#isLabelPending = isAcceptor;
  }

  /** Whether anything has come in: a connection that ends before that is closed silently. */
  get isEmpty(): boolean {
    return this.#buffered === 0;
  }

  /** Memory taken so far, about. */
  get heldBytes(): number {
    const content = this.#content?.length ?? this.#unpackingBytes;
    return this.#buffer.length + content + this.#messages.nodeCount * BYTES_A_NODE;
  }

  /** Takes in what arrived; the chunk is copied. */
  push(chunk: Uint8Array): StreamState {
    const size = this.#buffered + chunk.length;
    if (size > MOST_BUFFERED_BYTES) return refuse('stream is larger than limit', false);
    if (size > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(MOST_BUFFERED_BYTES, Math.max(size, this.#buffer.length * 2, 4096)));
      this.#buffer.copy(larger, 0, 0, this.#buffered);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#buffered);
    this.#buffered = size;
    return this.advance();
  }

  /** Goes on with what is there. */
  advance(): StreamState {
    if (this.#isLabelPending) {
      const state = this.#takeLabel();
      if (state !== null) return state;
    }
    if (this.#content === null && !this.#isPlain) {
      const state = this.#takeFrame();
      if (state !== null) return state;
    }
    const content = this.#content ?? this.#arrived();
    if (content.length < this.#wanted) return WAITING;
    const read = this.#messages.read(content);
    switch (read.kind) {
      case 'message':
      case 'pause':
        return read;
      case 'refused':
        return refuse(read.problem, false);
      case 'wants':
        if (!this.#isPlain) return refuse('message is cut off', false);
        if (read.bytes > types.MOST_STREAM_BYTES) return refuse('stream is larger than limit', false);
        this.#wanted = read.bytes;
        return WAITING;
    }
  }

  #arrived(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#buffered);
  }

  /** Null: the label is off. */
  #takeLabel(): StreamState | null {
    if (this.#buffered === 0) return WAITING;
    const removed = removeLabel(this.#arrived());
    if (!removed.ok) return removed.problem === 'truncated' ? WAITING : refuse('bad label header', false);
    if (!acceptsLabel(this.#protection, removed.label)) return refuse('label is not ours', false);
    this.#start = this.#buffered - removed.rest.length;
    this.#isLabelPending = false;
    return null;
  }

  /** Null: encryption and compression are off. */
  #takeFrame(): StreamState | null {
    if (this.#unpacking !== null) return this.#unpackStep(this.#unpacking);
    const arrived = this.#arrived();
    if (arrived.length < this.#wanted) return WAITING;
    const hasKeys = this.#protection.keyring.primary !== null;
    if (arrived[0] === types.ENCRYPT) {
      return hasKeys
        ? this.#takeEncrypted(arrived)
        : refuse('Remote state is encrypted and encryption is not configured', true);
    }
    if (hasKeys && this.#protection.verifyIncoming) {
      return refuse('Encryption is configured but remote state is not encrypted', true);
    }
    if (arrived[0] !== types.COMPRESS) {
      this.#isPlain = true;
      return null;
    }
    // Only its end is looked for: unpacking waits until all of it is there.
    const read = decode(compressed, arrived, 1);
    if (!read.ok && (read.problem === 'truncated' || read.problem === 'too-large')) {
      if (arrived.length > types.MOST_NODE_BYTES) this.#lateLooks += 1;
      if (read.wanted > types.MOST_STREAM_BYTES || this.#lateLooks > MOST_LATE_LOOKS) {
        return refuse('stream is larger than limit', false);
      }
      this.#wanted = read.wanted;
      return WAITING;
    }
    return this.#unpackStep(this.#unpack(arrived));
  }

  #takeEncrypted(arrived: Uint8Array): StreamState | null {
    if (arrived.length < FRAME_BYTES) {
      this.#wanted = FRAME_BYTES;
      return WAITING;
    }
    const length = new DataView(arrived.buffer, arrived.byteOffset).getUint32(1);
    if (length > types.MOST_STREAM_BYTES) {
      return refuse(`Remote node state is larger than limit (${length})`, true);
    }
    if (arrived.length < FRAME_BYTES + length) {
      this.#wanted = FRAME_BYTES + length;
      return WAITING;
    }
    this.#wanted = 0;
    return this.#unpackStep(this.#decryptAndUnpack(arrived.subarray(0, FRAME_BYTES + length)));
  }

  *#decryptAndUnpack(frame: Uint8Array): Generator<void, StreamState | null> {
    const { keyring, label } = this.#protection;
    const authenticated = Buffer.concat([frame.subarray(0, FRAME_BYTES), label]);
    const decrypted = yield* decryptSteps(keyring, frame.subarray(FRAME_BYTES), authenticated);
    if (!decrypted.ok) return refuse(decrypted.problem, true);
    return yield* this.#unpack(decrypted.plaintext);
  }

  *#unpack(content: Uint8Array): Generator<void, StreamState | null> {
    this.#wanted = 0;
    let unpacked = content;
    if (content[0] === types.COMPRESS) {
      const read = yield* decompressSteps(content, 1, types.MOST_UNPACKED_STREAM_BYTES, (bytes) => {
        this.#unpackingBytes = content.length + bytes;
      });
      if (!read.ok) return refuse(read.problem, true);
      unpacked = read.message;
    }
    this.#content = unpacked;
    // The layers' own bytes are not needed any more.
    this.#buffer = Buffer.alloc(0);
    return unpacked.length === 0 ? refuse('message is empty', false) : null;
  }

  #unpackStep(steps: Generator<void, StreamState | null>): StreamState | null {
    const { done, value } = steps.next();
    this.#unpacking = done === true ? null : steps;
    return done === true ? value : { kind: 'pause' };
  }
}
