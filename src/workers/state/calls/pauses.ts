// Waits between tries of one call while nobody leads (spec/rpc.md, "Forwarding", 5): growing, random, and over after
// rpc_hold_timeout.

import { deadlines } from '../../../deadlines/deadline-queue.js';

/** Waits between two tries start at a sixteenth of rpc_hold_timeout. */
const HOLD_STEPS = 16;
/** Milliseconds; where rpc_hold_timeout is next to nothing a call that may wait must still not be tried without end. */
const LEAST_STEP_MS = 50;

export interface Pauses {
  /** Milliseconds; null when the call has been held for as long as it may. */
  next(): number | null;
}

/** Over `holdMs` and `moreMs` after the call began. */
export function growingPauses(holdMs: number, moreMs: number, sinceMs = deadlines.now()): Pauses {
  const until = sinceMs + holdMs + moreMs;
  let pauseMs = 0;
  let longest = Math.max(holdMs / HOLD_STEPS, LEAST_STEP_MS);
  return {
    next() {
      const leftMs = until - deadlines.now();
      if (leftMs <= 0) return null;
      pauseMs += Math.random() * Math.max(0, longest - pauseMs);
      longest *= 2;
      return Math.min(leftMs, pauseMs);
    },
  };
}
