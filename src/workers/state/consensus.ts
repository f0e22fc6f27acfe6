// How the rest of the state worker writes: commands go to the leader's log and come back applied. Where the leader is,
// and how a command gets there, is decided behind this interface and nowhere else.

import type { ApplyResult, Command } from '../../wire/commands.js';
import type { Leadership } from '../../wire/leadership.js';

export type ProposeFailure = 'no-servers' | 'no-leader' | 'queue-full' | 'leadership-lost' | 'stopping';

export type ProposeOutcome =
  | { readonly ok: true; readonly index: number; readonly result: ApplyResult }
  | { readonly ok: false; readonly code: ProposeFailure };

export interface Consensus {
  readonly leadership: Leadership;
  /** Resolves when the command is durable, committed and applied here; waits for a leader up to rpc_hold_timeout. */
  propose(command: Command): Promise<ProposeOutcome>;
  /**
   * null once this server leads, and so holds all that was acknowledged; waits for that up to rpc_hold_timeout. For who
   * decides or answers from the store outside of a read.
   */
  awaitLeader(): Promise<ProposeFailure | null>;
  /** Confirms with a quorum that this server leads (consistent reads). */
  verifyLeader(): Promise<boolean>;
}

/** What clients see and match on (spec/rpc.md, "Errors as strings"). */
export const PROPOSE_FAILURE_TEXT: { readonly [code in ProposeFailure]: string } = {
  'no-servers': 'No known Consul servers',
  'no-leader': 'No cluster leader',
  'queue-full': 'rate limit exceeded for operation that can only be performed by the leader, try again later',
  'leadership-lost': 'leadership lost while committing log',
  stopping: 'No cluster leader',
};
