// The log as the core sees it: where it begins (after a snapshot or at the origin), which term each index has, what is
// appended, durable and committed. Payloads stay here only until they are durable; afterwards the store is asked.

import {
  after,
  type EntryRun,
  isNewer,
  type LogIndex,
  lastIndexOf,
  ORIGIN,
  type Position,
  type Term,
} from './entry.js';
import { sliceRun } from './packed.js';
import type { Persist } from './ready.js';

/** `firstIndex` and everything after it, up to the next range, has `term`. */
export interface TermRange {
  readonly firstIndex: LogIndex;
  readonly term: Term;
}

/** What the store found at the start. */
export interface RecoveredLog {
  /** The newest snapshot; the origin when there is none. */
  readonly snapshot: Position;
  /** The index before the first stored entry. Its term may be unknown unless it is the snapshot's. */
  readonly begin: LogIndex;
  /** Ascending; covers `begin + 1` through `last`. */
  readonly terms: readonly TermRange[];
  readonly last: Position;
  /** The snapshot came from elsewhere, and nobody knows here whether a majority ever had it. */
  readonly isUnproven: boolean;
  /** Where an earlier log ended that was given up for an older snapshot; null once this one has come to it, or if there was none. */
  readonly floor: Position | null;
}

export class RaftLog {
  #snapshot: Position;
  #begin: LogIndex;
  /** Of what is kept only: nothing in it begins at or before `begin`. */
  #terms: TermRange[];
  #last: Position;
  #durable: LogIndex;
  #committed: LogIndex;
  #waiting: EntryRun[] = [];
  /** Runs of the write under way, and where the log ends with it. */
  #written: EntryRun[] = [];
  #writing: LogIndex | null = null;
  #cut: LogIndex | null = null;
  #restart: Position | null = null;
  /** The disk says that the snapshot is unproven. */
  #isMarked: boolean;
  #floor: Position | null;

  constructor(recovered: RecoveredLog) {
    this.#snapshot = recovered.snapshot;
    this.#begin = recovered.begin;
    this.#terms = [...recovered.terms];
    this.#last = recovered.last;
    this.#durable = recovered.last.index;
    this.#isMarked = recovered.isUnproven;
    this.#floor = recovered.floor;
    this.#committed = recovered.isUnproven ? ORIGIN.index : recovered.snapshot.index;
  }

  get last(): Position {
    return this.#last;
  }

  get snapshot(): Position {
    return this.#snapshot;
  }

  /** The index before the first entry that is kept. */
  get begin(): LogIndex {
    return this.#begin;
  }

  get committed(): LogIndex {
    return this.#committed;
  }

