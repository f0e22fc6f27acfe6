// The config entries that an answer was made of: what a query that waits depends on, and whether the answer is still true.

import type { EntryKind, EntryOf } from '../../../../wire/config-entries/entries.js';
import type { StoreReads, WatchTarget } from '../../replica/store/read-api.js';

interface Looked {
  readonly kind: EntryKind;
  readonly name: string;
  /** Undefined: there was none. */
  readonly entry: object | undefined;
}

export class LookedAt {
  readonly #store: StoreReads;
  readonly #found = new Map<string, Looked>();

  constructor(store: StoreReads) {
    this.#store = store;
  }

  find<K extends EntryKind>(kind: K, name: string): EntryOf<K> | undefined {
    const entry = this.#store.configEntries.get(kind, name).value ?? undefined;
    this.#found.set(`${kind}/${name}`, { kind, name, entry });
    return entry;
  }

  /** Stored entries are replaced, never changed. */
  areCurrent({ configEntries }: StoreReads): boolean {
    for (const { kind, name, entry } of this.#found.values()) {
      if ((configEntries.get(kind, name).value ?? undefined) !== entry) return false;
    }
    return true;
  }

  targets(): readonly WatchTarget[] {
    return [...this.#found.values()].flatMap(({ kind, name }) => this.#store.targets.configEntry(kind, name));
  }
}
