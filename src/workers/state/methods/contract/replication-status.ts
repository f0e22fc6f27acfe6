// How far a secondary datacenter is with the primary's policies, roles and tokens: its leader knows.

export interface ReplicationStatus {
  /** Not in the primary datacenter. */
  readonly isEnabled: boolean;
  readonly isRunning: boolean;
  /** "" in the primary datacenter. */
  readonly sourceDatacenter: string;
  /** `tokens`, or `policies`, which are without tokens; "" in the primary datacenter. */
  readonly type: string;
  /** Of policies; indexes of the primary datacenter's log, 0 before the first round. */
  readonly index: number;
  readonly roleIndex: number;
  readonly tokenIndex: number;
  /** Milliseconds since 1970; null: never. */
  readonly lastSuccessMs: number | null;
  readonly lastErrorMs: number | null;
  readonly lastError: string;
}

/** Nothing is copied. */
export const NO_REPLICATION: ReplicationStatus = {
  isEnabled: false,
  isRunning: false,
  sourceDatacenter: '',
  type: '',
  index: 0,
  roleIndex: 0,
  tokenIndex: 0,
  lastSuccessMs: null,
  lastErrorMs: null,
  lastError: '',
};
