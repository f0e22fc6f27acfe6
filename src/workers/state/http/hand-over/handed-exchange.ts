// An exchange whose client is connected to a reader: the primary thread answers it like any other, and what it does with it is done
// by the reader (handing-over.ts).

import { type FromReader, HANDED_WINDOW_BYTES, type ToReader } from '../../../../wire/readers/reader-port.js';
import type { AbortListener, BodySink, Exchange, RequestListener, ResponseStream } from '../engine/engine.js';
import { headerAmong } from './asked-headers.js';
import { ownBytes, type TurnBatch } from './turn-batch.js';

type Request = Extract<FromReader, { kind: 'request' }>;

export class HandedExchanges {
  readonly #batch: TurnBatch<ToReader>;
  readonly #listener: RequestListener;
  readonly #open = new Map<number, HandedExchange>();

  constructor(batch: TurnBatch<ToReader>, listener: RequestListener) {
    this.#batch = batch;
    this.#listener = listener;
  }

  /** False: it isn't about a request. */
  receive(message: FromReader): boolean {
    switch (message.kind) {
      case 'request':
        this.#take(message);
        return true;
      case 'body':
        this.#open.get(message.id)?.bodyChunk(message.bytes);
        return true;
      case 'body-end':
        this.#open.get(message.id)?.bodyEnd();
        return true;
      case 'gone':
        this.#open.get(message.id)?.gone();
        return true;
      case 'sent':
        this.#open.get(message.id)?.sent(message.bytes);
        return true;
      default:
        return false;
    }
  }

  #take(request: Request): void {
    const { id } = request;
    const exchange = new HandedExchange(request, this.#batch, () => this.#open.delete(id));
    this.#open.set(id, exchange);
    this.#listener(exchange);
  }
}

class HandedExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly bodyLength: number;
  readonly #id: number;
  readonly #batch: TurnBatch<ToReader>;
  readonly #forget: () => void;
  #headers: readonly string[];
  #body: Uint8Array | null;
  #sink: BodySink | null = null;
  #abort: AbortListener | null = null;
  #isPaused = false;
  /** What came while the body was paused. */
  #held: Uint8Array[] = [];
  #isBodyOver = false;
  /** Of a stream: what the reader hasn't sent on. */
  #unsent = 0;
  #isOver = false;

  constructor(request: Request, batch: TurnBatch<ToReader>, forget: () => void) {
    this.method = request.method;
    this.target = request.target;
    this.remoteAddress = request.remoteAddress;
    this.bodyLength = request.bodyLength;
    this.#id = request.id;
    this.#headers = request.headers;
    this.#body = request.body;
    this.#batch = batch;
    this.#forget = forget;
  }

  header(lowerName: string): string | undefined {
    return headerAmong(this.#headers, lowerName);
  }

  forgetHead(): void {
    this.#headers = [];
  }

  onAbort(listener: AbortListener): void {
    if (this.#isOver) {
      listener.aborted();
      return;
    }
    if (this.#abort === null) this.#batch.add({ kind: 'watch', id: this.#id });
    this.#abort = listener;
  }

  // --- the body

  receive(sink: BodySink): void {
    if (this.#isOver) {
      sink.aborted();
      return;
    }
    const body = this.#body;
    if (this.bodyLength !== 0 && body === null) {
      this.#sink = sink;
      this.#batch.add({ kind: 'receive', id: this.#id });
      return;
    }
    this.#body = null;
    if (body !== null) sink.chunk(body);
    sink.end();
  }

  pauseBody(): void {
    this.#isPaused = true;
  }

  resumeBody(): void {
    this.#isPaused = false;
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) this.bodyChunk(bytes);
    if (this.#isBodyOver) this.bodyEnd();
  }

  bodyChunk(bytes: Uint8Array): void {
    if (this.#isPaused) {
      this.#held.push(bytes);
      return;
    }
    this.#batch.add({ kind: 'taken', id: this.#id, bytes: bytes.byteLength });
    this.#sink?.chunk(bytes);
  }

  bodyEnd(): void {
    this.#isBodyOver = true;
    if (this.#isPaused) return;
    const sink = this.#sink;
    this.#sink = null;
    sink?.end();
  }

  // --- the client

  gone(): void {
    const sink = this.#sink;
    const abort = this.#abort;
    this.#finish();
    sink?.aborted();
    abort?.aborted();
  }

  // --- the answer

  reply(status: number, headers: string, body: string | Uint8Array): void {
    if (this.#isOver) return;
    this.#finish();
    const sent = typeof body === 'string' ? body : ownBytes(body);
    this.#batch.add({ kind: 'reply', id: this.#id, status, headers, body: sent });
  }

  stream(status: number, headers: string, ended: () => void): ResponseStream {
    if (this.#isOver) ended();
    else {
      this.#abort = { aborted: ended };
      this.#batch.add({ kind: 'stream', id: this.#id, status, headers });
    }
    return {
      write: (chunk) => {
        if (this.#isOver || this.#unsent >= HANDED_WINDOW_BYTES) return false;
        this.#unsent += chunk.length;
        const sent = typeof chunk === 'string' ? chunk : ownBytes(chunk);
        this.#batch.add({ kind: 'chunk', id: this.#id, chunk: sent });
        return true;
      },
      end: () => {
        if (this.#isOver) return;
        this.#finish();
        this.#batch.add({ kind: 'end', id: this.#id });
      },
    };
  }

  sent(bytes: number): void {
    this.#unsent -= bytes;
  }

  drop(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#batch.add({ kind: 'drop', id: this.#id });
  }

  #finish(): void {
    this.#isOver = true;
    this.#sink = null;
    this.#abort = null;
    this.#held = [];
    this.#forget();
  }
}
