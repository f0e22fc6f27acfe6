// What a connection has to say, until the end of the turn: answers made while input is being read leave in one write.

import type net from 'node:net';

/** Smaller bodies travel in the same string as the head. */
const SMALL_BODY = 4096;

export class AnswerBuffer {
  readonly #socket: net.Socket;
  /** One character per byte. */
  #text = '';

  constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  /** Bytes that the client hasn't taken. */
  get unsent(): number {
    return this.#text.length + this.#socket.writableLength;
  }

  add(text: string): void {
    this.#text += text;
  }

  /** `length` is the body's in bytes. */
  addBody(body: string | Uint8Array, length: number): void {
    if (typeof body === 'string' && length === body.length) {
      this.#text += body;
      return;
    }
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (length <= SMALL_BODY) {
      this.#text += Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
      return;
    }
    this.#socket.cork();
    this.flush();
    this.#socket.write(bytes);
    this.#socket.uncork();
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#socket.write(text, 'latin1');
  }

  clear(): void {
    this.#text = '';
  }
}
