// What the core asks of the world after its inputs. The shell takes it with `ready()`, does it, and acknowledges a
// `persist` with `advance()`; nothing else needs an answer.

import type { EntryRun, HardState, LogIndex, Term } from './entry.js';

export type Role = 'follower' | 'candidate' | 'leader';

export interface Persist {
  /** null when unchanged. To be written together with `runs`, or before them. */
  readonly hardState: HardState | null;
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
  /** Entries that became committed since the last ready; they may be handed out at once. */
  readonly committed: { readonly from: LogIndex; readonly through: LogIndex } | null;
  /** In the order they happened. */
  readonly roles: readonly RoleChange[];
}
