// One read on its way to its answer (spec/rpc.md, "Blocking reads"). A blocking query that found nothing newer than its
// index waits for a change of what its result depends on, for its deadline, for a restore of the store, or for the client
// to hang up. Thousands wait at once: this object, the call and the prepared read are all that is kept of one.

import { type Deadline, deadlines } from '../../../deadlines/deadline-queue.js';
import type { Consensus } from '../replica/consensus.js';
import type { ReadResult, StoreReads } from '../replica/store/read-api.js';
import type { ApiCall } from './api-call.js';
import { type Consistency, failedRead, type PreparedRead, type Read, type ReadOptions, text } from './endpoint.js';
import type { AbortListener } from './engine.js';
import type { CacheState } from './read-cache.js';
import { readHeaders } from './read-headers.js';

export const NOT_READY = 'Not ready to serve consistent reads';

/** What all reads of a server share. */
export interface ReadContext {
  readonly store: StoreReads;
  readonly consensus: Consensus;
  waiting: number;
  stopping: boolean;
  /** A read threw: a bug, to be reported and answered. */
  readonly failed: (call: ApiCall, error: unknown) => void;
}

/** Index as clients see it: never 0. */
function shownIndex(result: ReadResult<unknown>): number {
  return result.index > 0 ? result.index : 1;
}

export class ReadRun<T> implements Deadline, AbortListener {
  /** 0 while it doesn't wait. */
  at = 0;
  slot = -1;
  readonly call: ApiCall;
  cache: CacheState | null = null;
  readonly #context: ReadContext;
  readonly #read: Read<T>;
  readonly #prepared: PreparedRead<T>;
  readonly #consistency: Consistency;
  readonly #blocks: boolean;
  /** The client's; raised by the not-found rule. */
  #minIndex: number;
  #generation = 0;
  #missed = false;
  #unwatch: (() => void) | null = null;

  constructor(context: ReadContext, call: ApiCall, read: Read<T>, prepared: PreparedRead<T>, options: ReadOptions) {
    this.#context = context;
    this.call = call;
    this.#read = read;
    this.#prepared = prepared;
    this.#consistency = options.consistency;
    this.#minIndex = options.minIndex;
    this.#blocks = options.minIndex > 0;
  }

  /** Leader and consistency are settled: answers now, or waits up to `waitMs`. */
  start(waitMs: number): void {
    const result = this.#prepared.read();
    if (this.#minIndex === 0 || shownIndex(result) > this.#minIndex || this.#context.stopping) {
      this.#answer(result);
      return;
    }
    this.call.forgetHead();
    this.#generation = this.#context.store.generation;
    this.#missed = this.#prepared.missing?.(result) ?? false;
    // Whole milliseconds: a fraction would be an object of its own.
    this.at = Math.ceil(deadlines.now() + waitMs);
    this.#context.waiting += 1;
    deadlines.add(this);
    this.#watch(result);
    this.call.waiter = this;
  }

  fail(message: string): void {
    this.call.finish(this.#read.failureHeaders ? failedRead(message) : text(500, message));
  }

  expire(): void {
    this.#stopWaiting();
    this.#guarded(() => this.#confirm(this.#prepared.read()));
  }

  aborted(): void {
    this.#stopWaiting();
  }

  #watch(result: ReadResult<T>): void {
    const wake = () => this.#guarded(() => this.#wake());
    this.#unwatch = this.#context.store.watches.watch(this.#prepared.watch(result), wake);
  }

  /** Nobody above catches what a timer or a change has called: one request must not end the agent. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#stopWaiting();
      this.#context.failed(this.call, error);
    }
  }

  #wake(): void {
    this.#unwatch = null;
    const result = this.#prepared.read();
    const index = shownIndex(result);
    const isRestored = this.#context.store.generation !== this.#generation;
    if (!isRestored && this.#prepared.missing?.(result)) {
      // The not-found rule: from the second miss on only an appearance ends the query.
      if (this.#missed && index > this.#minIndex) this.#minIndex = index;
      this.#missed = true;
    }
    if (isRestored || index > this.#minIndex) {
      this.#stopWaiting();
      this.#confirm(result);
    } else {
      this.#watch(result);
    }
  }

  #stopWaiting(): void {
    if (this.at === 0) return;
    this.at = 0;
    this.#context.waiting -= 1;
    deadlines.remove(this);
    this.#unwatch?.();
    this.#unwatch = null;
  }

  /** A consistent read makes sure again that this server still leads when it answers. */
  #confirm(result: ReadResult<T>): void {
    if (this.#consistency !== 'consistent') {
      this.#answer(result);
      return;
    }
    this.#context.consensus
      .verifyLeader()
      .then((leads) => {
        if (leads) this.#answer(result);
        else this.fail(NOT_READY);
      })
      .catch((error: unknown) => this.#context.failed(this.call, error));
  }

  #answer(result: ReadResult<T>): void {
    const reply = this.#prepared.reply(result);
    if (this.#prepared.missesAreBare && reply.status === 404) {
      this.call.finish(reply);
      return;
    }
    const { leadership } = this.#context.consensus;
    let headers = readHeaders(
      shownIndex(result),
      leadership.hasLeader,
      leadership.lastContactMs,
      this.#prepared.streaming === true && (this.#blocks || this.cache !== null),
      this.#read.effectiveConsistency ? this.#consistency : null,
    );
    if (this.cache !== null) headers += this.cache.headers;
    this.call.finish(reply, headers);
  }
}
