// One call of gRPC on its stream of HTTP/2: takes its request, or many of them, and carries answers and how it ended. Who answers
// writes while there is room, and is told when there is some again; so a slow reader costs what is on its way and no more.

import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { surprise } from '../../../../observe/surprise.js';
import type { Requester } from '../../calls/request-limits.js';
import { plainAddress, remoteAddress } from '../../sockets/client-limit.js';
import {
  type Converse as ConverseWith,
  ManyRequests,
  OneRequest,
  type Requests,
  type Serve as ServeWith,
} from './requests.js';
import { encodeMessage, Status, type StatusCode } from './status.js';

const CONTENT_TYPE = 'application/grpc';

export type { Answering } from './requests.js';

/** Answers a call by its request. */
export type Serve = ServeWith<GrpcCall>;

/** Answers each request of a call. */
export type Converse = ConverseWith<GrpcCall>;

export class GrpcCall implements Requester {
  readonly headers: IncomingHttpHeaders;
  readonly #stream: ServerHttp2Stream;
  readonly #requests: Requests;
  #isOver = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, service: Serve | Converse) {
    this.#stream = stream;
    this.headers = headers;
    this.#requests = typeof service === 'function' ? new OneRequest(this, service) : new ManyRequests(this, service);
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => this.#guarded(() => this.#read(chunk)));
    stream.on('end', () => this.#guarded(() => this.#requests.ended()));
    stream.on('drain', () => this.#guarded(() => this.#requests.drained()));
    stream.on('close', () => this.#guarded(() => this.#closed()));
  }

  get address(): string {
    const { session } = this.#stream;
    // The socket of one that is over can't even be looked at.
    return session === undefined || session.destroyed ? '' : remoteAddress(session.socket);
  }

  /** The address alone. */
  get client(): string {
    const { session } = this.#stream;
    return session === undefined || session.destroyed ? '' : plainAddress(session.socket.remoteAddress);
  }

  get hasRoom(): boolean {
    return !this.isGone && !this.#stream.writableNeedDrain;
  }

  /** Nobody gets an answer any more. A stream is destroyed before it says that it is closed. */
  get isGone(): boolean {
    return this.#isOver || this.#stream.destroyed || this.#stream.closed;
  }

  hold(): void {
    if (!this.isGone) this.#stream.pause();
  }

  goOn(): void {
    this.#stream.resume();
  }

  /** One or more whole messages, each with its header. */
  send(frames: Buffer): void {
    if (this.isGone) return;
    if (!this.#stream.headersSent) {
      this.#stream.respond({ ':status': 200, 'content-type': CONTENT_TYPE }, { waitForTrailers: true });
    }
    this.#stream.write(frames);
  }

  end(status: StatusCode, text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    const trailers = { 'grpc-status': String(status), ...(text === '' ? {} : { 'grpc-message': encodeMessage(text) }) };
    // What else the request brings is for nobody.
    stream.resume();
    if (!stream.headersSent) {
      // Of a request that isn't whole nothing more is taken.
      stream.once('finish', () => {
        if (!stream.readableEnded) stream.close();
      });
      stream.respond({ ':status': 200, 'content-type': CONTENT_TYPE, ...trailers }, { endStream: true });
      return;
    }
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end();
  }

  #read(chunk: Buffer): void {
    if (!this.isGone) this.#requests.chunk(chunk);
  }

  #closed(): void {
    this.#isOver = true;
    this.#requests.closed();
  }

  /** An error that nobody expected costs this call. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      surprise(error);
      this.end(Status.internal, 'unexpected error');
    }
  }
}
