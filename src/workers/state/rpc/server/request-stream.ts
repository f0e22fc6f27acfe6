// One stream of requests, answered strictly one after the other (spec/rpc.md, section 3): header, body, header, body. A request
// is kept until it is whole, within the server's budget; what comes behind it isn't taken before it is answered, so the sender
// is held back by its window. Reads no longer than a reply waits to be fetched.

import { decode } from '../../../../msgpack/codec.js';
import { MAX_MESSAGE_BYTES } from '../../../../msgpack/limits.js';
import { MALFORMED, ValueScan } from '../../../../msgpack/skip.js';
import type { Requester, RequestLimits } from '../../calls/request-limits.js';
import type { ByteBudget } from './byte-budget.js';
import { EMPTY_BODY, type RequestHeader, requestHeader, sendResponse } from './envelope.js';
import { GrowingBuffer } from './growing-buffer.js';
import type { RpcContext, RpcMethod, RpcMethods, RpcReply, RpcWork } from './method.js';
import { missingMethodText } from './missing-method.js';

/** Nobody's header is longer. */
const MOST_HEADER_BYTES = 4096;
const MOST_UNFETCHED = 256 * 1024;
/** Requests that lie there already must not keep others waiting. */
const MOST_AT_ONCE = 32;

/** What carries the stream. */
export interface Channel {
  readonly unsent: number;
  write(bytes: Uint8Array): void;
  end(): void;
  reset(): void;
  consumed(bytes: number): void;
}

export interface RpcServerParts {
  readonly methods: RpcMethods;
  readonly context: RpcContext;
  /** Judges a request by its header: one that is refused is read no further. */
  readonly limits: Pick<RequestLimits, 'refuse'>;
  readonly budget: ByteBudget;
  /** Something threw: a bug, to be reported. */
  crashed(method: string, error: unknown): void;
}

/** What a request is answered through; without effect once nobody waits. */
class Exchange implements RpcReply {
  readonly #stream: RequestStream;
  readonly header: RequestHeader;
  work: RpcWork | null = null;
  isOver = false;

  constructor(stream: RequestStream, header: RequestHeader) {
    this.#stream = stream;
    this.header = header;
  }

  answered(body: Uint8Array): void {
    this.#stream.reply(this, '', body, true);
  }

  refused(text: string): void {
    this.#stream.reply(this, text, EMPTY_BODY, true);
  }

  undecodable(text: string): void {
    this.#stream.reply(this, text, EMPTY_BODY, false);
  }

  crashed(error: unknown): void {
    this.#stream.crashed(this, error);
  }
}

export class RequestStream {
  readonly #channel: Channel;
  readonly #from: Requester;
  readonly #parts: RpcServerParts;
  readonly #scan = new ValueScan();
  /** Requests that are not taken yet, the first perhaps not whole. */
  readonly #buffer: GrowingBuffer;
  /** Of the first request, once its header is whole. */
  #header: RequestHeader | null = null;
  #bodyAt = 0;
  /** Came while a request was under way: not yet made room for. */
  #unconsumed = 0;
  #exchange: Exchange | null = null;
  #isOver = false;
  /** The other side sends no more. */
  #isLast = false;
  #isReading = false;

  constructor(channel: Channel, from: Requester, parts: RpcServerParts) {
    this.#channel = channel;
    this.#from = from;
    this.#parts = parts;
    this.#buffer = new GrowingBuffer(parts.budget);
  }

  /** A view, which is copied. */
  data(bytes: Uint8Array): void {
    if (this.#isOver) {
      this.#channel.consumed(bytes.length);
      return;
    }
    this.#unconsumed += bytes.length;
    if (!this.#keep(bytes)) {
      this.#finish();
      this.#channel.reset();
      return;
    }
    this.#read();
  }

  ended(): void {
    this.#isLast = true;
    this.#read();
  }

  failed(): void {
    this.#finish();
  }

  drained(): void {
    this.#read();
  }

