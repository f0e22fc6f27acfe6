// All members known, ourselves and the recently dead included, in the order in which they are probed (spec/gossip.md,
// section 6): a new one goes to a random place, so that the others find it at different times.

import { isGone, type NodeRecord } from './node.js';
import { below, type Random, shuffle } from './random.js';

/**
 * Records that many tables share and none may change. Only simulated pools have them: else ten thousand members in one
 * process would hold a hundred million records.
 */
export type SharedNodes = ReadonlyMap<string, NodeRecord>;

export class NodeTable {
  private list: NodeRecord[];
  /** Our own records; undefined: forgotten, so that a shared one doesn't show through. */
  private readonly byName = new Map<string, NodeRecord | undefined>();
  private readonly shared: SharedNodes | null;
  private readonly random: Random;

  constructor(random: Random, shared: SharedNodes | null = null) {
    this.random = random;
    this.shared = shared;
    this.list = shared === null ? [] : [...shared.values()];
    shuffle(random, this.list);
  }

  get size(): number {
    return this.list.length;
  }

  /** In the order of probing. */
  get nodes(): readonly NodeRecord[] {
    return this.list;
  }

  get(name: string): NodeRecord | undefined {
    // Our own names first: without shared records one look is enough.
    const own = this.byName.get(name);
    if (own !== undefined || this.shared === null || this.byName.has(name)) return own;
    return this.shared.get(name);
  }

  /** The record to change instead of this one: the same when it is ours, a copy that takes its place when it is shared. */
  change(node: NodeRecord): NodeRecord {
    if (this.shared === null || this.shared.get(node.name) !== node) return node;
    const own = { ...node };
    this.list[this.list.indexOf(node)] = own;
    this.byName.set(own.name, own);
    return own;
  }

  add(node: NodeRecord): void {
    this.byName.set(node.name, node);
    const last = this.list.length;
    this.list.push(node);
    const place = below(this.random, last + 1);
    const other = this.list[place];
    if (other === undefined) return;
    this.list[place] = node;
    this.list[last] = other;
  }

  /** Drops who has been gone since before `beforeMs`, and puts the others into a new order. */
  forgetAndShuffle(beforeMs: number): void {
    this.list = this.list.filter((node) => {
      const isKept = !isGone(node) || node.changedMs >= beforeMs;
      if (!isKept) this.forget(node.name);
      return isKept;
    });
    shuffle(this.random, this.list);
  }

  private forget(name: string): void {
    if (this.shared?.has(name) === true) this.byName.set(name, undefined);
    else this.byName.delete(name);
  }

  /** Up to `count` different nodes that pass; large pools may yield fewer than there are, by chance. */
  pick(count: number, passes: (node: NodeRecord) => boolean): NodeRecord[] {
    const picked: NodeRecord[] = [];
    const draws = 3 * this.list.length;
    for (let i = 0; i < draws && picked.length < count; i += 1) {
      const node = this.list[below(this.random, this.list.length)];
      if (node !== undefined && passes(node) && !picked.includes(node)) picked.push(node);
    }
    return picked;
  }
}
