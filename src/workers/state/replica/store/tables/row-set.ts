// The rows of one owner, ordered by key: the instances of a service name, mostly one. One row is kept as itself and only more of them
// as a map, so that 50,000 names don't carry 100,000 trees.

import { OrderedMap } from './ordered-map.js';

export class RowSet<V extends { readonly key: string }> {
  #rows: V | OrderedMap<V> | undefined;

  get size(): number {
    if (this.#rows instanceof OrderedMap) return this.#rows.size;
    return this.#rows === undefined ? 0 : 1;
  }

  /** Adds a row, or puts it in the place of the one with its key. */
  set(row: V): void {
    const rows = this.#rows;
    if (rows instanceof OrderedMap) rows.set(row.key, row);
    else if (rows === undefined || rows.key === row.key) this.#rows = row;
    else {
      const several = new OrderedMap<V>();
      several.set(rows.key, rows);
      several.set(row.key, row);
      this.#rows = several;
    }
  }

  delete(key: string): void {
    const rows = this.#rows;
    if (rows instanceof OrderedMap) rows.delete(key);
    else if (rows?.key === key) this.#rows = undefined;
  }

  /** By key. */
  allValues(): V[] {
    const rows = this.#rows;
    if (rows instanceof OrderedMap) return rows.allValues();
    return rows === undefined ? [] : [rows];
  }
}
