// A secondary index from a text (an address, a service, an owner's key) to the rows that belong to it, ordered by key. Most texts
// have one row, so one row is kept as itself and only more of them as a map: at 50,000 services that is the memory of 50,000 trees,
// and a look-up costs a hash instead of a walk through a tree of long keys.

import { OrderedMap } from './ordered-map.js';

export class RowsByOwner<V extends { readonly key: string }> {
  readonly #rows = new Map<string, V | OrderedMap<V>>();

  /** Adds a row, or puts it in the place of the one with its key. */
  set(owner: string, row: V): void {
    const known = this.#rows.get(owner);
    if (known === undefined) {
      this.#rows.set(owner, row);
    } else if (known instanceof OrderedMap) {
      known.set(row.key, row);
    } else if (known.key === row.key) {
      this.#rows.set(owner, row);
    } else {
      const several = new OrderedMap<V>();
      several.set(known.key, known);
      several.set(row.key, row);
      this.#rows.set(owner, several);
    }
  }

  delete(owner: string, key: string): void {
    const known = this.#rows.get(owner);
    if (known instanceof OrderedMap) {
      known.delete(key);
      if (known.size === 0) this.#rows.delete(owner);
    } else if (known?.key === key) {
      this.#rows.delete(owner);
    }
  }

  /** The rows of an owner by key. */
  values(owner: string): V[] {
    const known = this.#rows.get(owner);
    if (known === undefined) return [];
    return known instanceof OrderedMap ? known.allValues() : [known];
  }

  first(owner: string): V | undefined {
    const known = this.#rows.get(owner);
    return known instanceof OrderedMap ? known.first() : known;
  }
}
