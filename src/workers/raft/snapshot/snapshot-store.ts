// Where snapshots are kept. On disk: the stock directory layout (snapshot-directory.ts); in memory (-dev) only the
// newest is kept.

import type { PlacedConfiguration } from '../core/configuration.js';
import { isNewer, ORIGIN, type Position } from '../core/entry.js';
import type { SnapshotDescription } from './meta.js';

/**
 * One snapshot being written. `seal` makes all that was written durable, so that `finish`, which makes it visible, has little
 * left to do; `cancel` leaves nothing behind.
 */
export interface SnapshotSink {
  write(bytes: Uint8Array): Promise<void>;
  seal(): Promise<void>;
  finish(): Promise<SnapshotDescription>;
  cancel(): Promise<void>;
}

export interface SnapshotStore {
  create(position: Position, configuration: PlacedConfiguration): Promise<SnapshotSink>;
  /** The newest snapshot that can be read whole; null when there is none. Each unreadable one is reported. */
  newestReadable(unreadable: (id: string, problem: string) => void): Promise<SnapshotDescription | null>;
  /** The state of a snapshot that was found readable. */
  read(snapshot: SnapshotDescription): AsyncIterable<Uint8Array>;
}

/** Keeps the newest, in memory: a server without a data directory can be asked for it, and restored from one, too. */
export class MemorySnapshots implements SnapshotStore {
  #newest: { readonly description: SnapshotDescription; readonly state: readonly Uint8Array[] } | null = null;

  create(position: Position, configuration: PlacedConfiguration): Promise<SnapshotSink> {
    const state: Uint8Array[] = [];
    let size = 0;
    const sink: SnapshotSink = {
      write: (bytes) => {
        size += bytes.byteLength;
        state.push(Uint8Array.from(bytes));
        return Promise.resolve();
      },
      seal: () => Promise.resolve(),
      finish: () => {
        const id = `${position.term}-${position.index}-${Date.now()}`;
        const description = { id, position, configuration, size, crc: new Uint8Array(8) };
        // One that was begun before a restore stands for less than what is there.
        const newest = this.#newest?.description.position ?? ORIGIN;
        if (!isNewer(newest, position)) this.#newest = { description, state };
        return Promise.resolve(description);
      },
      cancel: () => Promise.resolve(),
    };
    return Promise.resolve(sink);
  }

  newestReadable(): Promise<SnapshotDescription | null> {
    return Promise.resolve(this.#newest?.description ?? null);
  }

  async *read(snapshot: SnapshotDescription): AsyncIterable<Uint8Array> {
    // What is read stays until it has been read, whatever is taken meanwhile.
    const newest = this.#newest;
    if (newest?.description.id !== snapshot.id) throw new Error(`snapshot ${snapshot.id} is no longer kept`);
    yield* newest.state;
  }
}
