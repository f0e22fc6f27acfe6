// What the core asks of the world after its inputs. The shell takes it with `ready()`, does it, and acknowledges a
// `persist` with `advance()`; nothing else needs an answer.

import type { EntryRun, HardState, LogIndex, Term } from './entry.js';
import type { Outgoing } from './message.js';

export type Role = 'follower' | 'candidate' | 'leader';

/** One durable write, in this order or all at once. */
export interface Persist {
  /** null when unchanged. */
  readonly hardState: HardState | null;
  /** Entries after this index are to be deleted; null when none. */
  readonly truncateAfter: LogIndex | null;
  readonly runs: readonly EntryRun[];
}

export interface RoleChange {
  readonly role: Role;
  readonly term: Term;
  /** Votes of the election just won; 0 unless `role` is leader. */
  readonly tally: number;
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
}
