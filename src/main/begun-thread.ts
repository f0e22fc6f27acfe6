// A worker thread that loads its program before there are orders for it. The state worker's hundreds of modules are the
// longest part of an agent's start: it loads them while main loads its own and opens the gossip pools.

import { Worker } from 'node:worker_threads';

/**
 * V8 lets the young generation grow to 48 MB under load and keeps it: memory that 5,000 waiting queries would otherwise be
 * blamed for. At 6 MB the throughput is the same.
 */
export const YOUNG_GENERATION_MB = 6;

/** Its orders, the data that it waits for, are the first message that it is sent. */
export function beginStateThread(): Worker {
  return new Worker(new URL('../workers/state/worker.js', import.meta.url), {
    workerData: { context: { name: 'state' } },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    name: 'state',
  });
}
