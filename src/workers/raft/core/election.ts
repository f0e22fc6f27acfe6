// One candidacy: whose votes are in, and whether they suffice. A server's own vote counts once it is durable
// (spec/raft.md section 5), so that a crash can't make it vote twice in a term.

import type { ServerId, Term } from './entry.js';
import { hasQuorum } from './quorum.js';

export class Candidacy {
  readonly term: Term;
  readonly #voters: readonly ServerId[];
  readonly #granted = new Set<ServerId>();

  constructor(term: Term, voters: readonly ServerId[]) {
    this.term = term;
    this.#voters = voters;
  }

  /** Votes that count so far. */
  get tally(): number {
    return this.#voters.filter((voter) => this.#granted.has(voter)).length;
  }

  grant(from: ServerId): void {
    this.#granted.add(from);
  }

  get won(): boolean {
    return hasQuorum(this.#voters, this.#granted);
  }
}
