// A bound on how many writes are on their way at the same time.

export class Slots {
  #free: number;
  #waiting: (() => void)[] = [];
  /** How many of the waiting had their turn: taking them off an array of 50,000 one by one would move the rest each time. */
  #served = 0;

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#next();
      if (next) next();
      else this.#free += 1;
    }
  }

  #next(): (() => void) | undefined {
    const next = this.#waiting[this.#served];
    if (next) this.#served += 1;
    if (this.#served === this.#waiting.length) {
      this.#waiting = [];
      this.#served = 0;
    }
    return next;
  }
}
