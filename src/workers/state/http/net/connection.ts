// One client connection of the net engine. Requests are taken one at a time: what a client pipelines behind an unanswered
// one waits as bytes, up to a bound, then the socket isn't read. So the connection itself is the exchange, and a request
// costs no object of the engine. Answers made while the input is being read leave in one write.

import type net from 'node:net';
import type { BusyTurns } from '../../sockets/busy-turns.js';
import type {
  AbortListener,
  BodySink,
  EngineLimits,
  Exchange,
  RequestListener,
  ResponseStream,
} from '../engine/engine.js';
import { REFUSAL_TEXT } from '../engine/refusals.js';
import { dateLine, lengthLine, statusLine } from '../engine/status-line.js';
import { originForm } from '../engine/target.js';
import { AnswerBuffer } from './answer-buffer.js';
import { ChunkedStream } from './chunked-stream.js';
import { ReadAhead } from './read-ahead.js';
import { acquireParser, type RequestParser, releaseParser } from './request-parser.js';

/** Bytes read ahead: pipelined requests, or a body nobody asked for yet. */
const MAX_READ_AHEAD = 64 * 1024;
/** Answers a client doesn't fetch: beyond it no further request of this client is taken. */
const MAX_UNSENT = 256 * 1024;
/** A body that comes after the answer is read away up to here, so that the client gets to the answer. */
const MAX_DRAIN = 256 * 1024;
const MAX_LINGER_BYTES = 64 * 1024 * 1024;
const LINGER_MS = 5000;

/** What a connection needs of its engine. */
export interface ConnectionHost {
  readonly limits: EngineLimits;
  readonly listener: RequestListener;
  readonly stopping: boolean;
  /** Connections that wait for their client's bytes, looked at every second. */
  readonly impatient: Set<Connection>;
  /** Of whoever has something to say. */
  readonly turns: BusyTurns<AnswerBuffer>;
  left(connection: Connection): void;
}

/** idle: between requests. answering: handed to the listener. over: no further request is taken. */
type Phase = 'idle' | 'answering' | 'over';

export class Connection implements Exchange {
  method = '';
  target = '';
  readonly remoteAddress: string;
  bodyLength = 0;

  readonly #socket: net.Socket;
  readonly #out: AnswerBuffer;
  readonly #host: ConnectionHost;
  #phase: Phase = 'idle';
  #parser: RequestParser | null = null;
  #readAhead: ReadAhead | null = null;
  /** What to read in place of the chunk at hand (request-parser.ts). */
  #instead: Buffer | null = null;
  #reading = false;
  #keepAlive = true;
  #minor = 1;
  #expectsContinue = false;
  /** The request being parsed was handed to the listener. */
  #isTaken = false;
  #sink: BodySink | null = null;
  #abort: AbortListener | null = null;
  #stream: ChunkedStream | null = null;
  #ended = false;
  #closed = false;
  /** When the client's patience ends, in performance.now() milliseconds; meaningful while in `impatient`. */
  #deadline = 0;
  #bodyMark = 0;

  constructor(socket: net.Socket, remoteAddress: string, host: ConnectionHost) {
    this.#socket = socket;
    this.#out = new AnswerBuffer(socket);
    this.remoteAddress = remoteAddress;
    this.#host = host;
    this.#waitForHead();
  }

  // --- from the socket

  read(chunk: Buffer): void {
    if (this.#phase === 'over') {
      this.#discard(chunk.length);
      return;
    }
    if (this.#phase === 'answering' && (this.#parser === null || this.#parser.complete)) {
      this.#keepForLater(chunk);
      return;
    }
    this.#consume(chunk);
  }

