// One connection that another server opened: its requests go to the core, and their answers leave in the order of the requests
// (spec/raft.md, sections 1 to 3). What can't be read ends the connection.

import { MAX_MESSAGE_BYTES } from '../../../msgpack/limits.js';
import type { Logger } from '../../../observe/logger.js';
import type { ServerId } from '../core/entry.js';
import { type Answer, encodeAnswer, encodeError, encodeTimeoutNowAnswer } from './answers.js';
import { FrameBuffer } from './frame-buffer.js';
import { isPacked, unpacked } from './packing.js';
import type { PendingAnswers } from './pending-answers.js';
import type { PeerStream, StreamReader } from './relayed-streams.js';
import { decodeRequest, type Receiver, type Request, type Self } from './requests.js';
import { SnapshotBody } from './snapshot-body.js';
import type { PeerMessage } from './transport.js';
import type { UnfinishedBytes } from './unfinished-bytes.js';

/** Requests without an answer; a stock leader has two. What comes beyond isn't read. */
const MOST_UNANSWERED = 16;

/** What requests are for. */
export interface ServedBy extends Receiver {
  readonly lastIndex: number;
  /** The first word of a server on a connection. */
  heard(from: ServerId): void;
  /** A part of a message of this server has come. */
  stirs(from: ServerId): void;
  receive(message: PeerMessage): void;
  /** After the last message of a turn. */
  turn(): void;
}

export interface ServingParts {
  readonly self: Self;
  readonly server: ServedBy;
  readonly pending: PendingAnswers;
  /** Shared by all connections. */
  readonly unfinished: UnfinishedBytes;
  readonly logger: Logger;
}

interface Question {
  answer: Uint8Array | null;
  readonly forget: () => void;
}

export class ServedConnection implements StreamReader {
  readonly #stream: PeerStream;
  readonly #parts: ServingParts;
  readonly #over: (speaker: ServerId | null) => void;
  readonly #frames = new FrameBuffer(1, 1, MAX_MESSAGE_BYTES);
  #questions: Question[] = [];
  #body: SnapshotBody | null = null;
  /** Nobody takes the snapshot: its answer waits until its bytes are over. */
  #isDiscarding = false;
  #unreleased = 0;
  /** Who speaks on it, as it says. */
  #speaker: ServerId | null = null;
  /** Counted among the unfinished bytes. */
  #held = 0;
  #isScheduled = false;
  #isOver = false;

  constructor(stream: PeerStream, parts: ServingParts, over: (speaker: ServerId | null) => void) {
    this.#stream = stream;
    this.#parts = parts;
    this.#over = over;
  }

  received(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#unreleased += bytes.byteLength;
    this.#frames.push(bytes);
    if (this.#speaker !== null) this.#parts.server.stirs(this.#speaker);
    this.#body?.received();
    this.#proceed();
  }

  ended(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const { forget } of this.#questions) forget();
    this.#questions = [];
    this.#body?.cut();
    this.#count(0);
    this.#over(this.#speaker);
  }

  close(): void {
    if (this.#isOver) return;
    this.ended();
    this.#stream.close();
  }

  #proceed(): void {
    this.#flush();
    let hasTaken = false;
    let isStalled = !this.#mayRead;
    for (let message = this.#next(); message !== null; message = this.#next()) {
      hasTaken = this.#take(message) || hasTaken;
      isStalled = !this.#mayRead;
    }
    if (this.#frames.problem !== null) this.#garbage(this.#frames.problem);
    if (hasTaken) this.#parts.server.turn();
    this.#flush();
    // Whatever is left is part of a message that must be read whole.
    if (!isStalled) this.#release(this.#unreleased);
    if (!this.#isOver && !this.#count(this.#frames.size)) this.#garbage('too many unfinished messages');
  }

  /** Answers whether there is room for what all connections hold. */
  #count(held: number): boolean {
    const change = held - this.#held;
    this.#held = held;
    return this.#parts.unfinished.change(change);
  }

  #next(): Uint8Array | null {
    return this.#mayRead ? this.#frames.next() : null;
  }

  get #mayRead(): boolean {
    return !this.#isOver && this.#body === null && this.#questions.length < MOST_UNANSWERED;
  }

  /** Answers whether the core has something to do. */
  #take(message: Uint8Array): boolean {
    const { server, pending, self } = this.#parts;
    const token = pending.token();
    const plain = isPacked(message) ? unpacked(message) : message;
    if (typeof plain === 'string') {
      this.#garbage(plain);
      return false;
    }
    const decoded = decodeRequest(plain, token, server);
    if (decoded.kind === 'garbage') {
      this.#garbage(decoded.problem);
      return false;
    }
    if (decoded.kind === 'refused') {
      if (decoded.skip > 0) this.#expectBody(decoded.skip).discard();
      this.#isDiscarding = decoded.skip > 0;
      this.#questions.push({ answer: encodeError(decoded.error, decoded.type, server.term), forget: () => {} });
      return false;
    }
    const { request } = decoded;
    if (this.#speaker === null) server.heard(request.from);
    this.#speaker = request.from;
    if (request.kind === 'timeout-now') {
      this.#questions.push({ answer: encodeTimeoutNowAnswer(), forget: () => {} });
      server.receive(request);
      return true;
    }
    const take = (answer: Answer): void => {
      question.answer = encodeAnswer(answer, request.term, server.lastIndex, self);
      if (request.kind === 'install') this.#isDiscarding = true;
      this.#answered();
    };
    const question: Question = { answer: null, forget: pending.expect(request, token, take) };
    this.#questions.push(question);
    server.receive(this.#withBody(request));
    return true;
  }

  #withBody(request: Exclude<Request, { readonly kind: 'timeout-now' }>): PeerMessage {
    return request.kind === 'install' ? { ...request, bytes: this.#expectBody(request.size) } : request;
  }

  #expectBody(size: number): SnapshotBody {
    const source = {
      take: (most: number) => {
        const bytes = this.#frames.raw(most);
        this.#release(Math.min(bytes.byteLength, this.#unreleased));
        return bytes;
      },
      abandoned: () => this.close(),
    };
    this.#isDiscarding = false;
    this.#body = new SnapshotBody(source, size);
    return this.#body;
  }

  /** It may come in the middle of a turn, so that what was left unread is taken in another one. */
  #answered(): void {
    this.#flush();
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#proceed();
    });
  }

  #flush(): void {
    if (this.#isOver) return;
    if (this.#body !== null && this.#isDiscarding) {
      this.#body.discard();
      if (!this.#body.isComplete) return;
      this.#body = null;
    }
    for (let answer = this.#questions[0]?.answer; answer; answer = this.#questions[0]?.answer) {
      this.#questions.shift();
      // A buffer of its own, which can be transferred.
      this.#stream.write(new Uint8Array(answer));
    }
  }

  #release(bytes: number): void {
    if (bytes === 0 || this.#isOver) return;
    this.#unreleased -= bytes;
    this.#stream.release(bytes);
  }

  #garbage(problem: string): void {
    if (this.#isOver) return;
    this.#parts.logger.error('failed to decode incoming command', 'from', this.#stream.remote, 'error', problem);
    this.close();
  }
}
