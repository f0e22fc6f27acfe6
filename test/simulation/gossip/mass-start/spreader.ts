// What one of very many members knows and has still to spread, in a few bytes for each of the others: bits, an order of numbers,
// and the queue of gossip.

import { below, type Random } from '../../../../src/random/random.js';
import { QueueTiers } from './queue-tiers.js';

const FIRST_CAPACITY = 64;

/** A list of members' numbers. */
class Numbers {
  #values = new Uint16Array(FIRST_CAPACITY);
  length = 0;

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Uint16Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length] = value;
    this.length += 1;
  }
}

export class Spreader {
  readonly number: number;
  readonly #known: Uint32Array;
  /** In no order, as the members of a pool are. */
  readonly #order = new Numbers();
  /** In the order in which they were queued: the place here is the number in the queue. */
  readonly #queued = new Numbers();
  readonly #queue: QueueTiers;

  constructor(number: number, count: number) {
    this.number = number;
    this.#known = new Uint32Array((count + 31) >> 5);
    this.#queue = new QueueTiers(count);
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
    const place = below(random, this.#order.length + 1);
    this.#order.push(this.#order.at(place));
    this.#order.set(place, member);
    this.#queue.add(this.#queued.length);
    this.#queued.push(member);
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
    const news = this.#queue.take(most, limit);
    for (let i = 0; i < news.length; i += 1) news[i] = this.#queued.at(news[i] ?? 0);
    return news;
  }
}
