// What servers say to each other, as the core sees it: hashicorp/raft's requests and answers (spec/raft.md, section 3)
// without their encoding. An answer names what it answers (`through`, `round`), as a transport knows that anyway.

import type { EntryRun, LogIndex, Position, ServerId, Term } from './entry.js';

interface Envelope {
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: Term;
}

export type VoteRequest = Envelope & {
  /** A pre-vote asks whether a vote would be granted; nobody changes anything for it. */
  readonly kind: 'pre-vote' | 'vote';
  readonly last: Position;
};

export type VoteAnswer = Envelope & {
  readonly kind: 'pre-vote-answer' | 'vote-answer';
  /** The term that was asked for. */
  readonly round: Term;
  readonly granted: boolean;
};

/** What a leader wants sent: the shell reads `after + 1` through `through` from the store; empty when they are equal. */
export type AppendOrder = Envelope & {
  readonly kind: 'append';
  readonly previous: Position;
  readonly through: LogIndex;
  readonly commit: LogIndex;
};

/** The same as it arrives. */
export type AppendRequest = Envelope & {
  readonly kind: 'append';
  readonly previous: Position;
  readonly runs: readonly EntryRun[];
  readonly commit: LogIndex;
};

export type AppendAnswer = Envelope & {
  readonly kind: 'append-answer';
  readonly success: boolean;
  /** The answerer's last index before the request. */
  readonly last: LogIndex;
  /** With success: what the answerer now holds durably in common with the leader. */
  readonly through: LogIndex;
  /** The request's `previous`. */
  readonly previous: LogIndex;
};

/** What {@link RaftCore.step} takes. */
export type Incoming = VoteRequest | VoteAnswer | AppendRequest | AppendAnswer;
/** What a ready hands out. */
export type Outgoing = VoteRequest | VoteAnswer | AppendOrder | AppendAnswer;