  /** The client sends no more; it may still be reading. */
  readEnd(): void {
    this.#ended = true;
    if (this.#phase === 'over') {
      if (this.#stream) this.#hangUp();
      return;
    }
    if (this.#phase === 'idle') {
      if (this.#readAhead === null) this.#endSocket();
      return;
    }
    const bodyIsMissing = this.#parser !== null && !this.#parser.complete;
    if (this.#abort !== null || this.#stream !== null || bodyIsMissing) this.#hangUp();
  }

  drained(): void {
    if (this.#phase === 'idle') this.#resumeReading();
  }

  /** The socket is gone. */
  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#hangUp();
    this.#host.left(this);
  }

  /** Called every second while in `impatient`. */
  judgePatience(now: number): void {
    if (now < this.#deadline) return;
    const parser = this.#parser;
    if (this.#phase === 'over' || parser === null) {
      this.#hangUp();
    } else if (!parser.headComplete) {
      this.#refuse(408);
    } else if (parser.bodyBytes - this.#bodyMark < this.#host.limits.slowBodyBytes) {
      this.#hangUp();
    } else {
      this.#waitForBody(parser);
    }
  }

  /** The engine stops: where nothing is being answered it is over, as soon as the client has taken its last answer. */
  stop(): void {
    if (this.#phase !== 'idle' || this.#parser !== null || this.#readAhead !== null) return;
    if (this.#out.unsent === 0) this.#socket.destroy();
    else this.#finish();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  // --- the exchange

  header(lowerName: string): string | undefined {
    return this.#parser?.header(lowerName);
  }

  forgetHead(): void {
    if (this.#parser?.complete) {
      releaseParser(this.#parser);
      this.#parser = null;
    }
  }

  onAbort(listener: AbortListener): void {
    this.#abort = listener;
    if (this.#isLeft) this.#hangUp();
  }

  /** Whoever waits for this client, or sends to it as it goes, waits no more. */
  get #isLeft(): boolean {
    return this.#ended || this.#phase === 'over';
  }

  receive(sink: BodySink): void {
    if (this.#phase === 'over') {
      sink.aborted();
      return;
    }
    const parser = this.#parser;
    if (parser === null) {
      sink.end();
      return;
    }
    if (this.#expectsContinue && parser.bodyBytes === 0 && !parser.complete) {
      // Behind the answers to requests that came before it in the same bytes.
      this.#out.add('HTTP/1.1 100 Continue\r\n\r\n');
      this.#out.flush();
    }
    this.#expectsContinue = false;
    if (parser.untaken.length > 0) sink.chunk(parser.untaken.take());
    if (parser.complete) {
      sink.end();
      return;
    }
    this.#sink = sink;
    this.#waitForBody(parser);
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  pauseBody(): void {
    this.#socket.pause();
    // It is we who are slow.
    this.#host.impatient.delete(this);
  }

  resumeBody(): void {
    if (this.#parser !== null && this.#sink !== null) this.#waitForBody(this.#parser);
    this.#socket.resume();
  }

  reply(status: number, headers: string, body: string | Uint8Array): void {
    if (this.#phase !== 'answering') return;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    let head = statusLine(status) + headers + dateLine() + lengthLine(length);
    const closing = this.#mustClose();
    if (closing) head += 'Connection: close\r\n\r\n';
    else if (this.#minor === 0) head += 'Connection: keep-alive\r\n\r\n';
    else head += '\r\n';
    this.#out.add(head);
    if (this.method !== 'HEAD' && length > 0) this.#out.addBody(body, length);
    this.#answered(closing);
  }

  stream(status: number, headers: string, ended: () => void): ResponseStream {
    const chunked = this.#minor === 1;
    const closing = this.#mustClose() || !chunked;
    if (this.#phase !== 'over') {
      this.#out.add(statusLine(status) + headers + dateLine());
      if (chunked) this.#out.add('Transfer-Encoding: chunked\r\n');
      this.#out.add(closing ? 'Connection: close\r\n\r\n' : '\r\n');
      this.#out.flush();
    }
    this.#abort = { aborted: ended };
    const stream = new ChunkedStream(this.#socket, chunked, () => {
      this.#stream = null;
      if (this.#phase === 'answering') this.#answered(closing);
    });
    this.#stream = stream;
    if (this.#isLeft) this.#hangUp();
    return stream;
  }

  drop(): void {
    this.#hangUp();
  }

  // --- reading requests

  #consume(first: Buffer): void {
    this.#reading = true;
    let chunk: Buffer | null = first;
    while (chunk !== null) {
      let at = 0;
      while (at < chunk.length && this.#phase !== 'over') {
        if (this.#phase === 'answering' && (this.#parser === null || this.#parser.complete)) break;
        if (this.#phase === 'idle' && this.#out.unsent > MAX_UNSENT) break;
        at = this.#advance(chunk, at);
        const instead: Buffer | null = this.#instead;
        if (instead !== null) {
          chunk = instead;
          at = 0;
          this.#instead = null;
        }
      }
      if (at < chunk.length && this.#phase !== 'over') {
        this.#readAheadFirst(chunk.subarray(at));
        break;
      }
      chunk = this.#phase === 'over' ? null : this.#takeReadAhead();
    }
    this.#parser?.keepHead();
    this.#reading = false;
    if (!this.#out.empty) this.#host.turns.send(this.#out);
    if (this.#ended && this.#phase === 'idle' && this.#readAhead === null) this.#endSocket();
  }

  /** One step of the parser; the result is how far it came. */
  #advance(chunk: Buffer, start: number): number {
    let parser = this.#parser;
    if (parser === null) {
      parser = acquireParser();
      this.#parser = parser;
    }
    const inHead = !parser.headComplete;
    const stop = parser.feed(chunk, start, this.#host.limits.maxHeaderBytes);
    if (parser.refusal !== 0) {
      this.#instead = parser.instead;
      if (parser.instead === null) this.#refuse(parser.refusal);
      else parser.reset();
      return stop;
    }
    if (!parser.headComplete) {
      if (!this.#host.impatient.has(this)) this.#waitForHead();
      return stop;
    }
    if (inHead) this.#dispatch(parser);
    else this.#bodyAdvanced(parser);
    return stop;
  }

  #dispatch(parser: RequestParser): void {
    if (this.#host.impatient.size > 0) this.#host.impatient.delete(this);
    const target = originForm(parser.target());
    this.method = parser.method();
    this.#minor = parser.version - 10;
    this.#keepAlive = parser.keepAlive;
    this.bodyLength = parser.bodyLength;
    this.#expectsContinue = false;
    if (target === null || (target === '*' && this.method !== 'OPTIONS') || this.method === 'CONNECT') {
      this.#refuse(400);
      return;
    }
    if (parser.expectation !== '') {
      if (parser.expectation !== '100-continue') {
        this.#refuse(417);
        return;
      }
      this.#expectsContinue = true;
    }
    this.target = target;
    this.#phase = 'answering';
    this.#isTaken = true;
    this.#host.listener(this);
    if (!parser.complete && this.#parser === parser && this.#sink === null) this.#bodyAdvanced(parser);
  }

  /** More of the body is there, or its end. */
  #bodyAdvanced(parser: RequestParser): void {
    const sink = this.#sink;
    if (sink !== null) {
      if (parser.untaken.length > 0) sink.chunk(parser.untaken.take());
      if (parser.complete) {
        this.#host.impatient.delete(this);
        this.#sink = null;
        sink.end();
      }
    } else if (this.#phase === 'answering') {
      // Nobody asked for it yet.
      if (!parser.complete && parser.bodyBytes > MAX_READ_AHEAD) this.#socket.pause();
    } else if (parser.complete) {
      // The rest of a body whose request is answered already.
      this.#nextRequest();
    } else {
      parser.untaken.clear();
    }
  }

  #keepForLater(chunk: Buffer): void {
    this.#readAhead ??= new ReadAhead();
    this.#readAhead.add(chunk);
    if (this.#readAhead.bytes > MAX_READ_AHEAD) this.#socket.pause();
  }

  #readAheadFirst(rest: Buffer): void {
    this.#readAhead ??= new ReadAhead();
    this.#readAhead.addFirst(rest);
    if (this.#readAhead.bytes > MAX_READ_AHEAD || this.#phase === 'idle') this.#socket.pause();
  }

  #takeReadAhead(): Buffer | null {
    const waiting = this.#readAhead;
    if (waiting === null || this.#phase !== 'idle') return null;
    this.#readAhead = null;
    return waiting.take();
  }

  #resumeReading(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
    const chunk = this.#takeReadAhead();
    if (chunk !== null) this.#consume(chunk);
    else if (this.#ended && this.#phase === 'idle' && !this.#reading) this.#endSocket();
  }

  // --- answering

  /** True when this answer has to be the connection's last. */
  #mustClose(): boolean {
    if (!this.#keepAlive || this.#host.stopping) return true;
    const parser = this.#parser;
    if (parser === null || parser.complete) return false;
    // What the client still sends (or will never send, told nothing about its expectation) must not be taken for a request.
    return this.#expectsContinue || this.bodyLength < 0 || this.bodyLength - parser.bodyBytes > MAX_DRAIN;
  }

  #answered(closing: boolean): void {
    this.#abort = null;
    this.#sink = null;
    if (closing) {
      this.#finish();
      return;
    }
    this.#phase = 'idle';
    const parser = this.#parser;
    if (parser !== null && !parser.complete) {
      parser.untaken.clear();
      this.#waitForBody(parser);
    } else {
      this.#nextRequest();
    }
    if (!this.#reading && !this.#out.empty) this.#host.turns.send(this.#out);
    if (!this.#reading && (this.#readAhead !== null || this.#ended || this.#socket.isPaused())) this.#resumeReading();
  }

  #nextRequest(): void {
    if (this.#parser !== null) {
      if (!this.#parser.complete || this.#phase !== 'idle') return;
      releaseParser(this.#parser);
      this.#parser = null;
    }
    this.#isTaken = false;
    if (this.#host.impatient.size > 0) this.#host.impatient.delete(this);
  }

  /** Answers nonsense and ends; whoever already works on the request is told that its client is gone. */
  #refuse(status: number): void {
    if (this.#phase === 'idle' && this.#isTaken) {
      // Within the rest of a body whose request has its answer already.
      this.#hangUp();
      return;
    }
    const sink = this.#sink;
    const abort = this.#abort;
    this.#sink = null;
    this.#phase = 'answering';
    this.method = '';
    this.#keepAlive = false;
    this.#expectsContinue = false;
    this.reply(status, 'Content-Type: text/plain; charset=utf-8\r\n', REFUSAL_TEXT[status] ?? '');
    sink?.aborted();
    abort?.aborted();
  }

  /** Sends what is left and ends; what the client still sends is read away for a while, or it would lose the answer. */
  #finish(): void {
    this.#phase = 'over';
    this.#readAhead = null;
    this.#releaseParser();
    this.#endSocket();
    this.#deadline = performance.now() + LINGER_MS;
    this.#bodyMark = 0;
    this.#host.impatient.add(this);
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  #endSocket(): void {
    this.#out.flush();
    this.#socket.end();
  }

  #discard(bytes: number): void {
    this.#bodyMark += bytes;
    if (this.#bodyMark > MAX_LINGER_BYTES) this.#socket.destroy();
  }

  /** Nobody is there any more: whoever works for this client is told, once. */
  #hangUp(): void {
    this.#phase = 'over';
    this.#readAhead = null;
    this.#out.clear();
    this.#host.impatient.delete(this);
    this.#releaseParser();
    const sink = this.#sink;
    const abort = this.#abort;
    this.#sink = null;
    this.#abort = null;
    this.#stream = null;
    this.#socket.destroy();
    sink?.aborted();
    abort?.aborted();
  }

  #releaseParser(): void {
    const parser = this.#parser;
    if (parser === null) return;
    this.#parser = null;
    releaseParser(parser);
  }

  #waitForHead(): void {
    this.#deadline = performance.now() + this.#host.limits.slowHeaderMs;
    this.#host.impatient.add(this);
  }

  #waitForBody(parser: RequestParser): void {
    this.#bodyMark = parser.bodyBytes;
    this.#deadline = performance.now() + this.#host.limits.slowBodyMs;
    this.#host.impatient.add(this);
  }
}
