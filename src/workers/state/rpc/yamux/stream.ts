// One stream of a yamux session: what may still be sent and received on it, and what waits to be sent (spec/rpc.md, section 2).
// Whoever uses it says what it has taken of the bytes it got; only then the sender may send more.

import { INITIAL_WINDOW } from './frame.js';

/** Who uses a stream. */
export interface StreamListener {
  /** Bytes have come: a view that holds until the call is over. {@link YamuxStream.consumed} makes room for more. */
  data(bytes: Uint8Array): void;
  /** The other side sends no more. */
  ended(): void;
  /** Nothing comes or goes any more: the stream was reset, or its session is over. */
  failed(reason: string): void;
  /** Everything that was written has left. */
  drained(): void;
}

/** What a stream needs of its session. */
export interface StreamHost {
  /** There may be something to send. */
  ready(stream: YamuxStream): void;
  /** This side sends no more, and everything has left. */
  finish(stream: YamuxStream): void;
  reset(stream: YamuxStream): void;
  grant(stream: YamuxStream, bytes: number): void;
  /** In the middle of a frame of this stream: one word about the whole frame is enough. */
  isReceiving(stream: YamuxStream): boolean;
  /** More (or, negative, less) waits to be sent. */
  queued(bytes: number): void;
}

export class YamuxStream {
  readonly id: number;
  listener: StreamListener | null = null;
  /** The other side has said FIN. */
  isRemoteDone = false;
  /** This side has sent FIN. */
  isLocalDone = false;
  /** Neither sends or gets anything any more. */
  isOver = false;
  /** In the session's line of those that have something to send. */
  isInLine = false;
  /** Opened here, and not yet accepted by the other side. */
  awaitsAck = false;
  /** When it is given up: while it waits for the other side's FIN or ACK. */
  giveUpMs = Number.POSITIVE_INFINITY;
  readonly #host: StreamHost;
  #sendWindow = INITIAL_WINDOW;
  #receiveWindow = INITIAL_WINDOW;
  /** Received, and not yet taken. */
  #buffered = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #isEnding = false;

  constructor(id: number, host: StreamHost) {
    this.id = id;
    this.#host = host;
  }

  /** Written and not yet on its way. */
  get unsent(): number {
    return this.#pendingBytes;
  }

  /** The bytes belong to the stream from now on. */
  write(bytes: Uint8Array): void {
    if (this.isOver || this.#isEnding || bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#host.queued(bytes.length);
    this.#host.ready(this);
  }

  /** Nothing is written any more: what was written leaves, then the other side hears of it. */
  end(): void {
    if (this.isOver || this.#isEnding) return;
    this.#isEnding = true;
    if (this.#pendingBytes === 0) this.#host.finish(this);
  }

  /** Ends it at once, in both directions. */
  reset(): void {
    if (!this.isOver) this.#host.reset(this);
  }

  /** So many received bytes are no longer kept. */
  consumed(bytes: number): void {
    this.#buffered -= bytes;
    if (this.isOver || this.isRemoteDone || this.#host.isReceiving(this)) return;
    const room = INITIAL_WINDOW - this.#buffered - this.#receiveWindow;
    if (room < INITIAL_WINDOW / 2) return;
    this.#receiveWindow += room;
    this.#host.grant(this, room);
  }

  /** A frame of so many bytes begins; false: more than was allowed. */
  admits(length: number): boolean {
    if (length > this.#receiveWindow) return false;
    this.#receiveWindow -= length;
    this.#buffered += length;
    return true;
  }

  /** The other side allows so many more. More than 32 bits mean nothing. */
  allow(bytes: number): void {
    this.#sendWindow = Math.min(this.#sendWindow + bytes, 0xffffffff);
    if (this.#pendingBytes > 0) this.#host.ready(this);
  }

  /** The next bytes that may leave, at most `most`; null when there are none, or the other side allows none. */
  next(most: number): Uint8Array | null {
    const first = this.#pending[0];
    const length = Math.min(first?.length ?? 0, most, this.#sendWindow);
    if (first === undefined || length === 0) return null;
    if (length === first.length) this.#pending.shift();
    else this.#pending[0] = first.subarray(length);
    this.#sendWindow -= length;
    this.#pendingBytes -= length;
    this.#host.queued(-length);
    return length === first.length ? first : first.subarray(0, length);
  }

  /** After bytes have left: what that was the last of. */
  settle(): void {
    if (this.#pendingBytes > 0 || this.isOver) return;
    if (this.#isEnding) this.#host.finish(this);
    else this.listener?.drained();
  }

  /** Nothing of it is kept. */
  close(): void {
    this.isOver = true;
    this.#host.queued(-this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
