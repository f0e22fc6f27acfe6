// Where snapshots are kept. On disk: the stock directory layout (snapshot-directory.ts); in memory (-dev) they only serve
// to shorten the log, as stock agents do in that mode.

import type { PlacedConfiguration } from '../core/configuration.js';
import type { Position } from '../core/entry.js';
import type { SnapshotDescription } from './meta.js';

/** One snapshot being written. `finish` makes it durable and visible; `cancel` leaves nothing behind. */
export interface SnapshotSink {
  write(bytes: Uint8Array): Promise<void>;
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

/** Takes snapshots and forgets them. */
export class DiscardedSnapshots implements SnapshotStore {
  create(position: Position, configuration: PlacedConfiguration): Promise<SnapshotSink> {
    let size = 0;
    const sink: SnapshotSink = {
      write: (bytes) => {
        size += bytes.byteLength;
        return Promise.resolve();
      },
      finish: () => Promise.resolve({ id: 'discarded', position, configuration, size, crc: new Uint8Array(8) }),
      cancel: () => Promise.resolve(),
    };
    return Promise.resolve(sink);
  }

  newestReadable(): Promise<null> {
    return Promise.resolve(null);
  }

  async *read(): AsyncIterable<Uint8Array> {}
}
