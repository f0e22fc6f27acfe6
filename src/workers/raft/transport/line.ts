// One connection that this server opens to another one, for requests of one kind: opened when it is needed, closed when it is
// idle, and opened anew after it broke, with pauses that grow until something is answered. Requests may follow each other without waiting; answers come in
// their order (spec/raft.md, sections 1 and 4). What waits too long for a connection is lost, as a transport may lose it.

import type { Socket } from 'node:net';
import { IN_CLEAR, type ServerDialer } from '../../../tls/server-dialer.js';
import type { AppendRequest, Incoming } from '../core/message.js';
import { answerFrames, decodeAnswer } from './answers.js';
import { encodeRequest, type Request, type Self } from './requests.js';

/** First byte of a Raft connection to the server port. */
export const RAFT_FIRST_BYTE = 1;
export const IO_TIMEOUT_MS = 10_000;
/** Of a machine that is down nothing comes back; when it is up again it should be found soon. */
const DIAL_TIMEOUT_MS = 1_500;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;
/** Answers that are awaited on a connection; who has given so few isn't asked more. */
const MOST_UNANSWERED = 8;
/** Requests that wait for a connection, and for how long. */
const MOST_WAITING = 4;
const WAITING_MS = 1_000;

export interface Destination {
  readonly host: string;
  readonly port: number;
}

export interface LineParts {
  readonly self: Self;
  /** null: it isn't known where the other server is. */
  readonly destination: () => Destination | null;
  /** A request with entries as the other server takes it. */
  readonly encodeAppend: (request: AppendRequest) => Uint8Array;
  readonly answered: (message: Incoming) => void;
  /** Each time a connection breaks or can't be opened; null with the first answer after that. */
  readonly troubled: (problem: string | null) => void;
  /** Requests that are sent, or were to be, get no answer. */
  readonly lost: () => void;
  readonly now: () => number;
  readonly dialer?: ServerDialer;
}

interface Waiting {
  readonly request: Request;
  readonly sinceMs: number;
}

export class Line {
  readonly #parts: LineParts;
  #socket: Socket | null = null;
  #isOpen = false;
  #answers = answerFrames();
  #asked: Request[] = [];
  #waiting: Waiting[] = [];
  #failures = 0;
  /** Something was told of, and not yet that it is over. */
  #isTroubled = false;
  #pause: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  send(request: Request): void {
    if (this.#isClosed) return;
    if (this.#isOpen && this.#asked.length < MOST_UNANSWERED) {
      this.#write(request);
      return;
    }
    if (this.#isOpen) return;
    this.#waiting.push({ request, sinceMs: this.#parts.now() });
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#parts.lost();
    }
    if (this.#socket === null && this.#pause === null) this.#dial();
  }

  /** The other server is there again: no pause is needed any more. */
  wake(): void {
    if (this.#pause === null) return;
    clearTimeout(this.#pause);
    this.#failures = 0;
    this.#resume();
  }

  /** The other server is somewhere else: it is dialed anew, at once. */
  moved(): void {
    const socket = this.#socket;
    if (socket === null) {
      this.wake();
      return;
    }
    this.#failures = 0;
    this.#broken('');
    socket.destroy();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#pause) clearTimeout(this.#pause);
    this.#waiting = [];
    this.#socket?.destroy();
  }

  #write(request: Request): void {
    this.#asked.push(request);
    const { self, encodeAppend } = this.#parts;
    this.#socket?.write(request.kind === 'append' ? encodeAppend(request) : encodeRequest(request, self));
  }

  #dial(): void {
    const destination = this.#parts.destination();
    if (destination === null) {
      this.#waiting = [];
      this.#parts.lost();
      return;
    }
    const { dialer = IN_CLEAR } = this.#parts;
    this.#answers = answerFrames();
    const socket = dialer.dial(destination, {
      firstByte: RAFT_FIRST_BYTE,
      withinMs: DIAL_TIMEOUT_MS,
      opened: (spoken) => {
        if (this.#socket === socket) this.#opened(spoken);
        else spoken.destroy();
      },
      failed: (error) => {
        if (this.#socket === socket) this.#broken(error.message);
      },
    });
    this.#socket = socket;
  }

  #opened(socket: Socket): void {
    this.#socket = socket;
    this.#isOpen = true;
    let problem = 'connection closed';
    socket.setTimeout(IO_TIMEOUT_MS);
    socket.on('data', (bytes) => {
      const garbage = this.#received(bytes);
      if (garbage === null) return;
      problem = garbage;
      socket.destroy();
    });
    socket.on('error', (error) => {
      problem = error.message;
    });
    socket.on('timeout', () => {
      problem = this.#asked.length === 0 ? '' : 'i/o timeout';
      socket.destroy();
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) this.#broken(problem);
    });
    for (const { request } of this.#takeFresh()) this.#write(request);
  }

  /** What is wrong with the bytes; null when nothing is. */
  #received(bytes: Uint8Array): string | null {
    this.#answers.push(bytes);
    for (let message = this.#answers.next(); message !== null; message = this.#answers.next()) {
      const request = this.#asked.shift();
      if (request === undefined) return 'an answer to nothing';
      const decoded = decodeAnswer(message, request);
      if (decoded.kind === 'garbage') return decoded.problem;
      if (decoded.kind === 'error') return decoded.text;
      this.#goesWell();
      if (decoded.message !== null) this.#parts.answered(decoded.message);
    }
    return this.#answers.problem;
  }

  /** Nothing less than an answer says so: who has too many connections, or starts, takes one and closes it at once. */
  #goesWell(): void {
    this.#failures = 0;
    if (this.#isTroubled) this.#parts.troubled(null);
    this.#isTroubled = false;
  }

  /** `problem`: empty when nothing went wrong. */
  #broken(problem: string): void {
    this.#socket = null;
    this.#isOpen = false;
    const hasLost = this.#asked.length > 0;
    this.#asked = [];
    if (this.#isClosed) return;
    if (hasLost) this.#parts.lost();
    if (problem !== '') {
      this.#failures += 1;
      this.#isTroubled = true;
      this.#parts.troubled(problem);
    }
    if (this.#failures === 0) {
      if (this.#waiting.length > 0) this.#dial();
      return;
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 12), LONGEST_PAUSE_MS);
    this.#pause = setTimeout(() => this.#resume(), pauseMs);
  }

  #resume(): void {
    this.#pause = null;
    this.#waiting = this.#takeFresh();
    if (this.#waiting.length > 0) this.#dial();
  }

  /** What waits, without what has waited too long. */
  #takeFresh(): Waiting[] {
    const oldestMs = this.#parts.now() - WAITING_MS;
    const waiting = this.#waiting;
    this.#waiting = [];
    const fresh = waiting.filter(({ sinceMs }) => sinceMs >= oldestMs);
    if (fresh.length < waiting.length) this.#parts.lost();
    return fresh;
  }
}
