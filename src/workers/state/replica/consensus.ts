// How the rest of the state worker writes: commands go to the leader's log and come back applied. Where the leader is,
// and how a command gets there, is decided behind this interface and nowhere else.

import type { ApplyResult, Command } from '../../../wire/commands.js';
import type { Leadership } from '../../../wire/raft/leadership.js';
import type { RaftConfiguration, RaftOrder } from '../../../wire/raft/raft-orders.js';

export type ProposeFailure =
  | 'no-leader'
  | 'queue-full'
  | 'leadership-lost'
  | 'restored'
  | 'transferring'
  | 'stopping'
  | 'unencodable';

export type ProposeOutcome =
  | { readonly ok: true; readonly index: number; readonly result: ApplyResult }
  /** `text`: what is wrong with the command itself. */
  | { readonly ok: false; readonly code: ProposeFailure; readonly text?: string };

/** The membership as the leader's log has it. */
export interface PeerConsensus {
  configuration(): Promise<RaftConfiguration>;
  /** null: done; else what went wrong. */
  order(order: RaftOrder): Promise<string | null>;
}

export interface Consensus {
  readonly leadership: Leadership;
  /**
   * Why a proposal made now would wait for a leader first, or be refused. null: this server leads, and its store holds
   * everything that was acknowledged.
   */
  readonly obstacle: ProposeFailure | null;
  /** null once there is no {@link obstacle}; the obstacle, when it stays until rpc_hold_timeout after `sinceMs`. */
  awaitLeader(sinceMs: number): Promise<ProposeFailure | null>;
  /** Resolves when the command is durable, committed and applied here; waits for a leader up to rpc_hold_timeout. */
  propose(command: Command): Promise<ProposeOutcome>;
  /** Sends now what was proposed in this turn of the loop, which would otherwise go at its end; for who proposes many at once. */
  flush(): void;
  /** Confirms with a quorum that this server leads (consistent reads). */
  verifyLeader(): Promise<boolean>;
}