  reply(exchange: Exchange, error: string, body: Uint8Array, goesOn: boolean): void {
    if (exchange.isOver) return;
    exchange.isOver = true;
    this.#exchange = null;
    const { Seq, ServiceMethod } = exchange.header;
    sendResponse(this.#channel, { Error: error, Seq, ServiceMethod }, body);
    if (goesOn) this.#read();
    else this.#close();
  }

  crashed(exchange: Exchange, error: unknown): void {
    this.#parts.crashed(exchange.header.ServiceMethod, error);
    exchange.refused('rpc: internal error');
  }

  /** Takes requests as long as one is whole, none is under way and the answers are fetched; some now, some later. */
  #read(): void {
    // What is answered at once comes back here: the loop below goes on with the next.
    if (this.#isReading) return;
    this.#isReading = true;
    let taken = 0;
    while (this.#isFree && taken < MOST_AT_ONCE && this.#readOne()) taken += 1;
    this.#isReading = false;
    if (!this.#isFree) return;
    if (taken === MOST_AT_ONCE) setImmediate(() => this.#read());
    else if (this.#isLast) this.#close();
  }

  get #isFree(): boolean {
    return this.#exchange === null && !this.#isOver && this.#channel.unsent <= MOST_UNFETCHED;
  }

  /** False: more bytes are needed, or the stream is over. */
  #readOne(): boolean {
    this.#makeRoom();
    if (this.#header === null && !this.#beginOne()) return false;
    const header = this.#header;
    if (header === null) return false;
    const end = this.#scan.run(this.#buffer.bytes, this.#buffer.end);
    const isTooLarge = end - this.#bodyAt > MAX_MESSAGE_BYTES;
    if (end > this.#buffer.end && !isTooLarge) return false;
    const exchange = this.#exchangeOf(header);
    const method = this.#parts.methods.get(header.ServiceMethod);
    if (method === undefined) exchange.undecodable(missingMethodText(this.#parts.methods, header.ServiceMethod));
    else if (end === MALFORMED) exchange.undecodable('codec.decoder: Unrecognized descriptor byte');
    else if (isTooLarge) exchange.undecodable('rpc: request is too large');
    else this.#ask(method, exchange, end);
    return true;
  }

  /** False: its header isn't whole, or the stream is over. */
  #beginOne(): boolean {
    const header = this.#readHeader();
    this.#header = header;
    if (header === null) return false;
    const { methods, limits } = this.#parts;
    const { ServiceMethod } = header;
    const refused = methods.has(ServiceMethod) ? limits.refuse(ServiceMethod, this.#from) : null;
    if (refused === null) return true;
    this.#exchangeOf(header).undecodable(refused.text);
    return false;
  }

  #exchangeOf(header: RequestHeader): Exchange {
    const exchange = new Exchange(this, header);
    this.#exchange = exchange;
    return exchange;
  }

  /** null: it isn't whole; or it is none, and then the stream is over. */
  #readHeader(): RequestHeader | null {
    const { bytes, start, end: received } = this.#buffer;
    if (start === received) return null;
    const end = this.#scan.run(bytes, received);
    const isMap = isMapMark(bytes[start] ?? 0);
    if (isMap && end > received && end - start <= MOST_HEADER_BYTES) return null;
    const header = isMap && end > 0 && end <= received ? decode(requestHeader, bytes, start) : null;
    if (header === null || !header.ok) {
      this.#close();
      return null;
    }
    this.#bodyAt = end;
    this.#scan.begin(end);
    return header.value;
  }

  #ask(method: RpcMethod, exchange: Exchange, end: number): void {
    // A copy: what is kept of it (a key's value) must not keep the whole buffer.
    const body = new Uint8Array(this.#buffer.bytes.subarray(this.#bodyAt, end));
    this.#drop(end);
    try {
      const work = method.answer(body, this.#parts.context, exchange);
      if (!exchange.isOver) exchange.work = work;
    } catch (error) {
      exchange.crashed(error);
    }
  }

  #keep(bytes: Uint8Array): boolean {
    const moved = this.#buffer.add(bytes);
    if (moved === null) return false;
    this.#scan.moved(moved);
    this.#bodyAt -= moved;
    return true;
  }

  /** The next request begins at `end`. */
  #drop(end: number): void {
    this.#header = null;
    this.#buffer.drop(end);
    this.#scan.begin(this.#buffer.start);
  }

  #makeRoom(): void {
    const bytes = this.#unconsumed;
    this.#unconsumed = 0;
    if (bytes > 0) this.#channel.consumed(bytes);
  }

  /** This side says no more; what still comes is passed over. */
  #close(): void {
    this.#finish();
    this.#makeRoom();
    this.#channel.end();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#buffer.release();
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange === null) return;
    exchange.isOver = true;
    exchange.work?.abort();
  }
}

function isMapMark(mark: number): boolean {
  return (mark >= 0x80 && mark <= 0x8f) || mark === 0xde || mark === 0xdf;
}
