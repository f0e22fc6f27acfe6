// The log's storage for -dev: nothing is kept past the process. Keys come almost always in ascending order, so a sorted
// array is enough: an append is a push, compaction a splice at the front.

import type { KeyValueStore, Put } from './key-value-store.js';

export class MemoryStore implements KeyValueStore {
  readonly #rows: Put[] = [];

  write(puts: readonly Put[], removals: readonly Uint8Array[]): Promise<void> {
    for (const key of removals) {
      const at = this.#find(key);
      if (this.#holds(at, key)) this.#rows.splice(at, 1);
    }
    for (const { key, value } of puts) {
      // Buffer's own slice would share the caller's memory.
      const row = { key: new Uint8Array(key), value: new Uint8Array(value) };
      const at = this.#find(key);
      if (this.#holds(at, key)) this.#rows[at] = row;
      else if (at === this.#rows.length) this.#rows.push(row);
      else this.#rows.splice(at, 0, row);
    }
    return Promise.resolve();
  }

  get(key: Uint8Array): Promise<Uint8Array | null> {
    const at = this.#find(key);
    return Promise.resolve(this.#holds(at, key) ? (this.#rows[at]?.value ?? null) : null);
  }

  async *scan(from: Uint8Array, before: Uint8Array): AsyncIterable<Put> {
    for (const row of this.#rows.slice(this.#find(from), this.#find(before))) yield row;
  }

  removeRange(from: Uint8Array, before: Uint8Array): Promise<void> {
    const begin = this.#find(from);
    this.#rows.splice(begin, this.#find(before) - begin);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Position of the first key that isn't less. */
  #find(key: Uint8Array): number {
    let low = 0;
    let high = this.#rows.length;
    const last = this.#rows[high - 1];
    if (last && Buffer.compare(last.key, key) < 0) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.#rows[middle];
      if (row && Buffer.compare(row.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #holds(at: number, key: Uint8Array): boolean {
    const row = this.#rows[at];
    return row !== undefined && Buffer.compare(row.key, key) === 0;
  }
}
