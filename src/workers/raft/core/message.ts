// What servers say to each other, as the core sees it: hashicorp/raft's requests and answers (spec/raft.md, section 3)
// without their encoding. An answer names what it answers (`through`, `round`, `sentMs`: the leader's clock when the request
// was made), as a transport knows that anyway.

import type { PlacedConfiguration } from './configuration.js';
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
  /** The leader itself asked the candidate to stand: whoever follows that leader may vote all the same. */
  readonly isTransfer: boolean;
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
  readonly sentMs: number;
};

/** The same as it arrives. */
export type AppendRequest = Envelope & {
  readonly kind: 'append';
  readonly previous: Position;
  readonly runs: readonly EntryRun[];
  readonly commit: LogIndex;
  readonly sentMs: number;
};

export type AppendAnswer = Envelope & {
  readonly kind: 'append-answer';
  readonly success: boolean;
  /** The answerer's last index before the request; of a refusal, the last one that can be in both logs. */
  readonly last: LogIndex;
  /** With success: what the answerer now holds durably in common with the leader. */
  readonly through: LogIndex;
  /** The request's `previous`. */
  readonly previous: LogIndex;
  readonly sentMs: number;
};

/** Asks a follower to say that it still follows; no disk is in its way. */
export type Heartbeat = Envelope & {
  readonly kind: 'heartbeat';
  readonly sentMs: number;
  /** Which question of the leader about its leadership this one answers, and all before it. */
  readonly readRound: number;
};

export type HeartbeatAnswer = Envelope & {
  readonly kind: 'heartbeat-answer';
  readonly success: boolean;
  readonly sentMs: number;
  readonly readRound: number;
};

/** Hands leadership over: the receiver stands at once. */
export type TimeoutNow = Envelope & { readonly kind: 'timeout-now' };

/** What a leader wants sent to a server that is too far behind: the shell takes the newest snapshot it has. */
export type InstallOrder = Envelope & {
  readonly kind: 'install';
  /** What was offered before didn't do. */
  readonly isRefused: boolean;
  readonly sentMs: number;
};

/** A snapshot is offered; its bytes are the shell's to move. */
export type SnapshotOffer = Envelope & {
  readonly kind: 'install';
  readonly position: Position;
  readonly configuration: PlacedConfiguration;
  readonly sentMs: number;
};

export type InstallAnswer = Envelope & {
  readonly kind: 'install-answer';
  readonly success: boolean;
  /** With success: what the answerer now holds durably in common with the leader. */
  readonly through: LogIndex;
  readonly sentMs: number;
};

/** What {@link RaftCore.step} takes. */
export type Incoming =
  | VoteRequest
  | VoteAnswer
  | AppendRequest
  | AppendAnswer
  | Heartbeat
  | HeartbeatAnswer
  | TimeoutNow
  | InstallAnswer;
/** What a ready hands out. */
export type Outgoing =
  | VoteRequest
  | VoteAnswer
  | AppendOrder
  | AppendAnswer
  | Heartbeat
  | HeartbeatAnswer
  | TimeoutNow
  | InstallOrder
  | InstallAnswer;
