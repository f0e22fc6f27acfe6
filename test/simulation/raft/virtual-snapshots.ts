// Snapshots of the simulator: visible once finished, gone when a crash comes first.

import type { PlacedConfiguration } from '../../../src/workers/raft/core/configuration.js';
import type { Position } from '../../../src/workers/raft/core/entry.js';
import type { SnapshotDescription } from '../../../src/workers/raft/snapshot/meta.js';
import type { SnapshotSink, SnapshotStore } from '../../../src/workers/raft/snapshot/snapshot-store.js';

export class VirtualSnapshots implements SnapshotStore {
  readonly #finished: { readonly description: SnapshotDescription; readonly bytes: Buffer }[] = [];

  get count(): number {
    return this.#finished.length;
  }

  async create(position: Position, configuration: PlacedConfiguration): Promise<SnapshotSink> {
    const chunks: Uint8Array[] = [];
    return {
      write: async (bytes) => {
        chunks.push(new Uint8Array(bytes));
      },
      finish: async () => {
        const bytes = Buffer.concat(chunks);
        const id = `${position.term}-${position.index}-${this.#finished.length}`;
        const description = { id, position, configuration, size: bytes.length, crc: new Uint8Array(8) };
        this.#finished.push({ description, bytes });
        return description;
      },
      cancel: async () => {},
    };
  }

  async newestReadable(): Promise<SnapshotDescription | null> {
    return this.#finished.at(-1)?.description ?? null;
  }

  async *read(snapshot: SnapshotDescription): AsyncIterable<Uint8Array> {
    const found = this.#finished.find(({ description }) => description.id === snapshot.id);
    if (found && found.bytes.length > 0) yield found.bytes;
  }
}
