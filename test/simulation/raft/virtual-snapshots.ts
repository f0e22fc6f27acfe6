// Snapshots of the simulator: visible once finished, gone when a crash comes first.

import type { PlacedConfiguration } from '../../../src/workers/raft/core/configuration.js';
import { isNewer, type Position } from '../../../src/workers/raft/core/entry.js';
import type { SnapshotDescription } from '../../../src/workers/raft/snapshot/meta.js';
import type { SnapshotSink, SnapshotStore } from '../../../src/workers/raft/snapshot/snapshot-store.js';

/** What finishing a snapshot means to one life of a server. */
export interface Finishing {
  /** Called before. */
  readonly begins: () => void;
  /** It may die of it: true when it has. */
  readonly peril: () => boolean;
}

/** The snapshots as one life of a server has them: once it is over, it finishes none. */
export function attached(snapshots: SnapshotStore, isOver: () => boolean, finishing: Finishing): SnapshotStore {
  const never = new Promise<never>(() => {});
  return {
    create: async (position, configuration) => {
      const sink = await snapshots.create(position, configuration);
      const finish = async (): Promise<SnapshotDescription> => {
        if (isOver()) return never;
        finishing.begins();
        const description = await sink.finish();
        return isOver() || finishing.peril() ? never : description;
      };
      return { ...sink, finish };
    },
    newestReadable: (unreadable, counts) => snapshots.newestReadable(unreadable, counts),
    giveUp: async (isGivenUp) => {
      if (isOver() || finishing.peril()) return never;
      await snapshots.giveUp(isGivenUp);
      if (finishing.peril()) return never;
    },
    read: (snapshot) => snapshots.read(snapshot),
  };
}

export class VirtualSnapshots implements SnapshotStore {
  #made = 0;
  #finished: { readonly description: SnapshotDescription; readonly bytes: Buffer }[] = [];

  get count(): number {
    return this.#finished.length;
  }

  async create(position: Position, configuration: PlacedConfiguration): Promise<SnapshotSink> {
    const chunks: Uint8Array[] = [];
    return {
      write: async (bytes) => {
        chunks.push(new Uint8Array(bytes));
      },
      seal: async () => {},
      finish: async () => {
        const bytes = Buffer.concat(chunks);
        const id = `${position.term}-${position.index}-${this.#made}`;
        this.#made += 1;
        const description = { id, position, configuration, size: bytes.length, crc: new Uint8Array(8) };
        this.#finished.push({ description, bytes });
        return description;
      },
      cancel: async () => {},
    };
  }

  async giveUp(isGivenUp: (position: Position) => boolean): Promise<void> {
    this.#finished = this.#finished.filter(({ description }) => !isGivenUp(description.position));
  }

  async newestReadable(
    _: unknown,
    counts: (position: Position) => boolean = () => true,
  ): Promise<SnapshotDescription | null> {
    const newest = (a: SnapshotDescription, b: SnapshotDescription): SnapshotDescription =>
      isNewer(b.position, a.position) ? b : a;
    const all = this.#finished.map(({ description }) => description).filter(({ position }) => counts(position));
    return all.length > 0 ? all.reduce(newest) : null;
  }

  /** May be read more than once: a network can bring a message twice. */
  read(snapshot: SnapshotDescription): AsyncIterable<Uint8Array> {
    const found = this.#finished.find(({ description }) => description.id === snapshot.id);
    return {
      async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
        if (found && found.bytes.length > 0) yield found.bytes;
      },
    };
  }
}
