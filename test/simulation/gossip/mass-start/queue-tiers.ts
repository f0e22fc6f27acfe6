// The queue of one of very many members, as src/main/gossip/core/queue.ts keeps it when all messages are equally long: what was
// sent least goes first, and of that what is newest. Messages have numbers in the order in which they were queued; each tier is a
// set of bits, one a number, under a set of bits that says in which words there is one: putting in and taking out cost the same
// however much waits.

const TOP_BIT = 31;

/** Numbers below a bound, the highest of which is taken. */
class BitSet {
  readonly #words: Uint32Array;
  /** Which words aren't empty. */
  readonly #summary: Uint32Array;

  constructor(bound: number) {
    this.#words = new Uint32Array((bound + 31) >> 5);
    this.#summary = new Uint32Array((this.#words.length + 31) >> 5);
  }

  add(number: number): void {
    const word = number >> 5;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (number & 31));
    this.#summary[word >> 5] = (this.#summary[word >> 5] ?? 0) | (1 << (word & 31));
  }

  /** -1 when there is none. */
  takeHighest(): number {
    for (let at = this.#summary.length - 1; at >= 0; at -= 1) {
      const summary = this.#summary[at] ?? 0;
      if (summary === 0) continue;
      const word = (at << 5) + TOP_BIT - Math.clz32(summary);
      const bits = this.#words[word] ?? 0;
      const bit = TOP_BIT - Math.clz32(bits);
      const left = bits & ~(1 << bit);
      this.#words[word] = left;
      if (left === 0) this.#summary[at] = summary & ~(1 << (word & 31));
      return (word << 5) + bit;
    }
    return -1;
  }
}

export class QueueTiers {
  readonly #bound: number;
  /** By the number of times sent. */
  readonly #tiers: BitSet[] = [];
  /** How many are in each. */
  readonly #lengths: number[] = [];

  /** Numbers are below `bound`. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  add(number: number): void {
    this.#put(0, number);
  }

  /** Up to `most` for one packet; what has then been sent `limit` times isn't sent any more. */
  take(most: number, limit: number): number[] {
    const taken: number[] = [];
    const timesSent: number[] = [];
    for (let times = 0; times < this.#tiers.length && taken.length < most; times += 1) {
      const tier = this.#tiers[times];
      let length = this.#lengths[times] ?? 0;
      if (tier === undefined || length === 0) continue;
      for (; length > 0 && taken.length < most; length -= 1) {
        taken.push(tier.takeHighest());
        timesSent.push(times + 1);
      }
      this.#lengths[times] = length;
    }
    // Only now: nothing goes twice into one packet.
    for (let i = 0; i < taken.length; i += 1) {
      const times = timesSent[i] ?? limit;
      if (times < limit) this.#put(times, taken[i] ?? 0);
    }
    return taken;
  }

  #put(times: number, number: number): void {
    while (this.#tiers.length <= times) {
      this.#tiers.push(new BitSet(this.#bound));
      this.#lengths.push(0);
    }
    this.#tiers[times]?.add(number);
    this.#lengths[times] = (this.#lengths[times] ?? 0) + 1;
  }
}
