// Leaving the cluster on purpose, so that nobody takes this agent for failed.

import type { Logger } from '../observe/logger.js';
import type { RuntimeConfig } from '../wire/config.js';
import type { LeaveStep } from '../wire/state-worker.js';
import type { GossipPools } from './pools/gossip-pools.js';

/** A leave that takes longer has failed. */
const LEAVE_DEADLINE_MS = 15_000;

/** A server's part in Raft may take so long; then the leave goes on without it. */
const STEP_DEADLINE_MS = 5_000;

/** Tells the peers; false when that took too long. `step` is the state worker's part. `logger` is named `agent`. */
export async function leave(
  config: RuntimeConfig,
  pools: GossipPools,
  step: (step: LeaveStep) => Promise<void>,
  logger: Logger,
): Promise<boolean> {
  const name = config.server ? 'server' : 'client';
  const log = logger.child(name);
  log.info(`${name} starting leave`);
  const left = (async () => {
    if (config.server) await Promise.race([step('hand-over'), delay(STEP_DEADLINE_MS)]);
    await pools.leave();
    if (!config.server) return;
    log.info('Waiting to drain RPC traffic', 'drain_time', `${config.leaveDrainTimeMs / 1000}s`);
    await delay(config.leaveDrainTimeMs);
    await Promise.race([step('be-removed'), delay(STEP_DEADLINE_MS)]);
  })();
  return Promise.race([left.then(() => true), delay(LEAVE_DEADLINE_MS).then(() => false)]);
}

/** Nothing waits for it when all else is done. */
function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
