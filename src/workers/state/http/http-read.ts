// A read that came over HTTP: from its row of the table to the method, and from the records back to an answer with the headers
// of a read (spec/http.md, section 3).

import type { Leadership } from '../../../wire/leadership.js';
import { BlockingRead } from '../calls/blocking-read.js';
import type { Calls } from '../calls/calls.js';
import { allowAll } from '../methods/access.js';
import type { Refusal } from '../methods/refusal.js';
import type { ApiCall } from './api-call.js';
import type { AnyRead, ReadEndpoint } from './endpoint.js';
import type { AbortListener } from './engine.js';
import type { CacheState, ReadCache } from './read-cache.js';
import { readHeaders } from './read-headers.js';
import { failedRead, isReply, refused } from './reply.js';
import type { ReadOptions } from './request.js';

class HttpRead<Request, Value> extends BlockingRead<Value> implements AbortListener {
  readonly #call: ApiCall;
  readonly #endpoint: ReadEndpoint<Request, Value>;
  readonly #request: Request;
  readonly #cached: CacheState | null;
  readonly #cache: ReadCache;
  readonly #failed: (call: ApiCall, error: unknown) => void;
  #isParked = false;

  constructor(
    call: ApiCall,
    endpoint: ReadEndpoint<Request, Value>,
    request: Request,
    options: ReadOptions,
    cached: CacheState | null,
    cache: ReadCache,
    failed: (call: ApiCall, error: unknown) => void,
  ) {
    super(options);
    this.#call = call;
    this.#endpoint = endpoint;
    this.#request = request;
    this.#cached = cached;
    this.#cache = cache;
    this.#failed = failed;
  }

  override refused(refusal: Refusal): void {
    this.#call.finish(this.#endpoint.failureHeaders ? failedRead(refusal) : refused(refusal));
  }

  override crashed(error: unknown): void {
    this.#failed(this.#call, error);
  }

  /** From the call: the client hung up. */
  aborted(): void {
    this.abort();
  }

  protected override begun(): void {
    if (this.#cached !== null) this.#cache.served(this.#cached);
  }

  protected override parked(): void {
    if (this.#isParked) return;
    this.#isParked = true;
    this.#call.forgetHead();
    this.#call.waiter = this;
  }

  protected override answered(value: Value, index: number, leadership: Leadership): void {
    const endpoint = this.#endpoint;
    const reply = endpoint.reply(value, this.#request);
    if (endpoint.missesAreBare && reply.status === 404) {
      this.#call.finish(reply);
      return;
    }
    const isStreaming = (this.blocks || this.#cached !== null) && endpoint.streaming?.(this.#request) === true;
    let headers = readHeaders(
      index,
      leadership.hasLeader,
      leadership.lastContactMs,
      isStreaming,
      endpoint.effectiveConsistency ? this.consistency : null,
    );
    if (this.#cached !== null) headers += this.#cached.headers;
    this.#call.finish(reply, headers);
  }
}

export function startRead(
  calls: Calls,
  cache: ReadCache,
  call: ApiCall,
  endpoint: AnyRead,
  failed: (call: ApiCall, error: unknown) => void,
): void {
  const options = call.readOptions(endpoint.discovery === true);
  if (isReply(options)) {
    call.finish(options);
    return;
  }
  const request: unknown = endpoint.request(call);
  if (typeof request === 'object' && request !== null && isReply(request)) {
    call.finish(request);
    return;
  }
  const state = options.cached && endpoint.cacheable ? cache.look(call) : null;
  calls.read(new HttpRead(call, endpoint, request, options, state, cache, failed), {
    method: endpoint.method,
    request,
    settings: options,
    datacenter: call.datacenter,
    authorizer: allowAll,
    takesAnyAge: state?.hit === true,
  });
}
