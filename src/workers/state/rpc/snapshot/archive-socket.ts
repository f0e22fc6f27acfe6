// A connection that carries one value and then an archive, either way. Both sides move at the pace of the slower one, and one
// that doesn't move at all is closed.

import type net from 'node:net';
import { decode } from '../../../../msgpack/codec.js';
import type { Kind } from '../../../../msgpack/kinds.js';
import { MALFORMED, ValueScan } from '../../../../msgpack/skip.js';

/** A value in front of an archive is a few texts. */
const MOST_VALUE_BYTES = 16 * 1024;
/** Nothing was read or written for so long: the other side has gone. */
const IDLE_MS = 60_000;

export class ArchiveSocket {
  readonly #socket: net.Socket;
  readonly #chunks: AsyncIterator<Buffer, undefined>;
  #front: Buffer = Buffer.alloc(0);

  /** Takes the socket over: nobody else reads it. */
  constructor(socket: net.Socket) {
    this.#socket = socket;
    // What happens to the socket is seen by whoever reads or writes.
    socket.on('error', () => {});
    socket.on('timeout', () => socket.destroy(new Error('i/o timeout')));
    socket.setTimeout(IDLE_MS);
    // The end of what is read isn't the end of what is written.
    this.#chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** Nothing is expected to move while something else is waited for. */
  rest(withinMs = 0): void {
    this.#socket.setTimeout(withinMs);
  }

  /** The value in front, to be asked for once and first; null when what is there is none. */
  async value<T>(kind: Kind<T>): Promise<T | null> {
    const scan = new ValueScan();
    scan.begin(0);
    for (;;) {
      const { length } = this.#front;
      const end = scan.run(this.#front, length);
      if (end === MALFORMED || end > MOST_VALUE_BYTES) return null;
      if (end <= length) {
        const value = decode(kind, this.#front);
        this.#front = this.#front.subarray(end);
        return value.ok ? value.value : null;
      }
      const { done, value } = await this.#chunks.next();
      if (done) return null;
      this.#front = length === 0 ? value : Buffer.concat([this.#front, value]);
    }
  }

  /** What follows the value, to its end. */
  async *archive(): AsyncGenerator<Uint8Array, void> {
    this.#socket.setTimeout(IDLE_MS);
    if (this.#front.length > 0) yield this.#front;
    this.#front = Buffer.alloc(0);
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      yield value;
    }
    this.rest();
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Ends when the last piece is written, or when the other side has gone. */
  async send(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    this.#socket.setTimeout(IDLE_MS);
    for await (const piece of pieces) {
      if (!this.#socket.destroyed && !this.#socket.write(piece)) await this.#room();
      if (this.#socket.destroyed) return;
    }
  }

  /** Everything is said. */
  end(): void {
    this.#socket.end();
  }

  /** Everything is said, but the other side may not have read it: what it still says is dropped until it ends, or too long. */
  async linger(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#socket.destroy(), withinMs);
    try {
      this.#socket.setTimeout(IDLE_MS);
      await new Promise<void>((written) => this.#socket.end(() => written()));
      while (!(await this.#chunks.next()).done);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #room(): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        socket.off('drain', over).off('close', over);
        resolve();
      };
      socket.on('drain', over).on('close', over);
    });
  }
}
