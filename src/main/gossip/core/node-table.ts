// All members known, ourselves and the recently dead included, in the order in which they are probed (spec/gossip.md,
// section 6): a new one goes to a random place, so that the others find it at different times.

import { below, type Random, shuffle } from '../../../random/random.js';
import { isGone, type NodeRecord } from './node.js';

export class NodeTable {
  #list: NodeRecord[] = [];
  readonly #byName = new Map<string, NodeRecord>();
  readonly #random: Random;
  #revision = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Grows whenever anything in the table changes but the order. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#list.length;
  }

  /** In the order of probing. */
  get nodes(): readonly NodeRecord[] {
    return this.#list;
  }

  /** One of {@link nodes}. */
  at(index: number): NodeRecord | undefined {
    return this.#list[index];
  }

  get(name: string): NodeRecord | undefined {
    return this.#byName.get(name);
  }

  /**
   * The record to be changed instead of this one of ours. Here it is the same; simulated members share their records, and
   * get a copy that takes its place.
   */
  change(node: NodeRecord): NodeRecord {
    this.#revision += 1;
    return node;
  }

  add(node: NodeRecord): void {
    this.#revision += 1;
    this.#byName.set(node.name, node);
    const last = this.#list.length;
    this.#list.push(node);
    const place = below(this.#random, last + 1);
    const other = this.#list[place];
    if (other === undefined) return;
    this.#list[place] = node;
    this.#list[last] = other;
  }

  /** Drops who has been gone since before `beforeMs`, and puts the others into a new order. */
  forgetAndShuffle(beforeMs: number): void {
    this.#list = this.#list.filter((node) => {
      const isKept = !isGone(node) || node.changedMs >= beforeMs;
      if (isKept) return true;
      this.#byName.delete(node.name);
      this.#revision += 1;
      return false;
    });
    shuffle(this.#random, this.#list);
  }

  /** Up to `count` different nodes that pass; large pools may yield fewer than there are, by chance. */
  pick(count: number, passes: (node: NodeRecord) => boolean): NodeRecord[] {
    const picked: NodeRecord[] = [];
    const { size } = this;
    for (let i = 0; i < 3 * size && picked.length < count; i += 1) {
      const node = this.at(below(this.#random, size));
      if (node !== undefined && passes(node) && !picked.includes(node)) picked.push(node);
    }
    return picked;
  }
}
