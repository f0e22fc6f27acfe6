// A blocking query that found nothing newer than its index (spec/rpc.md, "Blocking reads"): it waits for a change of what
// its result depends on, for its deadline, for a restore of the store, or for the client to hang up.

import type { ReadResult, StoreReads } from '../store/read-api.js';
import { type Deadline, deadlines } from './deadline-queue.js';
import type { PreparedRead } from './endpoint.js';

/** Index as clients see it: never 0. */
export function shownIndex(result: ReadResult<unknown>): number {
  return result.index > 0 ? result.index : 1;
}

export class WaitingRead<T> implements Deadline {
  readonly at: number;
  slot = -1;
  readonly #prepared: PreparedRead<T>;
  readonly #store: StoreReads;
  readonly #generation: number;
  readonly #answer: (result: ReadResult<T>) => void;
  #minIndex: number;
  #unwatch: (() => void) | null = null;
  #missed: boolean;

  /** `first` is the result that didn't pass `minIndex`. */
  constructor(
    store: StoreReads,
    prepared: PreparedRead<T>,
    first: ReadResult<T>,
    minIndex: number,
    waitMs: number,
    answer: (result: ReadResult<T>) => void,
  ) {
    this.#store = store;
    this.#prepared = prepared;
    this.#generation = store.generation;
    this.#minIndex = minIndex;
    this.#answer = answer;
    this.#missed = prepared.missing?.(first) ?? false;
    this.at = deadlines.now() + waitMs;
    deadlines.add(this);
    this.#watch(first);
  }

  expire(): void {
    this.#finish(this.#prepared.read());
  }

  /** The client has gone. */
  abandon(): void {
    deadlines.remove(this);
    this.#unwatch?.();
    this.#unwatch = null;
  }

  #watch(result: ReadResult<T>): void {
    this.#unwatch = this.#store.watches.watch(this.#prepared.watch(result), () => this.#wake());
  }

  #wake(): void {
    this.#unwatch = null;
    const result = this.#prepared.read();
    const index = shownIndex(result);
    if (this.#store.generation !== this.#generation) {
      this.#finish(result);
      return;
    }
    if (this.#prepared.missing?.(result)) {
      // The not-found rule: from the second miss on only an appearance ends the query.
      if (this.#missed && index > this.#minIndex) this.#minIndex = index;
      this.#missed = true;
    }
    if (index > this.#minIndex) this.#finish(result);
    else this.#watch(result);
  }

  #finish(result: ReadResult<T>): void {
    this.abandon();
    this.#answer(result);
  }
}
