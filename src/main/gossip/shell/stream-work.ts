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

/** What an exchange comes to that the end of the pool interrupts. */
export const CLOSED = 'the pool is closed';

export type Exchanged = { readonly ok: true } | { readonly ok: false; readonly error: string };

function* steps({ run }: StreamWork, merging: Merging): Generator<void, Exchanged> {
  while (run((nowMs) => merging.step(nowMs))) yield;
  const { problem } = merging;
  return problem === null ? { ok: true } : { ok: false, error: problem };
}

/** Merges the other side's state, a little in each turn. A success when all of it was merged. */
export async function merge(work: StreamWork, remote: PushPull): Promise<Exchanged> {
  const merging = work.run(() => work.machine.startMerge(remote));
  return (await work.turns.run(steps(work, merging))) ?? { ok: false, error: CLOSED };
}