  /** Everything through this index is committed, and lies here. What was given up for an older snapshot may reach less far. */
  get sure(): LogIndex {
    if (this.isUnproven) return ORIGIN.index;
    return Math.min(this.#committed, this.#last.index) as LogIndex;
  }

  /**
   * Where this log ends as votes see it: not before where an earlier one ended. What that held was acknowledged, and who has
   * less could vote it away.
   */
  get pledge(): Position {
    return this.#floor !== null && isNewer(this.#floor, this.#last) ? this.#floor : this.#last;
  }

  /** The disk says that an earlier log was given up, and this one isn't known to have come to its end. */
  get hasFloor(): boolean {
    return this.#floor !== null;
  }

  /** Everything through `position` is here, or in what came before it; whether it is committed is said elsewhere. */
  holds({ index, term }: Position): boolean {
    return (!this.isUnproven && index <= this.sure) || this.termAt(index) === term;
  }

  /**
   * The snapshot took the place of a log, and isn't known to be committed: what an operator restores may be lost again, like
   * any entry that a majority hasn't got.
   */
  get isUnproven(): boolean {
    return this.#committed < this.#snapshot.index;
  }

  /** Everything through this index is known to be on the disk. */
  get durable(): LogIndex {
    return this.#durable;
  }

  /** null when the index is beyond the log, or compacted away and not the snapshot's own. */
  termAt(index: LogIndex): Term | null {
    if (index === this.#snapshot.index) return this.#snapshot.term;
    if (index > this.#last.index) return null;
    for (let i = this.#terms.length - 1; i >= 0; i -= 1) {
      const range = this.#terms[i];
      if (range && range.firstIndex <= index) return range.term;
    }
    return null;
  }

  /** The index before the first kept entry of the term that `index` has; `begin` when no entry is kept there. */
  endBeforeTermAt(index: LogIndex): LogIndex {
    let at = this.#terms.findLastIndex((range) => range.firstIndex <= index);
    const term = this.#terms[at]?.term;
    while (at > 0 && this.#terms[at - 1]?.term === term) at -= 1;
    const first = this.#terms[at]?.firstIndex;
    return first === undefined ? this.#begin : ((first - 1) as LogIndex);
  }

  append(run: EntryRun): void {
    if (run.firstIndex !== this.#last.index + 1)
      throw new Error(`append at ${run.firstIndex} after ${this.#last.index}`);
    if (run.term !== this.#terms.at(-1)?.term) this.#terms.push({ firstIndex: run.firstIndex, term: run.term });
    this.#last = { index: lastIndexOf(run), term: run.term };
    this.#waiting.push(run);
  }

  /** Deletes everything after `index`; only a follower whose leader has other entries there does. */
  truncateAfter(index: LogIndex): void {
    if (index < this.#committed) throw new Error(`entries after ${index} are committed through ${this.#committed}`);
    const term = this.termAt(index);
    if (term === null) throw new Error(`index ${index} is not in the log`);
    this.#last = { index, term };
    this.#terms = this.#terms.filter((range) => range.firstIndex <= index);
    this.#waiting = cutRuns(this.#waiting, index);
    this.#written = cutRuns(this.#written, index);
    if (this.#writing !== null && this.#writing > index) this.#writing = index;
    else if (this.#durable <= index) return;
    this.#durable = Math.min(this.#durable, index) as LogIndex;
    this.#cut = this.#cut === null ? index : (Math.min(this.#cut, index) as LogIndex);
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0 || this.#cut !== null || this.#restart !== null;
  }

  /** Hands out what waits to be written, and after which index the store must be cut before that. */
  takeWaiting(): Omit<Persist, 'hardState'> {
    const isProven = this.#isMarked && !this.isUnproven && this.#restart === null;
    if (isProven) this.#isMarked = false;
    const taken = { truncateAfter: this.#cut, restart: this.#restart, isProven, runs: this.#waiting };
    this.#written = this.#waiting;
    this.#waiting = [];
    this.#cut = null;
    this.#restart = null;
    this.#writing = this.#last.index;
    return taken;
  }

  /** What {@link takeWaiting} handed out is durable. */
  written(): void {
    const index = this.#writing;
    if (index === null) return;
    this.#durable = index;
    this.#writing = null;
    this.#written = [];
    const term = this.termAt(index);
    if (this.#floor !== null && term !== null && !isNewer(this.#floor, { index, term })) this.#floor = null;
  }

  /** The entries from `from` through `through` that are not durable yet: no store has them. */
  inMemory(from: LogIndex, through: LogIndex): EntryRun[] {
    const parts = [...this.#written, ...this.#waiting].map((run) => sliceRun(run, from, through));
    return parts.filter((run) => run !== null);
  }

  commitThrough(index: LogIndex): void {
    if (index > this.#last.index) throw new Error(`commit of ${index} beyond the last index ${this.#last.index}`);
    // What a snapshot took the place of is committed with it, or not at all.
    if (this.isUnproven && index < this.#snapshot.index) return;
    if (index > this.#committed) this.#committed = index;
  }

  /**
   * A snapshot of everything through `position` took the place of this log. It lies beyond what is committed, and is committed
   * like an entry: later, or never. Only for a log that may be lost it may be older; then the log's end is a floor for votes
   * until the log is as far again. No write may be under way.
   */
  restart(position: Position): void {
    if (this.#writing !== null) throw new Error('restart of a log that is being written');
    const mayFallBack = this.isUnproven || this.#floor !== null;
    if (position.index <= this.#committed && !mayFallBack)
      throw new Error(`a snapshot of ${position.index} over what is committed`);
    if (isNewer(this.pledge, position)) this.#floor = this.pledge;
    this.#snapshot = position;
    this.#begin = position.index;
    this.#terms = [];
    this.#last = position;
    this.#durable = position.index;
    this.#waiting = [];
    this.#cut = null;
    this.#restart = position;
    this.#isMarked = true;
  }

  /** A snapshot covers the log through `position`; entries through `begin` are no longer kept. */
  compact(position: Position, begin: LogIndex): void {
    if (position.index > this.#snapshot.index) this.#snapshot = position;
    if (begin <= this.#begin) return;
    this.#begin = begin;
    const kept = this.#terms.findLastIndex((range) => range.firstIndex <= begin + 1);
    const first = this.#terms[kept];
    if (kept > 0) this.#terms.splice(0, kept);
    if (first && first.firstIndex <= begin) this.#terms[0] = { firstIndex: after(begin), term: first.term };
  }
}

/** What of the runs lies at `index` or before it. */
function cutRuns(runs: readonly EntryRun[], index: LogIndex): EntryRun[] {
  return runs.map((run) => sliceRun(run, run.firstIndex, index)).filter((run) => run !== null);
}
