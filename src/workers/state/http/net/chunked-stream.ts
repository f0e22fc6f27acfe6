// An answer of unknown length on a socket: chunked on HTTP/1.1, ended by the connection's end on HTTP/1.0.

import type net from 'node:net';
import type { ResponseStream } from '../engine/engine.js';

/** With this many unsent bytes a client counts as too slow: further chunks are dropped whole. */
const MAX_UNSENT = 256 * 1024;

export class ChunkedStream implements ResponseStream {
  readonly #socket: net.Socket;
  readonly #chunked: boolean;
  readonly #ended: () => void;
  #open = true;

  constructor(socket: net.Socket, chunked: boolean, ended: () => void) {
    this.#socket = socket;
    this.#chunked = chunked;
    this.#ended = ended;
  }

  write(chunk: string | Uint8Array): boolean {
    if (!this.#open || this.#socket.destroyed || this.#socket.writableLength >= MAX_UNSENT) return false;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (bytes.length > 0) {
      this.#socket.cork();
      if (this.#chunked) this.#socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
      this.#socket.write(bytes);
      if (this.#chunked) this.#socket.write('\r\n', 'latin1');
      this.#socket.uncork();
    }
    return true;
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#chunked && !this.#socket.destroyed) this.#socket.write('0\r\n\r\n', 'latin1');
    this.#ended();
  }
}
