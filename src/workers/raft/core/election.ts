// Votes: who gets one, and when a candidacy has enough. A server's own vote counts once it is durable (spec/raft.md
// section 5), so that a crash can't make it vote twice in a term.

import { type Configuration, votersOf } from './configuration.js';
import type { HardState, Position, ServerId, Term } from './entry.js';
import type { VoteRequest } from './message.js';
import { hasQuorum } from './quorum.js';

export class Candidacy {
  readonly term: Term;
  readonly isPreVote: boolean;
  readonly #voters: readonly ServerId[];
  readonly #granted = new Set<ServerId>();

  constructor(term: Term, voters: readonly ServerId[], isPreVote: boolean) {
    this.term = term;
    this.#voters = voters;
    this.isPreVote = isPreVote;
  }

  /** Votes that count so far. */
  get tally(): number {
    return this.#voters.filter((voter) => this.#granted.has(voter)).length;
  }

  /** Refusals need no count: when there are too many, the timeout asks anew. */
  count(from: ServerId, granted: boolean): void {
    if (granted) this.#granted.add(from);
  }

  get won(): boolean {
    return hasQuorum(this.#voters, this.#granted);
  }
}

/** What the judgement of a vote depends on. */
export interface Electorate {
  readonly configuration: Configuration;
  readonly hardState: HardState;
  readonly leader: ServerId | null;
  readonly last: Position;
}

/** Whether the request may be looked at in its term at all (spec/raft.md section 3, RequestVote 1 to 3). */
export function isHeard({ configuration, hardState, leader }: Electorate, request: VoteRequest): boolean {
  const isKnown = configuration.servers.some((server) => server.id === request.from);
  if (configuration.servers.length > 0 && !isKnown) return false;
  if (leader !== null && leader !== request.from && !request.isTransfer) return false;
  return request.term >= hardState.term;
}

/** RequestVote 5 to 7; `hardState` is already in the request's term for a real vote. */
export function mayGrant({ configuration, hardState, last }: Electorate, request: VoteRequest): boolean {
  if (configuration.servers.length > 0 && !votersOf(configuration).includes(request.from)) return false;
  if (request.kind === 'vote' && hardState.vote !== null && hardState.vote !== request.from) return false;
  return request.last.term > last.term || (request.last.term === last.term && request.last.index >= last.index);
}
