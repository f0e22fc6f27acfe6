// One request on uWebSockets.js. The library's request object lives only while its callback runs, so an exchange that isn't
// answered by then copies the headers; answers given later are corked, or each header would become a write of its own.

import { plainAddress } from '../../sockets/client-limit.js';
import type { AbortListener, BodySink, Exchange, ResponseStream } from '../engine/engine.js';
import { GatheredBytes } from '../engine/gathered-bytes.js';
import { statusText } from '../engine/status-line.js';
import type { UwsRequest, UwsResponse } from './uws-module.js';

/** A body nobody asked for yet is read ahead this far. */
const MAX_READ_AHEAD = 64 * 1024;
/**
 * While a client sends as fast as the library reads, the library reads on within one turn of the loop, also when it was told to
 * pause. Who sends more than this meanwhile is let go: what was taken of it is in memory all the same, until the turn is over.
 */
const MAX_IN_ONE_TURN = 256 * 1024 * 1024;
const MUCH_IN_ONE_TURN = 1024 * 1024;

/** What an exchange needs of its engine. */
export interface ExchangeHost {
  readonly stopping: boolean;
  /** The request stays unanswered behind its callback; false: it may not, another thread has taken its client's last place. */
  waits(exchange: UwsExchange): boolean;
  /** Answers a request that its client has no place for, within the callback. */
  refuseCrowded(exchange: UwsExchange): void;
  over(exchange: UwsExchange): void;
}

