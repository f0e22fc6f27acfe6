// Many IDs under one key, without a set for the usual case of one: 50,000 services with a check each would otherwise carry
// 100,000 sets.

const NONE: readonly string[] = [];

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

  /** In the order they were added; must not be changed while iterating. */
  ids(key: string): Iterable<string> {
    const known = this.#ids.get(key);
    if (known === undefined) return NONE;
    return typeof known === 'string' ? [known] : known;
  }
}
