// How a read wants to be answered, whoever carries it (spec/rpc.md, section 4).

export type Consistency = 'default' | 'consistent' | 'stale';

export interface ReadSettings {
  readonly consistency: Consistency;
  /** 0 = do not block. May exceed every real index. */
  readonly minIndex: number;
  /** The default applied, capped, with its jitter. */
  readonly waitMs: number;
  /** An older answer than this is asked again of the leader; 0 = any age. */
  readonly maxStaleMs: number;
}
