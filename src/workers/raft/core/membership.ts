// The configurations that matter: the latest takes effect when appended, an earlier one comes back when its entry is
// deleted again by a new leader (spec/raft.md section 3, AppendEntries 5).

import type { Configuration, PlacedConfiguration } from './configuration.js';
import type { LogIndex } from './entry.js';

export class Membership {
  /** Ascending, never empty: the newest committed one and all after it. */
  #placed: PlacedConfiguration[];

  constructor(known: readonly PlacedConfiguration[]) {
    const none: PlacedConfiguration = { index: 0 as LogIndex, configuration: { servers: [] } };
    this.#placed = known.length > 0 ? [...known] : [none];
  }

  get latest(): Configuration {
    return this.#newest.configuration;
  }

  /** null while the latest one isn't committed. */
  committed(commit: LogIndex): PlacedConfiguration | null {
    return this.#newest.index <= commit ? this.#newest : null;
  }

  append(index: LogIndex, configuration: Configuration): void {
    this.#placed.push({ index, configuration });
  }

  truncateAfter(index: LogIndex): void {
    const kept = this.#placed.filter((placed) => placed.index <= index);
    if (kept.length > 0) this.#placed = kept;
  }

  /** What came before the newest committed one is no longer needed. */
  commit(index: LogIndex): void {
    const newest = this.#placed.findLastIndex((placed) => placed.index <= index);
    if (newest > 0) this.#placed.splice(0, newest);
  }

  get #newest(): PlacedConfiguration {
    const newest = this.#placed.at(-1);
    if (!newest) throw new Error('a membership is never empty');
    return newest;
  }
}
