// A table whose records are shared with the other members of a simulated pool until it changes them. With records of their
// own, ten thousand members that know each other would hold a hundred million; like this each holds an order of probing,
// two bytes a member, and what it knows otherwise than the others.

import { isGone, type NodeRecord } from '../../../src/main/gossip/core/node.js';
import { NodeTable } from '../../../src/main/gossip/core/node-table.js';
import { below, type Random, shuffle } from '../../../src/random/random.js';

/** What everybody knows; frozen, so that changing it throws. A member's place here is its number in the tables. */
export class SharedNodes {
  readonly list: readonly NodeRecord[];
  readonly numbers: ReadonlyMap<string, number>;
  /** All numbers. */
  readonly order: Uint16Array;

  constructor(records: readonly NodeRecord[]) {
    this.list = records.map((record) => Object.freeze(record));
    this.numbers = new Map(records.map(({ name }, number) => [name, number]));
    this.order = Uint16Array.from(records.keys());
  }
}

export class SharedTable extends NodeTable {
  readonly #random: Random;
  readonly #shared: SharedNodes;
  /** Numbers of members, the first {@link count} of them in the order of probing. */
  #order: Uint16Array;
  #count: number;
  /** By number: records that differ from the shared ones. */
  readonly #own = new Map<number, NodeRecord>();
  /** Numbers of members that are not shared. */
  readonly #added = new Map<string, number>();
  readonly #forgotten = new Set<number>();
  #nextNumber: number;

  constructor(random: Random, shared: SharedNodes) {
    super(random);
    this.#random = random;
    this.#shared = shared;
    this.#count = shared.list.length;
    this.#nextNumber = this.#count;
    this.#order = shared.order.slice();
    shuffle(random, this.#order);
  }

  override get size(): number {
    return this.#count;
  }

  override get nodes(): readonly NodeRecord[] {
    return Array.from(this.#order.subarray(0, this.#count), (number) => this.#record(number));
  }

  override at(index: number): NodeRecord | undefined {
    const number = index < this.#count ? this.#order[index] : undefined;
    return number === undefined ? undefined : this.#record(number);
  }

  #record(number: number): NodeRecord {
    const record = this.#own.get(number) ?? this.#shared.list[number];
    if (record === undefined) throw new Error(`No member has the number ${number}`);
    return record;
  }

  #numberOf(name: string): number | undefined {
    const number = this.#shared.numbers.get(name);
    return number === undefined || this.#forgotten.has(number) ? this.#added.get(name) : number;
  }

  override get(name: string): NodeRecord | undefined {
    const number = this.#numberOf(name);
    return number === undefined ? undefined : this.#record(number);
  }

  override change(node: NodeRecord): NodeRecord {
    const number = this.#numberOf(node.name);
    if (number === undefined || this.#own.has(number)) return node;
    const own = { ...node };
    this.#own.set(number, own);
    return own;
  }

  override add(node: NodeRecord): void {
    const number = this.#nextNumber;
    if (number > 0xffff) throw new Error('Too many members for an order of 16 bits');
    this.#nextNumber += 1;
    this.#own.set(number, node);
    this.#added.set(node.name, number);
    const last = this.#count;
    this.#count += 1;
    if (this.#order.length === last) {
      const longer = new Uint16Array(last + 64);
      longer.set(this.#order);
      this.#order = longer;
    }
    const place = below(this.#random, last + 1);
    this.#order[last] = this.#order[place] ?? 0;
    this.#order[place] = number;
  }

  override forgetAndShuffle(beforeMs: number): void {
    const isKept = (number: number) => {
      const node = this.#record(number);
      if (!isGone(node) || node.changedMs >= beforeMs) return true;
      this.#own.delete(number);
      this.#added.delete(node.name);
      this.#forgotten.add(number);
      return false;
    };
    this.#order = this.#order.subarray(0, this.#count).filter(isKept);
    this.#count = this.#order.length;
    shuffle(this.#random, this.#order);
  }
}
