// A read that came over HTTP: from its row of the table to the method, and from the records back to an answer with the headers
// of a read (spec/http.md, section 3).

import { BlockingRead, type ReadOrigin } from '../calls/blocking-read.js';
import type { CacheUse, Calls } from '../calls/calls.js';
import type { Refusal } from '../methods/contract/refusal.js';
import type { ApiCall } from './api-call.js';
import type { AbortListener } from './engine/engine.js';
import { judge } from './judge.js';
import { failedRead, isReply, refused } from './message/reply.js';
import type { ReadForm, ReadOperation } from './operation.js';
import { Refused } from './parameters/parameters.js';
import { type CacheState, cacheHeaders, type ReadCache } from './read-cache.js';
import { readHeaders } from './read-headers.js';

/** Something was kept from the asker. */
const FILTERED = 'X-Consul-Results-Filtered-By-Acls: true\r\n';

class HttpRead<Request, Value> extends BlockingRead<Value> implements AbortListener {
  readonly #call: ApiCall;
  readonly #operation: ReadOperation;
  readonly #form: ReadForm<unknown, Request, Value>;
  readonly #request: Request;
  readonly #cached: CacheState | null;
  readonly #cache: ReadCache;
  readonly #failed: (call: ApiCall, error: unknown) => void;
  #isParked = false;

  constructor(
    call: ApiCall,
    operation: ReadOperation,
    form: ReadForm<unknown, Request, Value>,
    request: Request,
    cached: CacheState | null,
    cache: ReadCache,
    failed: (call: ApiCall, error: unknown) => void,
  ) {
    super(call.options);
    this.#call = call;
    this.#operation = operation;
    this.#form = form;
    this.#request = request;
    this.#cached = cached;
    this.#cache = cache;
    this.#failed = failed;
  }

  override refused(refusal: Refusal): void {
    this.#call.finish(this.#operation.failureHeaders ? failedRead(refusal) : refused(refusal));
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

  protected override answered(value: Value, index: number, origin: ReadOrigin): void {
    const operation = this.#operation;
    const form = this.#form;
    // Of another server's answer nothing is heard before it is here.
    if (this.#cached !== null) this.#cache.served(this.#cached);
    const shown = form.translated === undefined ? value : this.#translated(value);
    const reply = form.reply(shown, this.#request, index, origin, this.consistency);
    if ((operation.missesAreBare && reply.status === 404) || form.isBare) {
      this.#call.finish(reply);
      return;
    }
    const isStreaming = (this.blocks || this.#cached !== null) && form.streaming?.(this.#request) === true;
    let headers = readHeaders(
      index,
      origin.hasLeader,
      origin.lastContactMs,
      isStreaming,
      operation.effectiveConsistency ? this.consistency : null,
    );
    if (origin.isFiltered) headers += FILTERED;
    if (this.#cached !== null) headers += this.#cacheHeaders(this.#cached, origin);
    this.#call.finish(reply, headers);
  }

  #translated(value: Value): Value {
    const { translated, datacenterOf } = this.#form;
    const datacenter = datacenterOf === undefined ? this.#call.datacenter : datacenterOf(value);
    return translated !== undefined && this.#call.translates(datacenter) ? translated(value) : value;
  }

  #cacheHeaders(cached: CacheState, { cache }: ReadOrigin): string {
    if (cache === undefined) return cached.headers;
    return cacheHeaders(cached.isFollowed ? { isHit: true, ageMs: cache.ageMs } : cache);
  }
}

function cacheState(cache: ReadCache, call: ApiCall, { cacheable, parameters }: ReadOperation): CacheState | null {
  if (cacheable === 'always') return cache.lookAtFollowed(call);
  return call.options.cached && cacheable ? cache.look(call, parameters.names) : null;
}

function cacheUse(state: CacheState | null): CacheUse {
  if (state === null) return 'none';
  return state.hit ? 'again' : 'first';
}

export function startRead(
  calls: Calls,
  cache: ReadCache,
  call: ApiCall,
  operation: ReadOperation,
  failed: (call: ApiCall, error: unknown) => void,
): void {
  const badOptions = call.judgeOptions(operation.discovery === true);
  if (badOptions !== null) {
    call.finish(badOptions);
    return;
  }
  const values = judge(call.route.endpoint, operation, call);
  if (values instanceof Refused) {
    call.finish(values.reply);
    return;
  }
  const form = operation.choose(values, call);
  const request: unknown = form.request(values, call);
  if (typeof request === 'object' && request !== null && isReply(request)) {
    call.finish(request);
    return;
  }
  const { options } = call;
  const state = cacheState(cache, call, operation);
  calls.read(new HttpRead(call, operation, form, request, state, cache, failed), {
    method: form.method,
    request,
    settings: options,
    datacenter: call.datacenter,
    caller: call,
    // What no index tells the age of isn't kept.
    cached: form.method.isOnce === true ? 'none' : cacheUse(state),
  });
}
