// How a read wants to be answered, whoever carries it (spec/rpc.md, section 4).

import { deadlines } from '../../../deadlines/deadline-queue.js';

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

/** For another try: a read that blocks has until then, however often it was asked before. */
export function waitingUntil(settings: ReadSettings, untilMs: number): ReadSettings {
  return settings.minIndex === 0 ? settings : { ...settings, waitMs: Math.max(1, untilMs - deadlines.now()) };
}

/** For what there is now, without a wait. */
export function atOnce({ consistency, maxStaleMs }: ReadSettings): ReadSettings {
  return { consistency, minIndex: 0, waitMs: 0, maxStaleMs };
}
