// A reader's end of the way to its server's primary thread: a request that isn't answered here goes there whole, and what the
// primary says of its exchange is done here. A short body goes along; a long one follows as the primary takes it.

import { type FromReader, HANDED_WINDOW_BYTES, type ToReader } from '../../../../wire/readers/reader-port.js';
import type { AbortListener, Exchange, ResponseStream } from '../engine/engine.js';
import { collectBody } from '../message/body.js';
import type { BodyOutcome } from '../message/request.js';
import { askedHeaders } from './asked-headers.js';
import { ownBytes } from './turn-batch.js';

/** A body of this length is read before its request is handed over. */
const SHORT_BODY_BYTES = 64 * 1024;
const PLAIN_TEXT = 'Content-Type: text/plain; charset=utf-8\r\n';
/** A client that doesn't keep up is tried again after this long. */
const RETRY_MS = 5;

interface Outgoing {
  add(message: FromReader): void;
}

export class HandingOver {
  readonly #batch: Outgoing;
  readonly #handed = new Map<number, Handed>();
  #nextId = 1;

  constructor(batch: Outgoing) {
    this.#batch = batch;
  }

  take(exchange: Exchange): void {
    const { bodyLength } = exchange;
    // Who expects to be told to go on with the body is told when somebody wants it.
    if (bodyLength > 0 && bodyLength <= SHORT_BODY_BYTES && exchange.header('expect') === undefined) {
      void collectBody(exchange, SHORT_BODY_BYTES, undefined).then((body) => this.#handWith(exchange, body));
    } else this.#hand(exchange, null);
  }

  /** A client that doesn't send all of its body, or sends it when there are too many, asked for nothing. */
  #handWith(exchange: Exchange, body: BodyOutcome): void {
    if (body.ok) this.#hand(exchange, ownBytes(body.bytes));
    else exchange.reply(body.reply.status, PLAIN_TEXT, String(body.reply.body));
  }

  /** False: it isn't about a request. */
  receive(message: ToReader): boolean {
    switch (message.kind) {
      case 'receive':
        this.#of(message.id)?.receive();
        return true;
      case 'taken':
        this.#of(message.id)?.taken(message.bytes);
        return true;
      case 'watch':
        this.#of(message.id)?.watch();
        return true;
      case 'reply':
        this.#over(message.id)?.exchange.reply(message.status, message.headers, message.body);
        return true;
      case 'stream':
        this.#of(message.id)?.stream(message.status, message.headers);
        return true;
      case 'chunk':
        this.#of(message.id)?.chunk(message.chunk);
        return true;
      case 'end':
        this.#of(message.id)?.end();
        return true;
      case 'drop':
        this.#over(message.id)?.exchange.drop();
        return true;
      default:
        return false;
    }
  }

  #of(id: number): Handed | undefined {
    return this.#handed.get(id);
  }

  #over(id: number): Handed | undefined {
    const handed = this.#handed.get(id);
    this.#handed.delete(id);
    return handed;
  }

  #hand(exchange: Exchange, body: Uint8Array | null): void {
    const id = this.#nextId++;
    const { method, target, remoteAddress, bodyLength } = exchange;
    const headers = askedHeaders(exchange);
    this.#handed.set(id, new Handed(id, exchange, this.#batch, () => this.#handed.delete(id)));
    this.#batch.add({ kind: 'request', id, method, target, remoteAddress, headers, bodyLength, body });
    if (bodyLength === 0 || body !== null) exchange.forgetHead();
  }
}

/** One request that the primary answers. */
class Handed implements AbortListener {
  readonly exchange: Exchange;
  readonly #id: number;
  readonly #batch: Outgoing;
  readonly #forget: () => void;
  /** Bytes of the body that the primary hasn't taken. */
  #untaken = 0;
  #isPaused = false;
  #stream: ResponseStream | null = null;
  /** Pieces of the answer that the client hasn't taken. */
  readonly #unsent: (string | Uint8Array)[] = [];
  #isEnding = false;
  #isGone = false;

  constructor(id: number, exchange: Exchange, batch: Outgoing, forget: () => void) {
    this.#id = id;
    this.exchange = exchange;
    this.#batch = batch;
    this.#forget = forget;
  }

  receive(): void {
    this.exchange.receive({
      chunk: (bytes) => this.#bodyChunk(bytes),
      end: () => this.#batch.add({ kind: 'body-end', id: this.#id }),
      aborted: () => this.aborted(),
    });
  }

  #bodyChunk(bytes: Uint8Array): void {
    this.#untaken += bytes.byteLength;
    this.#batch.add({ kind: 'body', id: this.#id, bytes: ownBytes(bytes) });
    if (this.#untaken < HANDED_WINDOW_BYTES || this.#isPaused) return;
    this.#isPaused = true;
    this.exchange.pauseBody();
  }

  taken(bytes: number): void {
    this.#untaken -= bytes;
    if (!this.#isPaused || this.#untaken >= HANDED_WINDOW_BYTES) return;
    this.#isPaused = false;
    this.exchange.resumeBody();
  }

  watch(): void {
    this.exchange.onAbort(this);
  }

  /** From the engine: the client hung up. */
  aborted(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#batch.add({ kind: 'gone', id: this.#id });
    this.#forget();
  }

  stream(status: number, headers: string): void {
    this.#stream = this.exchange.stream(status, headers, () => this.aborted());
  }

  chunk(chunk: string | Uint8Array): void {
    this.#unsent.push(chunk);
    if (this.#unsent.length === 1) this.#send();
  }

  end(): void {
    this.#isEnding = true;
    if (this.#unsent.length === 0) this.#send();
  }

  #send(): void {
    const stream = this.#stream;
    if (stream === null || this.#isGone) return;
    for (let chunk = this.#unsent[0]; chunk !== undefined; chunk = this.#unsent[0]) {
      if (!stream.write(chunk)) {
        setTimeout(() => this.#send(), RETRY_MS);
        return;
      }
      this.#unsent.shift();
      this.#batch.add({ kind: 'sent', id: this.#id, bytes: chunk.length });
    }
    if (!this.#isEnding) return;
    this.#forget();
    stream.end();
  }
}
