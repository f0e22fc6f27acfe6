// Leaving the cluster on purpose, so that nobody takes this agent for failed.

import type { Logger } from '../observe/logger.js';
import type { RuntimeConfig } from '../wire/config.js';
import type { GossipPools } from './pools/gossip-pools.js';

/** A leave that takes longer has failed. */
const LEAVE_DEADLINE_MS = 15_000;

/** Tells the peers; false when that took too long. `logger` is named `agent`. */
export async function leave(config: RuntimeConfig, pools: GossipPools, logger: Logger): Promise<boolean> {
  const name = config.server ? 'server' : 'client';
  const log = logger.child(name);
  log.info(`${name} starting leave`);
  const left = (async () => {
    await pools.leave();
    if (!config.server) return;
    log.info('Waiting to drain RPC traffic', 'drain_time', `${config.leaveDrainTimeMs / 1000}s`);
    await delay(config.leaveDrainTimeMs);
  })();
  return Promise.race([left.then(() => true), delay(LEAVE_DEADLINE_MS).then(() => false)]);
}

/** Nothing waits for it when all else is done. */
function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
