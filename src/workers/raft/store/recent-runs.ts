// The runs that were written last, for those who read the end of the log: a follower hands each entry to its replica as soon as
// it is committed, and a leader sends what its followers' windows have room for, both some milliseconds after the write. To ask
// LevelDB for them costs more than the write did. Bytes bound it; what is older is read from the store.

import { bytesOf, type EntryRun, type LogIndex, lastIndexOf } from '../core/entry.js';

const MOST_BYTES = 2 * 1024 * 1024;
/** What a run takes beside its bytes. */
const RUN_BYTES = 256;

function sizeOf(run: EntryRun): number {
  return RUN_BYTES + bytesOf(run);
}

export class RecentRuns {
  /** Ascending, without a gap. */
  #runs: EntryRun[] = [];
  #bytes = 0;

  /** What was written behind the last one; the bytes must stay as they are from now on. */
  add(runs: readonly EntryRun[]): void {
    for (const run of runs) {
      this.#runs.push(run);
      this.#bytes += sizeOf(run);
    }
    while (this.#bytes > MOST_BYTES) this.#dropFirst();
  }

  /** From the run that holds `from` on, until `maxBytes` are found; null when that isn't here. */
  read(from: LogIndex, through: LogIndex, maxBytes: number): readonly EntryRun[] | null {
    const begin = this.#positionOf(from);
    let bytes = 0;
    let end = begin;
    for (let run = this.#runs[end]; run !== undefined && run.firstIndex <= through; run = this.#runs[end]) {
      bytes += bytesOf(run);
      end += 1;
      if (bytes >= maxBytes) break;
    }
    return end === begin ? null : this.#runs.slice(begin, end);
  }

  /** Nothing beyond `index` is in the log any more. */
  truncateAfter(index: LogIndex): void {
    for (let last = this.#runs.at(-1); last !== undefined && lastIndexOf(last) > index; last = this.#runs.at(-1)) {
      // A run that was cut is in the store only, and what is written next must not follow upon a gap.
      if (last.firstIndex <= index) {
        this.clear();
        return;
      }
      this.#runs.pop();
      this.#bytes -= sizeOf(last);
    }
  }

  /** Nothing through `index` is in the log any more. */
  dropThrough(index: LogIndex): void {
    while (this.#runs[0] !== undefined && lastIndexOf(this.#runs[0]) <= index) this.#dropFirst();
  }

  clear(): void {
    this.#runs = [];
    this.#bytes = 0;
  }

  #dropFirst(): void {
    const first = this.#runs.shift();
    if (first !== undefined) this.#bytes -= sizeOf(first);
  }

  /** Of the run that holds `index`; the number of runs when none does. */
  #positionOf(index: LogIndex): number {
    const first = this.#runs[0];
    if (first === undefined || index < first.firstIndex) return this.#runs.length;
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const run = this.#runs[middle];
      if (run !== undefined && lastIndexOf(run) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
