// Writes the newest snapshot as an archive into a file, for an operator who asked for one. Who asked reads the file and removes
// it; what a crash leaves of it lies under a name that the next start removes.

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { writeArchive } from '../../archive/archive-write.js';
import { renderArchiveMeta } from './snapshot/meta.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';
import type { StateChannel } from './state-port.js';

export class ArchiveSaver {
  readonly #snapshots: SnapshotStore;
  readonly #state: StateChannel;
  readonly #work = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(snapshots: SnapshotStore, state: StateChannel) {
    this.#snapshots = snapshots;
    this.#state = state;
  }

  /** Answered by `archive-saved`; the file may have been begun when it says that it failed. */
  save(request: number, path: string): void {
    const work = this.#write(path)
      .then(
        (index) => this.#state.post({ kind: 'archive-saved', request, index, error: null }),
        (error: unknown) => {
          const text = error instanceof Error ? error.message : String(error);
          this.#state.post({ kind: 'archive-saved', request, index: 0, error: text });
        },
      )
      .finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  /** Resolves when nothing is being written any more: an archive of a large state takes longer than a stop may. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#work);
  }

  async #write(path: string): Promise<number> {
    const newest = await this.#snapshots.newestReadable(() => {});
    if (newest === null) throw new Error('nothing new to snapshot');
    const archive = writeArchive({
      meta: renderArchiveMeta(newest),
      size: newest.size,
      state: this.#snapshots.read(newest),
      unixSeconds: Math.floor(Date.now() / 1000),
    });
    const { signal } = this.#stopping;
    await pipeline(archive, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
    return newest.position.index;
  }
}
