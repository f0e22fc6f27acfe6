// What both sides of a stream exchange need of the pool they belong to.

import type { Logger } from '../../../observe/logger.js';
import type { Machine, Merging } from '../core/machine.js';
import type { Protection } from '../wire/protection.js';
import type { PushPull } from '../wire/stream-messages.js';
import type { ShellMetrics } from './shell-metrics.js';
import type { Turns } from './turns.js';

export interface StreamWork {
  readonly machine: Machine<unknown>;
  readonly protection: Protection;
  readonly turns: Turns;
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly metrics: ShellMetrics;
  /** Calls into the machine, then carries out what it wants. */
  run<T>(action: (nowMs: number) => T): T;
}

function* steps({ run }: StreamWork, merging: Merging): Generator<void, string | null> {
  while (run((nowMs) => merging.step(nowMs))) yield;
  return merging.problem;
}

/** Merges the other side's state, a little in each turn. Null when all of it was merged, else what is wrong with it. */
export function merge(work: StreamWork, remote: PushPull): Promise<string | null> {
  const merging = work.run(() => work.machine.startMerge(remote));
  return work.turns.run(steps(work, merging));
}
