// Collects the tombstones of deleted keys (spec/raft.md, section 10): fifteen minutes after a key was deleted its tombstone may
// go. Deletions are grouped into bins of thirty seconds, one Tombstone command for each.

import type { Deadline, DeadlineQueue } from '../../../deadlines/deadline-queue.js';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import { CommandType } from '../../../wire/commands.js';
import type { Consensus } from '../replica/consensus.js';
import type { Change } from '../replica/store/tables/change.js';

const TTL_MS = 15 * 60 * 1000;
const GRANULARITY_MS = 30 * 1000;

export interface TombstoneCollectionOptions {
  readonly consensus: Consensus;
  readonly deadlines: DeadlineQueue;
  readonly datacenter: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface Bin extends Deadline {
  index: number;
}

export class TombstoneCollection {
  readonly #options: TombstoneCollectionOptions;
  /** By the time they expire. */
  readonly #bins = new Map<number, Bin>();

  constructor(options: TombstoneCollectionOptions) {
    this.#options = options;
  }

  /** Bins waiting: at most one for each half minute of the tombstones' life, and one more. */
  get size(): number {
    return this.#bins.size;
  }

  /** Forgets what it knew; tombstones up to `index` are collected as if they had been made now. */
  start(index: number): void {
    this.stop();
    if (index > 0) this.#hint(index);
  }

  changed(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.table !== 'tombstones' || !change.after) continue;
      this.#hint(change.index);
      return;
    }
  }

  stop(): void {
    for (const bin of this.#bins.values()) this.#options.deadlines.remove(bin);
    this.#bins.clear();
  }

  #hint(index: number): void {
    const { deadlines } = this.#options;
    const dueMs = Math.ceil((deadlines.now() + TTL_MS) / GRANULARITY_MS) * GRANULARITY_MS;
    const known = this.#bins.get(dueMs);
    if (known) {
      known.index = Math.max(known.index, index);
      return;
    }
    const bin: Bin = { dueMs, slot: -1, order: 0, index, expire: () => void this.#reap(bin) };
    this.#bins.set(dueMs, bin);
    deadlines.add(bin);
  }

  async #reap(bin: Bin): Promise<void> {
    const { consensus, datacenter, logger, metrics } = this.#options;
    this.#bins.delete(bin.dueMs);
    const startedMs = performance.now();
    const outcome = await consensus.propose({
      type: CommandType.tombstone,
      body: { Datacenter: datacenter, Token: '', Op: 'reap', ReapIndex: bin.index },
    });
    metrics.observe('leader.reapTombstones', performance.now() - startedMs);
    // A later bin's index covers this one's tombstones too.
    if (!outcome.ok) logger.error('failed to reap tombstones up to index', 'index', bin.index, 'error', outcome.code);
  }
}
