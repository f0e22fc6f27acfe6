// Many IDs under one key, without a set for the usual case of one: 50,000 services with a check each would otherwise carry
// 100,000 sets.

export class IdIndex {
  readonly #ids = new Map<string, string | Set<string>>();

  add(key: string, id: string): void {
    const known = this.#ids.get(key);
    if (known === undefined) this.#ids.set(key, id);
    else if (typeof known !== 'string') known.add(id);
    else if (known !== id) this.#ids.set(key, new Set([known, id]));
  }

  delete(key: string, id: string): void {
    const known = this.#ids.get(key);
    if (known === id) this.#ids.delete(key);
    else if (known !== undefined && typeof known !== 'string') {
      known.delete(id);
      if (known.size === 0) this.#ids.delete(key);
    }
  }

  /** The entries of the IDs under a key, in the order they were added; those that are there. */
  found<T>(key: string, entries: ReadonlyMap<string, T>): readonly T[] {
    const known = this.#ids.get(key);
    if (known === undefined) return [];
    if (typeof known === 'string') {
      const entry = entries.get(known);
      return entry === undefined ? [] : [entry];
    }
    const found: T[] = [];
    for (const id of known) {
      const entry = entries.get(id);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }
}
