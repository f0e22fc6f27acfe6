// The configurations that matter: the latest takes effect when appended, an earlier one comes back when its entry is
// deleted again by a new leader (spec/raft.md section 3, AppendEntries 5).

import { type Configuration, type PlacedConfiguration, votersOf } from './configuration.js';
import type { LogIndex, ServerId } from './entry.js';

export class Membership {
  /** Ascending, never empty: the newest committed one and all after it. */
  #placed: PlacedConfiguration[];
  #voters: readonly ServerId[] = [];
  #votersIn: Configuration | null = null;

  constructor(known: readonly PlacedConfiguration[]) {
    const none: PlacedConfiguration = { index: 0 as LogIndex, configuration: { servers: [] } };
    this.#placed = known.length > 0 ? [...known] : [none];
  }

  /** Who has a vote in the latest one. */
  get voters(): readonly ServerId[] {
    const { configuration } = this.#newest;
    if (this.#votersIn !== configuration) {
      this.#votersIn = configuration;
      this.#voters = votersOf(configuration);
    }
    return this.#voters;
  }

  get latest(): Configuration {
    return this.#newest.configuration;
  }

  /** Of the entry that {@link latest} came from. */
  get latestIndex(): LogIndex {
    return this.#newest.index;
  }

  /** null when `next` takes or gives one vote at most, so that the majorities before and after overlap; else the problem. */
  stepTo(next: Configuration): string | null {
    const before = new Set(this.voters);
    const now = new Set(votersOf(next));
    const changed = [...before, ...now].filter((id) => before.has(id) !== now.has(id));
    return changed.length > 1 ? `more than one vote would change: ${changed.join(', ')}` : null;
  }

  /** null while the latest one isn't committed. */
  committed(commit: LogIndex): PlacedConfiguration | null {
    return this.#newest.index <= commit ? this.#newest : null;
  }

  append(index: LogIndex, configuration: Configuration): void {
    this.#placed.push({ index, configuration });
  }

  /** A snapshot took the place of the log. */
  restart(placed: PlacedConfiguration): void {
    this.#placed = [placed];
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
