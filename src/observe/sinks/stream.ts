// Lines to statsite over TCP. While the connection is down or doesn't keep up, lines are dropped: they are worth nothing later.

import net from 'node:net';
import type { Sink } from './sink.js';

/** Waiting on the way to a reader that is too slow. */
const MAX_WAITING_BYTES = 1 << 20;

/** `warn` hears why there is no connection; it is tried again with the next lines. */
export class LineStream implements Sink {
  readonly #host: string;
  readonly #port: number;
  readonly #warn: (problem: string) => void;
  #socket: net.Socket | null = null;

  constructor(host: string, port: number, warn: (problem: string) => void) {
    this.#host = host;
    this.#port = port;
    this.#warn = warn;
  }

  send(lines: Iterable<string>): void {
    const socket = this.#open();
    if (socket.connecting || socket.writableLength > MAX_WAITING_BYTES) return;
    const text = [...lines].join('');
    if (text !== '') socket.write(text);
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #open(): net.Socket {
    if (this.#socket !== null) return this.#socket;
    const socket = net.connect(this.#port, this.#host);
    this.#socket = socket;
    socket.unref();
    socket.resume();
    socket.on('error', (error) => this.#warn(error.message));
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
    });
    return socket;
  }
}
