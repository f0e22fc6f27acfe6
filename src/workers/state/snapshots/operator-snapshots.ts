// Snapshots for operators on a server: an archive of what the raft worker has on disk, and a restore that begins only when the
// whole archive was found sound. Both go through a file, which is removed afterwards; what a crash leaves of it is removed at
// the next start.

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../../observe/logger.js';
import { type Refusal, refusal } from '../methods/refusal.js';
import type { RaftClient } from '../replica/raft-client.js';
import type { StateStore } from '../replica/state-store.js';
import { checkArchive } from './checked-state.js';

export interface OperatorSnapshotsOptions {
  readonly store: StateStore;
  readonly consensus: RaftClient;
  readonly datacenter: string;
  /** null: nothing is kept (-dev). */
  readonly dataDir: string | null;
  readonly logger: Logger;
}

interface Archive {
  readonly index: number;
  readonly knownLeader: boolean;
  readonly lastContactMs: number;
  readonly pieces: AsyncIterable<Uint8Array>;
  discard(): Promise<void>;
}

const PIECE_BYTES = 64 * 1024;
const NOTHING_NEW = 'nothing new to snapshot';

export class OperatorSnapshots {
  readonly #options: OperatorSnapshotsOptions;
  #isRestoring = false;

  constructor(options: OperatorSnapshotsOptions) {
    this.#options = options;
  }

  async save(datacenter: string, stale: boolean): Promise<Archive | Refusal> {
    const { consensus } = this.#options;
    if (datacenter !== this.#options.datacenter) return refusal('no-datacenter');
    if (!stale) {
      if (consensus.obstacle !== null) return refusal('no-leader');
      if (!(await consensus.verifyLeader())) return refusal('not-ready');
    }
    const { leadership } = consensus;
    const { lastContactMs } = leadership;
    const taken = await consensus.forceSnapshot();
    if (taken.error !== null && taken.error !== NOTHING_NEW) return refusal('failed', taken.error);
    const path = this.#temporaryFile('archive');
    const saved = await consensus.saveArchive(path);
    if (saved.error !== null) {
      await rm(path, { force: true });
      return refusal('failed', saved.error);
    }
    return {
      index: saved.index,
      knownLeader: leadership.hasLeader,
      lastContactMs: consensus.obstacle === null ? 0 : Math.trunc(lastContactMs),
      pieces: piecesOf(path),
      discard: () => rm(path, { force: true }),
    };
  }

  async restore(datacenter: string, archive: AsyncIterable<Uint8Array>): Promise<null | Refusal> {
    const { consensus } = this.#options;
    if (datacenter !== this.#options.datacenter) return refusal('no-datacenter');
    if (consensus.obstacle !== null) return refusal('no-leader');
    if (this.#isRestoring) return refusal('failed', 'another restore is under way');
    this.#isRestoring = true;
    const path = this.#temporaryFile('restore');
    try {
      return await this.#restore(path, archive);
    } finally {
      this.#isRestoring = false;
      await rm(path, { force: true });
    }
  }

  async #restore(path: string, archive: AsyncIterable<Uint8Array>): Promise<null | Refusal> {
    const { store, consensus, logger } = this.#options;
    const checked = await checkArchive(archive, path, store);
    if (!checked.ok) return refusal('failed', checked.error);
    const { id, index, size } = checked.meta;
    logger.info('restoring user snapshot', 'id', id, 'index', index, 'size-in-bytes', size);
    const problem = await consensus.restoreState(path, index);
    return problem === null ? null : refusal('failed', problem);
  }

  /** Among the snapshots: what ends in `.tmp` there is removed at a start. */
  #temporaryFile(kind: string): string {
    const { dataDir } = this.#options;
    const directory = dataDir === null ? tmpdir() : join(dataDir, 'raft', 'snapshots');
    return join(directory, `${kind}-${randomUUID()}.tmp`);
  }
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) yield piece as Uint8Array;
  } finally {
    await rm(path, { force: true });
  }
}
