// One exchange on a TCP connection (spec/gossip.md, section 1): a message each way, before a deadline.

import type { Socket } from 'node:net';
import { joinHostPort } from '../../../gotext/host-port.js';
import { streamText } from '../../../gotext/network-errors.js';
import type { StreamReader, StreamState } from '../wire/stream.js';
import type { StreamMessage } from '../wire/stream-messages.js';
import type { Turns } from './turns.js';

export type Received =
  | { readonly kind: 'message'; readonly message: StreamMessage }
  /** `isAnswered`: tell the other side the problem before closing. */
  | { readonly kind: 'refused'; readonly problem: string; readonly isAnswered: boolean }
  /** The connection ended before a whole message was there. The text is Go's. */
  | { readonly kind: 'broken'; readonly error: string };

/** Reads on, a step in each turn, until there is something to say. */
function* advance(reader: StreamReader, mayHold: (reader: StreamReader) => boolean): Generator<void, StreamState> {
  for (;;) {
    const state = reader.advance();
    if (state.kind !== 'pause' || !mayHold(reader)) return state;
    yield;
  }
}

export class StreamConnection {
  /** `127.0.0.1:4711`. */
  readonly remote: string;
  readonly #socket: Socket;
  readonly #turns: Turns;
  readonly #local: string;
  #deadline: NodeJS.Timeout | null = null;
  /** Why nothing more can be done; null while all is well. */
  #broken: string | null = null;
  #onBroken: ((error: string) => void) | null = null;

  /** `socket` is connected and doesn't read yet. */
  constructor(socket: Socket, turns: Turns) {
    this.#socket = socket;
    this.#turns = turns;
    this.remote = joinHostPort(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    this.#local = joinHostPort(socket.localAddress ?? '', socket.localPort ?? 0);
    socket.on('error', (error) => this.#fail(streamText('tcp', this.#local, this.remote, error)));
    socket.on('close', () => {
      this.#clearDeadline();
      this.#fail('EOF');
    });
  }

  /** False: nothing can be sent any more. */
  get isOpen(): boolean {
    return this.#broken === null;
  }

  /** Why it isn't open any more; null while it is. */
  get problem(): string | null {
    return this.#broken;
  }

  /** From now; replaces an earlier deadline. */
  setDeadline(timeoutMs: number): void {
    this.#clearDeadline();
    this.#deadline = setTimeout(() => {
      this.#fail(`read tcp ${this.#local}->${this.remote}: i/o timeout`);
      this.#socket.destroy();
    }, timeoutMs);
  }

  /** Called once, when the connection is closed. */
  onClose(listener: () => void): void {
    if (this.#socket.closed) listener();
    else this.#socket.once('close', listener);
  }

  #clearDeadline(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
  }

  #fail(error: string): void {
    this.#broken ??= error;
    const listener = this.#onBroken;
    this.#onBroken = null;
    listener?.(this.#broken);
  }

  /** Reads the other side's message. `mayHold`: whether the reader may go on with the memory it has taken. */
  receive(reader: StreamReader, mayHold: (reader: StreamReader) => boolean): Promise<Received> {
    const socket = this.#socket;
    const turns = this.#turns;
    return new Promise((resolve, reject) => {
      let isOver = false;
      /** While this is so, the end of the connection is no news: all that is needed may be there. */
      let isWorking = false;
      let ended: string | null = null;
      const finish = (received: Received): void => {
        isOver = true;
        this.#onBroken = null;
        socket.off('data', onData);
        socket.off('end', onEnd);
        socket.pause();
        resolve(received);
      };
      const proceed = (state: StreamState): void => {
        if (isOver) return;
        if (!mayHold(reader)) {
          finish({ kind: 'refused', problem: 'too many bytes are held for streams', isAnswered: false });
          return;
        }
        switch (state.kind) {
          case 'message':
          case 'refused':
            finish(state);
            break;
          case 'waiting':
            isWorking = false;
            if (ended !== null) finish({ kind: 'broken', error: ended });
            else socket.resume();
            break;
          case 'pause':
            isWorking = true;
            socket.pause();
            turns
              .run(advance(reader, mayHold))
              .then((next) => (next === null ? finish({ kind: 'broken', error: 'EOF' }) : proceed(next)), reject);
            break;
        }
      };
      const onData = (chunk: Uint8Array): void => {
        try {
          proceed(reader.push(chunk));
        } catch (error) {
          isOver = true;
          reject(error);
        }
      };
      const onEnded = (error: string): void => {
        ended ??= error;
        if (!isWorking && !isOver) finish({ kind: 'broken', error: ended });
      };
      const onEnd = (): void => onEnded('EOF');
      if (this.#broken !== null) {
        resolve({ kind: 'broken', error: this.#broken });
        return;
      }
      this.#onBroken = onEnded;
      socket.on('data', onData);
      socket.on('end', onEnd);
      socket.resume();
    });
  }

  /** Null when all bytes are on their way, else why not. */
  send(bytes: Uint8Array): Promise<string | null> {
    return new Promise((resolve) => {
      if (this.#broken !== null) {
        resolve(this.#broken);
        return;
      }
      this.#onBroken = resolve;
      this.#socket.write(bytes, (error) => {
        if (error !== undefined && error !== null) return;
        this.#onBroken = null;
        resolve(null);
      });
    });
  }

  /**
   * Nothing more is said. What still comes in is read and forgotten: closing at once would reset the connection, and the
   * other side could lose what we said.
   */
  end(): void {
    this.#socket.resume();
    this.#socket.end();
  }

  close(): void {
    this.#clearDeadline();
    this.#socket.destroy();
  }
}
