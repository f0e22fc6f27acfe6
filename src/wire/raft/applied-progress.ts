// How far the replicas of one server have come, as all threads that answer reads see it: the highest index that any of them has
// applied, in one SharedArrayBuffer. A replica raises it before anybody is answered from what it has applied, and each read
// waits until its own replica is as far as it stood when the read came in. So no read misses what was acknowledged or shown
// before it began, whichever thread answers.

const WORD = 0;

export class AppliedProgress {
  readonly buffer: SharedArrayBuffer;
  readonly #word: BigInt64Array;

  constructor(buffer = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#word = new BigInt64Array(buffer);
  }

  get highest(): number {
    return Number(Atomics.load(this.#word, WORD));
  }

  /** Never lowers it. */
  raise(index: number): void {
    const mine = BigInt(index);
    let known = Atomics.load(this.#word, WORD);
    while (known < mine) {
      const found = Atomics.compareExchange(this.#word, WORD, known, mine);
      if (found === known) return;
      known = found;
    }
  }
}