export class UwsExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly #response: UwsResponse;
  readonly #host: ExchangeHost;
  #request: UwsRequest | null;
  /** Names and values in turn, once the request object is gone. */
  #headers: string[] | null = null;
  #address: string | null = null;
  #keepsHead = true;
  #over = false;
  #abort: AbortListener | null = null;
  #sink: BodySink | null = null;
  #early: GatheredBytes | null = null;
  #bodyAttached = false;
  #bodyEnded = false;
  #paused = false;
  #bytesThisTurn = 0;
  #isStreaming = false;

  constructor(response: UwsResponse, request: UwsRequest, host: ExchangeHost) {
    this.#response = response;
    this.#request = request;
    this.#host = host;
    this.method = request.getCaseSensitiveMethod();
    const query = request.getQuery();
    this.target = query === undefined ? request.getUrl() : `${request.getUrl()}?${query}`;
  }

  get remoteAddress(): string {
    if (this.#address === null) {
      this.#address = this.#over ? '' : plainAddress(Buffer.from(this.#response.getRemoteAddressAsText()).toString());
    }
    return this.#address;
  }

  /** Nothing was said yet, and what was begun for it can be given up. */
  get isRefusable(): boolean {
    return !this.#isStreaming && (this.method === 'GET' || this.method === 'HEAD');
  }

  get bodyLength(): number {
    if (this.header('transfer-encoding') !== undefined) return -1;
    const length = this.header('content-length');
    return length === undefined ? 0 : Number(length);
  }

  header(lowerName: string): string | undefined {
    if (this.#request !== null) {
      const value = this.#request.getHeader(lowerName);
      return value === '' ? undefined : value;
    }
    const at = this.#headers === null ? -1 : this.#headers.indexOf(lowerName);
    return at < 0 || at % 2 === 1 ? undefined : this.#headers?.[at + 1];
  }

  forgetHead(): void {
    this.#keepsHead = false;
    this.#headers = null;
  }

  onAbort(listener: AbortListener): void {
    if (this.#over) listener.aborted();
    else this.#abort = listener;
  }

  receive(sink: BodySink): void {
    if (this.#over) {
      sink.aborted();
      return;
    }
    this.#attachBody();
    if (this.#early !== null) sink.chunk(this.#early.take());
    this.#early = null;
    if (this.#bodyEnded) {
      sink.end();
      return;
    }
    this.#sink = sink;
    this.resumeBody();
  }

  pauseBody(): void {
    if (this.#over || this.#paused) return;
    this.#paused = true;
    this.#response.pause();
  }

  resumeBody(): void {
    if (this.#over || !this.#paused) return;
    this.#paused = false;
    this.#response.resume();
  }

  reply(status: number, headers: string, body: string | Uint8Array): void {
    if (this.#over) return;
    if (this.#request !== null) this.#write(status, headers, body);
    else this.#response.cork(() => this.#write(status, headers, body));
    this.#finished();
  }

  /** Answers and closes; only within the library's callback. */
  refuse(status: number, headers: string, body: string): void {
    this.#writeHead(status, headers);
    this.#response.end(body, true);
    this.#over = true;
  }

  stream(status: number, headers: string, ended: () => void): ResponseStream {
    this.onAbort({ aborted: ended });
    this.#isStreaming = true;
    const response = this.#response;
    let keepsUp = true;
    if (!this.#over) {
      response.cork(() => this.#writeHead(status, headers));
      response.onWritable(() => {
        keepsUp = true;
        return true;
      });
    }
    return {
      write: (chunk) => {
        if (this.#over || !keepsUp) return false;
        response.cork(() => {
          keepsUp = chunk.length === 0 || response.write(chunk);
        });
        return true;
      },
      end: () => {
        if (this.#over) return;
        response.cork(() => response.end(undefined, this.#host.stopping));
        this.#finished();
      },
    };
  }

  drop(): void {
    if (!this.#over) this.#response.close();
  }

  /** The library's callback returns: from here on only what was copied is left. */
  leaveCallback(): void {
    const request = this.#request;
    this.#request = null;
    if (this.#over || request === null) return;
    if (this.#keepsHead) {
      const headers: string[] = [];
      request.forEach((name, value) => {
        headers.push(name, value);
      });
      this.#headers = headers;
      if (!this.#bodyAttached && this.bodyLength !== 0) this.#attachBody();
    }
    this.#response.onAborted(() => this.#aborted());
    if (this.#host.waits(this)) return;
    const [abort, sink] = [this.#abort, this.#sink];
    this.#host.refuseCrowded(this);
    // What was begun for it ends as if its client had gone.
    this.#finished();
    sink?.aborted();
    abort?.aborted();
  }

  #write(status: number, headers: string, body: string | Uint8Array): void {
    this.#writeHead(status, headers);
    if (this.method === 'HEAD') {
      const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
      // The library takes a response without body for unfinished: it wants an abort handler, and the connection's end.
      if (this.#request !== null) this.#response.onAborted(() => {});
      this.#response.endWithoutBody(length, true);
    } else {
      this.#response.end(body, this.#host.stopping);
    }
  }

  /** All lines go in with the first header: one call across the border instead of one for each. */
  #writeHead(status: number, headers: string): void {
    // A connection that is left paused is never read again, and nobody wants more of this body.
    this.resumeBody();
    this.#response.writeStatus(statusText(status));
    const colon = headers.indexOf(': ');
    if (colon > 0) this.#response.writeHeader(headers.slice(0, colon), headers.slice(colon + 2, -2));
  }

  /** uWebSockets.js hands the body only to who asks for it before the callback returns. */
  #attachBody(): void {
    if (this.#bodyAttached) return;
    this.#bodyAttached = true;
    this.#response.onData((chunk, isLast) => {
      if (chunk.byteLength > 0) this.#take(new Uint8Array(chunk.slice(0)));
      if (!isLast) return;
      this.#bodyEnded = true;
      const sink = this.#sink;
      this.#sink = null;
      sink?.end();
    });
  }

  #take(bytes: Uint8Array): void {
    const before = this.#bytesThisTurn;
    this.#bytesThisTurn += bytes.length;
    // Most bodies are small, and need no turn to be watched.
    if (before < MUCH_IN_ONE_TURN && this.#bytesThisTurn >= MUCH_IN_ONE_TURN) {
      setImmediate(() => {
        this.#bytesThisTurn = 0;
      });
    }
    if (this.#bytesThisTurn > MAX_IN_ONE_TURN) {
      this.drop();
      return;
    }
    if (this.#sink !== null) {
      this.#sink.chunk(bytes);
      return;
    }
    if (this.#over) return;
    this.#early ??= new GatheredBytes();
    this.#early.add(bytes);
    if (this.#early.length > MAX_READ_AHEAD) this.pauseBody();
  }

  #finished(): void {
    this.#over = true;
    this.#abort = null;
    this.#sink = null;
    this.#headers = null;
    this.#host.over(this);
  }

  #aborted(): void {
    if (this.#over) return;
    const abort = this.#abort;
    const sink = this.#sink;
    this.#finished();
    sink?.aborted();
    abort?.aborted();
  }
}
