// Beats: what Serf does again and again.

import type { Timers } from '../core/timers.js';

/** Like a Go ticker: the first beat comes after one interval; what was missed isn't made up for, and the beat stays. */
export function every(timers: Timers, fromMs: number, intervalMs: number, run: (nowMs: number) => void): void {
  const dueMs = fromMs + intervalMs;
  timers.set(dueMs, (nowMs) => {
    run(nowMs);
    const missed = Math.floor((nowMs - dueMs) / intervalMs);
    every(timers, dueMs + missed * intervalMs, intervalMs, run);
  });
}
