// One call of gRPC on its stream of HTTP/2: takes the one message of its request, then carries answers and how it ended. Who
// answers writes while there is room, and is told when there is some again; so a slow reader costs what is on its way and no
// more.

import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { surprise } from '../../../../observe/surprise.js';
import type { Requester } from '../../calls/request-limits.js';
import { remoteAddress } from '../../sockets/client-limit.js';
import { SingleFrame } from './frame.js';
import { encodeMessage, Status, type StatusCode } from './status.js';

/** No request of the services here is longer by far. */
const MAX_REQUEST_BYTES = 64 * 1024;
const CONTENT_TYPE = 'application/grpc';

/** What answers a call beyond its first answer. */
export interface Answering {
  /** There is room again. */
  drained(): void;
  /** Nobody listens any more. */
  closed(): void;
}

/** Takes the request; the result is told of the call's life, null where there is nothing to tell. */
export type Serve = (call: GrpcCall, request: Buffer) => Answering | null;

export class GrpcCall implements Requester {
  readonly headers: IncomingHttpHeaders;
  readonly #stream: ServerHttp2Stream;
  readonly #frame = new SingleFrame(MAX_REQUEST_BYTES);
  #serve: Serve | null;
  #answering: Answering | null = null;
  #isOver = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, serve: Serve) {
    this.#stream = stream;
    this.headers = headers;
    this.#serve = serve;
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => this.#guarded(() => this.#read(chunk)));
    stream.on('end', () => this.#guarded(() => this.#requestEnded()));
    stream.on('drain', () => this.#guarded(() => this.#answering?.drained()));
    stream.on('close', () => this.#guarded(() => this.#closed()));
  }

  get address(): string {
    const { session } = this.#stream;
    // The socket of one that is over can't even be looked at.
    return session === undefined || session.destroyed ? '' : remoteAddress(session.socket);
  }

  get hasRoom(): boolean {
    return !this.#isGone && !this.#stream.writableNeedDrain;
  }

  /** A stream is destroyed before it says that it is closed. */
  get #isGone(): boolean {
    return this.#isOver || this.#stream.destroyed || this.#stream.closed;
  }

  /** One or more whole messages, each with its header. */
  send(frames: Buffer): void {
    if (this.#isGone) return;
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
    if (this.#isGone) return;
    if (this.#serve === null) {
      this.end(Status.internal, 'more than one request message');
      return;
    }
    const read = this.#frame.add(chunk);
    if (read.kind === 'message') {
      const serve = this.#serve;
      this.#serve = null;
      this.#answering = serve(this, read.message);
    } else if (read.kind === 'compressed') this.end(Status.unimplemented, 'compressed messages are not supported');
    else if (read.kind === 'trailing') this.end(Status.internal, 'more than one request message');
    else if (read.kind === 'too-large') {
      const text = `grpc: received message larger than max (${read.bytes} vs. ${MAX_REQUEST_BYTES})`;
      this.end(Status.resourceExhausted, text);
    }
  }

  #requestEnded(): void {
    if (this.#serve !== null) this.end(Status.internal, 'the request has no message');
  }

  #closed(): void {
    this.#isOver = true;
    this.#serve = null;
    const answering = this.#answering;
    this.#answering = null;
    answering?.closed();
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
