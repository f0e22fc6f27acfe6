// What a Serf machine has to tell its shell and the layers above, beside memberlist's packets and streams.

import type { Uint64 } from '../../../../wire/uint64.js';
import type { GossipEvent } from '../../core/output.js';
import type { SerfMember } from './member.js';

export type MemberEventType = 'join' | 'leave' | 'failed' | 'update' | 'reap';

/** A query for the application. It is answered with the machine's `respond` and this object. */
export interface IncomingQuery {
  readonly name: string;
  readonly payload: Uint8Array | null;
  readonly lTime: Uint64;
  readonly sourceNode: string;
  /** Answers after this are refused. */
  readonly deadlineMs: number;
}

export type SerfEvent =
  /** Several members where events are coalesced, or where the same happened to one after the other. */
  | { readonly kind: 'members'; readonly type: MemberEventType; readonly members: readonly SerfMember[] }
  /** A member may be failing; nothing has changed yet. */
  | { readonly kind: 'suspected'; readonly member: SerfMember }
  /**
   * A member that was said to be leaving isn't, and is alive: no event of Serf's, but who took notes when it joined has it
   * as leaving. That happens where the leave of its last run is known, and the news that it is back comes before its intent.
   */
  | { readonly kind: 'stayed'; readonly member: SerfMember }
  | {
      readonly kind: 'userEvent';
      readonly lTime: Uint64;
      readonly name: string;
      readonly payload: Uint8Array | null;
      readonly canCoalesce: boolean;
    }
  | { readonly kind: 'query'; readonly query: IncomingQuery }
  /** The leave that was asked for is over: the shell may stop. */
  | { readonly kind: 'left' }
  /** The intent to force a member out was spread; `isTimedOut`: not often enough in time. */
  | { readonly kind: 'forceLeft'; readonly name: string; readonly isTimedOut: boolean }
  /** Lines for the snapshot file, each with its line feed. `isSynced`: they must be on the disk soon. */
  | { readonly kind: 'snapshot'; readonly lines: string; readonly isSynced: boolean }
  /** A key query changed the keyring: the file is to be written. It is answered with `keyringSaved` and its query. */
  | { readonly kind: 'keyring'; readonly query: IncomingQuery }
  /** Another member has our name and the majority is for it: the pool has to be left at once. */
  | { readonly kind: 'quit'; readonly text: string }
  /** As the core tells it. */
  | Extract<GossipEvent, { kind: 'done' }>
  /** `source`: whose line it is. */
  | {
      readonly kind: 'log';
      readonly source: 'serf' | 'memberlist';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly text: string;
    };
