// Compiled filters by their text, the one used last at the end, bounded by what they take in memory, about.

import type { Filter } from './filter.js';

const MAX_BYTES = 4 * 1024 * 1024;
/** What an entry takes beside its text and its tests, one of its matches, and one step of its patterns. */
const ENTRY_BYTES = 512;
const BYTES_PER_SIZE = 300;

function weightOf(text: string, filter: Filter): number {
  const own = filter.ok ? BYTES_PER_SIZE * filter.size : 2 * (filter.error.length + filter.reason.length);
  return ENTRY_BYTES + 2 * text.length + own;
}

export class KeptFilters {
  readonly #filters = new Map<string, Filter>();
  #bytes = 0;

  get(text: string): Filter | undefined {
    const known = this.#filters.get(text);
    if (known === undefined) return undefined;
    this.#filters.delete(text);
    this.#filters.set(text, known);
    return known;
  }

  /** `text` isn't kept yet. */
  set(text: string, filter: Filter): void {
    this.#filters.set(text, filter);
    this.#bytes += weightOf(text, filter);
    for (const [oldest, its] of this.#filters) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#filters.delete(oldest);
      this.#bytes -= weightOf(oldest, its);
    }
  }
}
