// What one of very many members knows and has still to spread, in a few bytes for each of the others: bits, an order of numbers,
// and the queue of gossip as src/main/gossip/core/queue.ts keeps it when all messages are equally long. There what was sent least
// goes first, and of that what is newest.

import { below, type Random } from '../../../../src/random/random.js';

const FIRST_CAPACITY = 64;

/** Numbers of members, the end of which is taken first. */
class Numbers {
  #values = new Uint16Array(FIRST_CAPACITY);
  length = 0;

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  insert(index: number, value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Uint16Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.copyWithin(index + 1, index, this.length);
    this.#values[index] = value;
    this.length += 1;
  }
}

export class Spreader {
  readonly number: number;
  readonly #known: Uint32Array;
  /** In no order, as the members of a pool are. */
  readonly #order = new Numbers();
  /** By the number of times sent; in each the newest is last. */
  readonly #tiers: Numbers[] = [];
  /** When each was queued, counted. */
  readonly #queued: Uint16Array;
  #queuedCount = 0;

  constructor(number: number, count: number) {
    this.number = number;
    this.#known = new Uint32Array((count + 31) >> 5);
    this.#queued = new Uint16Array(count);
  }

  /** How many it knows, itself among them. */
  get size(): number {
    return this.#order.length;
  }

  knows(member: number): boolean {
    return (((this.#known[member >> 5] ?? 0) >> (member & 31)) & 1) === 1;
  }

  /** True when that is news; it will be spread. */
  learn(member: number, random: Random): boolean {
    if (this.knows(member)) return false;
    this.#known[member >> 5] = (this.#known[member >> 5] ?? 0) | (1 << (member & 31));
    const last = this.#order.length;
    const place = below(random, last + 1);
    this.#order.insert(last, this.#order.at(place));
    this.#order.set(place, member);
    this.#queued[member] = this.#queuedCount;
    this.#queuedCount += 1;
    this.#queue(0, member);
    return true;
  }

  /** Of those it knows. */
  any(random: Random): number {
    return this.#order.at(below(random, this.#order.length));
  }

  /** Up to `count` others that it knows, as src/main/gossip/core/node-table.ts picks them. */
  pick(count: number, random: Random): number[] {
    const picked: number[] = [];
    for (let i = 0; i < 3 * this.size && picked.length < count; i += 1) {
      const member = this.any(random);
      if (member !== this.number && !picked.includes(member)) picked.push(member);
    }
    return picked;
  }

  /** What `other` knows and this one doesn't, in `other`'s order. */
  missingOf(other: Spreader): number[] {
    const missing: number[] = [];
    for (let i = 0; i < other.size; i += 1) {
      const member = other.#order.at(i);
      if (!this.knows(member)) missing.push(member);
    }
    return missing;
  }

  /** News for one packet; what has then been sent `limit` times isn't sent any more. */
  take(most: number, limit: number): number[] {
    const taken: number[] = [];
    const sent: number[] = [];
    for (let times = 0; times < this.#tiers.length && taken.length < most; times += 1) {
      const tier = this.#tiers[times];
      while (tier !== undefined && tier.length > 0 && taken.length < most) {
        tier.length -= 1;
        taken.push(tier.at(tier.length));
        sent.push(times + 1);
      }
    }
    // Only now: nothing goes twice into one packet.
    for (const [i, member] of taken.entries()) {
      const times = sent[i] ?? limit;
      if (times < limit) this.#queue(times, member);
    }
    return taken;
  }

  #queue(times: number, member: number): void {
    while (this.#tiers.length <= times) this.#tiers.push(new Numbers());
    const tier = this.#tiers[times] as Numbers;
    const when = this.#queued[member] ?? 0;
    let low = 0;
    let high = tier.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#queued[tier.at(middle)] ?? 0) < when) low = middle + 1;
      else high = middle;
    }
    tier.insert(low, member);
  }
}
