// What the core asks of the world after its inputs. The shell takes it with `ready()`, does it, and acknowledges a
// `persist` with `advance()`; nothing else needs an answer.

import type { EntryRun, HardState, LogIndex, Position, ServerId, Term } from './entry.js';
import type { Outgoing } from './message.js';

export type Role = 'follower' | 'candidate' | 'leader';

/** One durable write, in this order or all at once. */
export interface Persist {
  /** null when unchanged. */
  readonly hardState: HardState | null;
  /** Entries after this index are to be deleted; null when none. */
  readonly truncateAfter: LogIndex | null;
  /** A snapshot took the place of the whole log, which goes on after this; null otherwise. */
  readonly restart: Position | null;
  /** What the log goes on after is committed, as wasn't known when it was written. */
  readonly isProven: boolean;
  readonly runs: readonly EntryRun[];
}

export interface RoleChange {
  readonly role: Role;
  readonly term: Term;
  /** Votes of the election just won; 0 unless `role` is leader. */
  readonly tally: number;
}

/** What others may want to know of a server, and no disk has to. */
export interface SoftState {
  readonly role: Role;
  readonly term: Term;
  readonly leader: ServerId | null;
}

/** Whether a quorum confirmed, after the question, that this server leads. */
export interface Confirmation {
  readonly request: number;
  readonly ok: boolean;
}

export interface Ready {
  /** At most one is under way: while it isn't acknowledged, later proposals gather for the next (group commit). */
  readonly persist: Persist | null;
  /** May leave at once: what had to be durable before them is. */
  readonly messages: readonly Outgoing[];
  /** Entries that became committed since the last ready, and are durable here; they may be handed out at once. */
  readonly committed: { readonly from: LogIndex; readonly through: LogIndex } | null;
  /** In the order they happened. */
  readonly roles: readonly RoleChange[];
  /** null when it is as the last ready said. */
  readonly soft: SoftState | null;
  readonly confirmations: readonly Confirmation[];
}
