// The one place that knows the B+ tree package: an ordered map of string keys with O(1) copy-on-write clones. Keys compare
// as plain strings; table-key.ts makes them so that this is the order wanted.

import sortedBtree from 'sorted-btree';

// The package is CommonJS: under Node's ESM its class is the `default` member of the default export.
const BTree = sortedBtree.default;
type Tree<V> = InstanceType<typeof BTree<string, V>>;

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}

/** Children per tree node: lookups and inserts of random keys were fastest between 32 and 64. */
const NODE_SIZE = 32;

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  for (let at = 0; at < most; at += 1) if (a[at] !== b[at]) return at;
  return most;
}

/** Makes the package's range scans end early. */
const STOP = { break: 0 };

export class OrderedMap<V> {
  readonly #tree: Tree<V>;

  constructor(tree?: Tree<V>) {
    this.#tree = tree ?? new BTree<string, V>(undefined, compareKeys, NODE_SIZE);
  }

  get size(): number {
    return this.#tree.size;
  }

  get(key: string): V | undefined {
    return this.#tree.get(key);
  }

  set(key: string, value: V): void {
    this.#tree.set(key, value);
  }

  /** False, and nothing changes, where the key is there already. One walk through the tree. */
  add(key: string, value: V): boolean {
    return this.#tree.set(key, value, false);
  }

  delete(key: string): boolean {
    return this.#tree.delete(key);
  }

  /** A copy as of now; both sides may go on changing. */
  clone(): OrderedMap<V> {
    return new OrderedMap(this.#tree.clone());
  }

  /** Values in key order from `low` on, up to but without `high`. The map must not change meanwhile. */
  values(low: string, high: string): V[] {
    const out: V[] = [];
    this.#tree.forRange(low, high, false, (_key, value) => {
      out.push(value);
    });
    return out;
  }

  allValues(): V[] {
    return this.#tree.valuesArray();
  }

  /** Calls `each` in key order from `low` on, up to but without `high`. The map must not change meanwhile. */
  forRange(low: string, high: string, each: (value: V, key: string) => void): void {
    this.#tree.forRange(low, high, false, (key, value) => each(value, key));
  }

  /** Calls `each` for every key that begins with `prefix`, in order. The map must not change meanwhile. */
  forPrefix(prefix: string, each: (value: V, key: string) => void): void {
    const last = this.#tree.maxKey();
    if (last === undefined) return;
    this.#tree.forRange(prefix, last, true, (key, value) => {
      if (!key.startsWith(prefix)) return STOP;
      each(value, key);
      return undefined;
    });
  }

  hasPrefix(prefix: string): boolean {
    return this.#tree.getPairOrNextHigher(prefix)?.[0].startsWith(prefix) ?? false;
  }

  /** Calls `each` for every key that `text` begins with, the longest first. The map must not change meanwhile. */
  forPrefixesOf(text: string, each: (value: V, key: string) => void): void {
    // The key sought is never behind what is left of the text.
    let left = text;
    for (;;) {
      const found = this.#tree.getPairOrNextLower(left);
      if (found === undefined) return;
      const [key, value] = found;
      if (!left.startsWith(key)) {
        left = left.slice(0, commonLength(key, left));
        continue;
      }
      each(value, key);
      if (key === '') return;
      left = key.slice(0, -1);
    }
  }

  forEach(each: (value: V, key: string) => void): void {
    this.#tree.forEachPair((key, value) => each(value, key));
  }

  /** Pairs in key order from `low` on. The map must not change while the iterator is in use: take it from a clone. */
  entries(low?: string): IterableIterator<[string, V]> {
    return this.#tree.entries(low);
  }

  first(): V | undefined {
    return this.#tree.getPairOrNextHigher('')?.[1];
  }
}
