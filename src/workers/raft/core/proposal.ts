// What a leader is asked to append, and what becomes of the question.

import type { EntryType, LogIndex, Term } from './entry.js';

export interface Proposal {
  /** A configuration has a way of its own: {@link RaftCore.proposeConfiguration}. */
  readonly type: Exclude<EntryType, typeof EntryType.configuration>;
  /** Number of entries packed in `payload`. */
  readonly count: number;
  readonly payload: Uint8Array;
  readonly appendedAtMs: number;
}

export type ProposeResult =
  | { readonly ok: true; readonly firstIndex: LogIndex; readonly term: Term }
  | { readonly ok: false; readonly reason: 'not-leader' | 'transferring' };

export type ChangeResult =
  | { readonly ok: true; readonly index: LogIndex; readonly term: Term }
  | { readonly ok: false; readonly reason: 'not-leader' | 'transferring' | 'change-under-way' }
  | { readonly ok: false; readonly reason: 'invalid'; readonly text: string };

export const NOT_LEADER = { ok: false, reason: 'not-leader' } as const;
export const TRANSFERRING = { ok: false, reason: 'transferring' } as const;
