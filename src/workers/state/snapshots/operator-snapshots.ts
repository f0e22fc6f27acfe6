// Snapshots for operators on a server: an archive of what the raft worker has on disk, and a restore that begins only when the
// whole archive was found sound. Both go through a file, which is removed afterwards; what a crash leaves of it is removed at
// the next start.

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../../observe/logger.js';
import type { SaveCall, SavedArchive, SnapshotCall, Snapshots } from '../calls/snapshots.js';
import { denial, isRefusal, type Refusal, refusal } from '../methods/contract/refusal.js';
import { judge, type TokenResolver } from '../methods/contract/token-resolver.js';
import type { RaftClient } from '../replica/raft-client.js';
import type { StateStore } from '../replica/state-store.js';
import { checkArchive } from './checked-state.js';

export interface OperatorSnapshotsOptions {
  readonly store: StateStore;
  readonly consensus: RaftClient;
  readonly datacenter: string;
  /** null: nothing is kept (-dev). */
  readonly dataDir: string | null;
  /** False when this server doesn't lead any more. */
  readonly dutiesEstablished: () => Promise<boolean>;
  readonly tokens: TokenResolver;
  readonly logger: Logger;
}

/** The leader's first writes to the restored state. */
const ESTABLISHED_WITHIN_MS = 60_000;
const PIECE_BYTES = 64 * 1024;
const NOTHING_NEW = 'nothing new to snapshot';

export class OperatorSnapshots implements Snapshots {
  readonly #options: OperatorSnapshotsOptions;
  #isRestoring = false;

  constructor(options: OperatorSnapshotsOptions) {
    this.#options = options;
  }

  async save({ datacenter, token, stale }: SaveCall): Promise<SavedArchive | Refusal> {
    const { consensus } = this.#options;
    if (datacenter !== this.#options.datacenter) return refusal('no-datacenter');
    const denied = await this.#denied(token);
    if (denied !== null) return denied;
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

  async restore({ datacenter, token }: SnapshotCall, archive: AsyncIterable<Uint8Array>): Promise<null | Refusal> {
    const { consensus } = this.#options;
    if (datacenter !== this.#options.datacenter) return refusal('no-datacenter');
    const denied = await this.#denied(token);
    if (denied !== null) return denied;
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

  /** The state holds everybody's secrets. */
  async #denied(token: string): Promise<Refusal | null> {
    const judged = await judge(this.#options.tokens, { token });
    return isRefusal(judged) ? judged : denial(judged, 'acl:write', '');
  }

  async #restore(path: string, archive: AsyncIterable<Uint8Array>): Promise<null | Refusal> {
    const { store, consensus, logger } = this.#options;
    const checked = await checkArchive(archive, path, store);
    if (!checked.ok) return refusal('failed', checked.error);
    const { id, index, size } = checked.meta;
    logger.info('restoring user snapshot', 'id', id, 'index', index, 'size-in-bytes', size);
    const problem = await consensus.restoreState(path, index);
    if (problem !== null) return refusal('failed', problem);
    return (await this.#isInOrder()) ? null : refusal('failed', 'timed out waiting to re-run leader actions');
  }

  /** What the leader writes at its beginning is gone with the old state. Who leads next does its own: there is nothing to wait for. */
  #isInOrder(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ESTABLISHED_WITHIN_MS);
      void this.#options.dutiesEstablished().finally(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
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
