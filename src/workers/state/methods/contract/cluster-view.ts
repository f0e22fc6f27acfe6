// The servers as operators see them: who is in the Raft configuration, and what autopilot makes of each.

import type { RaftConfiguration, RaftOrder } from '../../../../wire/raft/raft-orders.js';

/** What gossip says of a server. */
export interface SeenServer {
  readonly name: string;
  readonly raftVersion: number;
}

/** A server of the Raft configuration that gossip knows, as autopilot saw it last. */
export interface ServerState {
  readonly id: string;
  readonly name: string;
  /** `host:port`. */
  readonly address: string;
  /** A value of MEMBER_STATUS. */
  readonly memberStatus: number;
  readonly version: string;
  readonly raftVersion: number;
  readonly role: 'leader' | 'voter' | 'non-voter';
  /** Nanoseconds; -1: never. */
  readonly lastContactNs: number;
  readonly lastTerm: number;
  readonly lastIndex: number;
  readonly isHealthy: boolean;
  /** When that changed last: nanoseconds since 1970. */
  readonly stableSinceNs: bigint;
}

export interface AutopilotState {
  readonly isHealthy: boolean;
  /** How many voters may fail before nothing can be written any more. */
  readonly failureTolerance: number;
  /** The leader's ID. */
  readonly leader: string;
  /** IDs, in the order of the configuration. */
  readonly voters: readonly string[];
  readonly servers: readonly ServerState[];
}

export interface ClusterView {
  configuration(): Promise<RaftConfiguration>;
  /** null: done; else what went wrong. */
  order(order: RaftOrder): Promise<string | null>;
  /** `host:port`; "" when no leader is known. */
  leaderAddress(): string;
  /** null: gossip knows none of this ID. */
  seen(id: string): SeenServer | null;
  /** The last index of a server's log, as far as it is known here; 0: not at all. */
  lastIndexOf(id: string): number;
  /** Of the leader. */
  autopilotState(): Promise<AutopilotState>;
}
