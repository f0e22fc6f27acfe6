// What one simulated server's disk is known to hold: told of each write when it is complete, and of what a restart found.
// Kept beside the real store so that promises can be compared with it at any moment.

import assert from 'node:assert/strict';
import { type HardState, lastIndexOf, type Position } from '../../../src/workers/raft/core/entry.js';
import type { RecoveredLog } from '../../../src/workers/raft/core/log.js';
import type { Persist } from '../../../src/workers/raft/core/ready.js';

export class DurableCopy {
  term = 0;
  vote: string | null = null;
  /** Term by index; index 0 is the origin. */
  readonly terms: number[] = [0];

  get last(): number {
    return this.terms.length - 1;
  }

  holds(index: number, term: number): boolean {
    return this.terms[index] === term;
  }

  /** A write is complete. Answers the terms of the entries that it deleted, by index. */
  write({ hardState, truncateAfter, restart, runs }: Persist): ReadonlyMap<number, number> {
    if (hardState) this.#vote(hardState);
    const deleted = new Map<number, number>();
    if (truncateAfter !== null) {
      for (let index = this.last; index > truncateAfter; index -= 1) deleted.set(index, this.terms.pop() ?? 0);
    }
    if (restart !== null) {
      for (let index = this.last; index > restart.index; index -= 1) deleted.set(index, this.terms[index] ?? 0);
      this.#restart(restart);
    }
    for (const run of runs) {
      assert.equal(run.firstIndex, this.terms.length, 'entries follow each other without a hole');
      for (let index = run.firstIndex as number; index <= lastIndexOf(run); index += 1) this.terms.push(run.term);
    }
    return deleted;
  }

  /** A restart read this from the disk: at least what was complete, at most the write that was under way. */
  recover(hardState: HardState, { begin, terms, last, snapshot }: RecoveredLog): void {
    this.#vote(hardState);
    if (begin >= this.terms.length || begin === snapshot.index) this.#restart(snapshot);
    this.terms.length = Math.min(this.terms.length, begin + 1);
    for (const [i, { firstIndex, term }] of terms.entries()) {
      const end = terms[i + 1]?.firstIndex ?? last.index + 1;
      for (let index = firstIndex as number; index < end; index += 1) this.terms[index] = term;
    }
    assert.equal(this.last, last.index, 'the log is whole');
  }

  /** A snapshot holds everything through `position`; what exactly is for others to say. */
  #restart({ index, term }: Position): void {
    while (this.terms.length <= index) this.terms.push(this.terms.at(-1) ?? 0);
    this.terms.length = index + 1;
    this.terms[index] = term;
  }

  #vote({ term, vote }: HardState): void {
    assert.ok(term >= this.term, `term ${term} after ${this.term}`);
    const isNew = term > this.term || this.vote === null;
    assert.ok(isNew || vote === this.vote, `a vote for ${vote} after one for ${this.vote} in term ${term}`);
    this.term = term;
    this.vote = vote;
  }
}
