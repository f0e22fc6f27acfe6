// Worker threads that load their programs before there are orders for them: what they load is the longest part of an agent's
// start, and they do it while main loads its own and opens the gossip pools.

import { Worker } from 'node:worker_threads';
import type { StateWorkerHint } from '../wire/state-worker.js';
import {
  giveThreadsTheirOwnLimits,
  YOUNG_GENERATION_MB,
  YOUNG_GENERATION_OF_SERVERS_STATE_MB,
} from './young-generations.js';

/** The thread that every agent has. */
export type BegunState = { readonly state: Worker };

/** The threads of an agent, each waiting for its orders: the first message that it is sent. */
export type BegunThreads =
  | ({ readonly kind: 'server'; readonly raft: Worker; readonly readers: readonly Worker[] } & BegunState)
  | ({ readonly kind: 'client' } & BegunState);

/** Before the configuration is known: it has the most to load, and the start waits for it at the end. */
export function beginState(hint: StateWorkerHint): BegunState {
  giveThreadsTheirOwnLimits();
  const program = new URL('../workers/state/assembly/worker.js', import.meta.url);
  const youngGenerationMb = hint.expectsServer ? YOUNG_GENERATION_OF_SERVERS_STATE_MB : YOUNG_GENERATION_MB;
  return { state: beginThread('state', program, youngGenerationMb, hint) };
}

/** `readers`: how many of them. */
export function beginTheOthers({ state }: BegunState, server: boolean, readers: number): BegunThreads {
  if (!server) return { kind: 'client', state };
  const raft = beginThread('raft', new URL('../workers/raft/worker.js', import.meta.url), YOUNG_GENERATION_MB);
  const reader = new URL('../workers/state/assembly/reader-thread.js', import.meta.url);
  return {
    kind: 'server',
    state,
    raft,
    readers: Array.from({ length: readers }, (_none, at) => beginThread(readerName(at), reader, YOUNG_GENERATION_MB)),
  };
}

/** `reader-1` and so on. */
export function readerName(at: number): string {
  return `reader-${at + 1}`;
}

function beginThread(name: string, program: URL, youngGenerationMb: number, hint: object = {}): Worker {
  return new Worker(program, {
    workerData: { context: { name }, ...hint },
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    name,
  });
}
