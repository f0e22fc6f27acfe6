// Where snapshots are kept. On disk: the stock directory layout (snapshot-directory.ts); in memory (-dev) only the
// newest is kept.

import type { PlacedConfiguration } from '../core/configuration.js';
import { isNewer, type Position } from '../core/entry.js';
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
  /** The newest snapshot that can be read whole, of those that count; null when there is none. Each unreadable one is reported. */
  newestReadable(
    unreadable: (id: string, problem: string) => void,
    counts?: (position: Position) => boolean,
  ): Promise<SnapshotDescription | null>;
  /** Removes those; durable once resolved. */
  giveUp(isGivenUp: (position: Position) => boolean): Promise<void>;
  /** The state of a snapshot that was found readable. */
  read(snapshot: SnapshotDescription): AsyncIterable<Uint8Array>;
}

interface Kept {
  readonly description: SnapshotDescription;
  readonly state: readonly Uint8Array[];
}

/**
 * Keeps the newest, in memory: a server without a data directory can be asked for it, and restored from one, too. Beside it one that
 * is older and came later: the newest may be about to be given up.
 */
export class MemorySnapshots implements SnapshotStore {
  #kept: readonly Kept[] = [];

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
        const newer = this.#kept.filter((kept) => isNewer(kept.description.position, position)).slice(0, 1);
        this.#kept = [...newer, { description, state }];
        return Promise.resolve(description);
      },
      cancel: () => Promise.resolve(),
    };
    return Promise.resolve(sink);
  }

  newestReadable(
    _unreadable: (id: string, problem: string) => void,
    counts: (position: Position) => boolean = () => true,
  ): Promise<SnapshotDescription | null> {
    const newest = this.#kept.find(({ description }) => counts(description.position));
    return Promise.resolve(newest?.description ?? null);
  }

  giveUp(isGivenUp: (position: Position) => boolean): Promise<void> {
    this.#kept = this.#kept.filter(({ description }) => !isGivenUp(description.position));
    return Promise.resolve();
  }

  async *read(snapshot: SnapshotDescription): AsyncIterable<Uint8Array> {
    // What is read stays until it has been read, whatever is taken meanwhile.
    const found = this.#kept.find(({ description }) => description.id === snapshot.id);
    if (found === undefined) throw new Error(`snapshot ${snapshot.id} is no longer kept`);
    yield* found.state;
  }
}
