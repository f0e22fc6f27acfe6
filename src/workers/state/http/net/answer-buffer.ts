// What a connection has to say, until the end of the turn: answers made while input is being read leave in one write.

import type net from 'node:net';
import { canWriteDirectly, writeDirectly } from './direct-write.js';

/** Smaller bodies travel in the same string as the head. */
const SMALL_BODY = 4096;
/** Longer texts go by the stream, which tells when the client has taken them. */
const MAX_DIRECT = 16 * 1024;

export class AnswerBuffer {
  readonly #socket: net.Socket;
  readonly #writesDirectly: boolean;
  /** One character per byte. */
  #text = '';
  /** Of a direct write that isn't done yet, in bytes. */
  #underWay = 0;
  /** Made when it is needed first: most connections that wait have never written. */
  #done: ((status: number) => void) | null = null;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#writesDirectly = canWriteDirectly(socket);
  }

  /** Bytes that the client hasn't taken. */
  get unsent(): number {
    return this.#text.length + this.#underWay + this.#socket.writableLength;
  }

  get empty(): boolean {
    return this.#text === '';
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
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    if (!this.#flushDirectly(text)) this.#socket.write(text, 'latin1');
  }

  clear(): void {
    this.#text = '';
  }

  /** What is written while a direct write is under way stands behind it in the handle's own queue, whoever writes it. */
  #flushDirectly(text: string): boolean {
    const socket = this.#socket;
    if (!this.#writesDirectly || text.length > MAX_DIRECT || this.#underWay > 0) return false;
    if (socket.writableLength > 0 || socket.writableCorked > 0 || !socket.writable) return false;
    this.#done ??= (status) => {
      this.#underWay = 0;
      if (status !== 0) this.#socket.destroy();
    };
    switch (writeDirectly(socket, text, this.#done)) {
      case 'failed':
        socket.destroy();
        return true;
      case 'later':
        this.#underWay = text.length;
        return true;
      case 'at once':
        return true;
    }
  }
}
