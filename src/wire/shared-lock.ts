// A lock in shared memory, for what several threads keep together and change in less than a microsecond.

/** Whoever finds the lock taken looks again when it is given back, or after so long: its holder may have no core just now. */
const LOOK_AGAIN_MS = 1;

export class SharedLock {
  readonly #words: Int32Array;
  readonly #place: number;

  /** The word at this place is the lock. */
  constructor(words: Int32Array, place: number) {
    this.#words = words;
    this.#place = place;
  }

  /** {@link release} has to follow, in the same turn. */
  take(): void {
    while (Atomics.compareExchange(this.#words, this.#place, 0, 1) !== 0) {
      Atomics.wait(this.#words, this.#place, 1, LOOK_AGAIN_MS);
    }
  }

  release(): void {
    Atomics.store(this.#words, this.#place, 0);
    Atomics.notify(this.#words, this.#place, 1);
  }
}
