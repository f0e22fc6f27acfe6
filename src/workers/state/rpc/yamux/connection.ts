// A yamux session on a socket. What the other side doesn't fetch stays in the session, and beyond a bound the socket isn't read
// either. All sessions wait in the thread's one deadline queue.

import type net from 'node:net';
import { type Deadline, deadlines } from '../../../../deadlines/deadline-queue.js';
import { remoteAddress } from '../../sockets/client-limit.js';
import { type SessionListener, YamuxSession } from './session.js';
import type { StreamListener, YamuxStream } from './stream.js';

/** Bytes on their way into the socket: with more, frames stay where they are. */
const MOST_UNSENT = 256 * 1024;

export interface ConnectionListener {
  /** The other side of `from` opened a stream; null: it is refused. */
  opened(stream: YamuxStream, from: YamuxConnection): StreamListener | null;
  /** A stream that couldn't be opened may be now. */
  accepted(): void;
  closed(reason: string): void;
}

export class YamuxConnection implements Deadline, SessionListener {
  dueMs: number;
  slot = -1;
  order = 0;
  readonly #socket: net.Socket;
  readonly #session: YamuxSession;
  readonly #listener: ConnectionListener;
  #isFlushDue = false;

  /** `first`: bytes that were read already. */
  constructor(socket: net.Socket, dials: boolean, listener: ConnectionListener, first: Buffer | null = null) {
    this.#socket = socket;
    this.#listener = listener;
    const nowMs = deadlines.now();
    this.#session = new YamuxSession(dials, nowMs, this);
    this.dueMs = Math.ceil(this.#session.dueMs);
    deadlines.add(this);
    socket.on('data', (chunk: Buffer) => this.#session.receive(chunk, deadlines.now()));
    socket.on('drain', () => {
      socket.resume();
      this.#flush();
    });
    socket.on('error', (error) => this.#session.close(error.message));
    socket.on('close', () => this.#session.close('session shutdown'));
    if (first !== null) this.#session.receive(first, nowMs);
  }

  /** `host:port` of the other side. */
  get address(): string {
    return remoteAddress(this.#socket);
  }

  get isClosing(): boolean {
    return this.#session.isClosing;
  }

  get streams(): number {
    return this.#session.streams;
  }

  /** A new stream; null when there can't be one now. */
  open(listener: StreamListener): YamuxStream | null {
    return this.#session.open(listener);
  }

  close(reason: string): void {
    this.#session.close(reason);
  }

  /** See {@link YamuxSession.doubt}. */
  doubt(withinMs: number): void {
    this.#session.doubt(deadlines.now(), withinMs);
    this.#wait();
  }

  /** The sockets are read first: an answer that lies there since before its time was over has come in time. */
  expire(): void {
    setImmediate(() => {
      this.#session.tick(deadlines.now());
      this.#wait();
    });
  }

  #wait(): void {
    deadlines.remove(this);
    if (this.#session.isOver) return;
    this.dueMs = Math.ceil(Math.max(this.#session.dueMs, deadlines.now() + 1));
    deadlines.add(this);
  }

  opened(stream: YamuxStream): StreamListener | null {
    return this.#listener.opened(stream, this);
  }

  accepted(): void {
    this.#listener.accepted();
  }

  /** When all that has come in this turn of the loop is done: what is said meanwhile, on whatever stream, leaves together. */
  outgoing(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => this.#flush());
  }

  closed(reason: string): void {
    deadlines.remove(this);
    this.#socket.destroy();
    this.#listener.closed(reason);
  }

  #flush(): void {
    this.#isFlushDue = false;
    const socket = this.#socket;
    if (this.#session.isOver || socket.destroyed) return;
    while (socket.writableLength < MOST_UNSENT) {
      const frames = this.#session.next();
      if (frames === null) break;
      socket.write(frames);
    }
    if (socket.writableLength >= MOST_UNSENT) socket.pause();
  }
}
