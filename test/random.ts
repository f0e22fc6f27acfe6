// Seeded randomness for tests: the same seed gives the same run (mulberry32).

/** What `LICTOR_SEED` asks to repeat, alone; null when a whole run is wanted. */
export const repeatedSeed = process.env['LICTOR_SEED'] === undefined ? null : Number(process.env['LICTOR_SEED']);

/**
 * The seed that everything random in a test begins with. The runner draws one for each run, prints it and hands it on as
 * `LICTOR_RUN_SEED`; a test file that is run alone has 1.
 */
export const runSeed = repeatedSeed ?? Number(process.env['LICTOR_RUN_SEED'] ?? 1);

/** The seeds of a simulation that runs `count` of them: the repeated one alone, or `count` from the run's seed on. */
export function seedsOf(count: number): readonly number[] {
  return repeatedSeed === null ? Array.from({ length: count }, (_, i) => runSeed + i) : [repeatedSeed];
}

export class Random {
  /** Of 32 bits with a sign, as V8 keeps without an object of its own. */
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** In [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
