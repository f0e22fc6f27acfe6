// Who gets what is committed: the replica that proposes, and readers beside it, each with its own place in the log and its own
// credit. None of them waits for another; one that is slow costs what it has in flight, and when the log was dropped under
// it gets the newest snapshot.

import type { StateToRaft } from '../../wire/raft/raft-port.js';
import { type LogIndex, logIndex } from './core/entry.js';
import { type CommittedLog, Delivery } from './delivery.js';
import { Restore } from './restore.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';
import type { StateLink } from './state-port.js';

export interface ReplicaParts {
  readonly log: CommittedLog;
  readonly snapshots: SnapshotStore;
  readonly failed: (error: unknown) => void;
}

export interface Reader {
  readonly delivered: LogIndex;
  /** Resolves when nothing more is handed out to it. */
  detach(): Promise<void>;
}

interface Attached {
  readonly delivery: Delivery;
  readonly restore: Restore;
}

export class Replicas {
  readonly #parts: ReplicaParts;
  readonly #proposer: Delivery;
  readonly #readers = new Set<Attached>();
  #committed: LogIndex;

  constructor(parts: ReplicaParts, proposer: Delivery) {
    this.#parts = parts;
    this.#proposer = proposer;
    this.#committed = proposer.delivered;
  }

  /**
   * From now on `link` gets everything committed, from the first entry or the newest snapshot on: `restore-*` and `committed`
   * in their order. It proposes nothing, and says only what it has applied and restored. Its port stays its owner's to close.
   */
  attach(link: StateLink): Reader {
    const { log, snapshots, failed } = this.#parts;
    const restore = new Restore(link, snapshots);
    const newestSnapshot = (): Promise<SnapshotDescription | null> => snapshots.newestReadable(() => {});
    const delivery = new Delivery({ state: link, log, restore, newestSnapshot, failed }, logIndex(0));
    const reader = { delivery, restore };
    this.#readers.add(reader);
    const settled = (): void => undefined;
    link.listen((message) => receive(message, reader), settled);
    delivery.commit(this.#committed);
    return {
      get delivered() {
        return delivery.delivered;
      },
      detach: () => this.#detach(reader),
    };
  }

  commit(through: LogIndex): void {
    this.#committed = through;
    this.#proposer.commit(through);
    for (const { delivery } of this.#readers) delivery.commit(through);
  }

  /** A durable snapshot took the place of the log: everybody who has less gets it once it is committed. */
  install(snapshot: SnapshotDescription, code: 'leadership-lost' | 'restored' = 'leadership-lost'): void {
    this.#committed = logIndex(Math.min(this.#committed, snapshot.position.index));
    this.#proposer.install(snapshot, code);
    for (const { delivery } of this.#readers) delivery.install(snapshot);
  }

  /** Nothing is handed out any more, and the store is no longer read, once this resolves. */
  async stop(): Promise<void> {
    for (const reader of this.#readers) await this.#detach(reader);
    await this.#proposer.stop();
  }

  async #detach(reader: Attached): Promise<void> {
    this.#readers.delete(reader);
    reader.restore.stop();
    await reader.delivery.stop();
  }
}

function receive(message: StateToRaft, { delivery, restore }: Attached): void {
  switch (message.kind) {
    case 'applied':
      delivery.credit(message.bytes);
      return;
    case 'restore-credit':
      restore.credit(message.bytes);
      return;
    case 'restored':
      restore.restored();
      return;
    default:
      throw new Error(`${message.kind} from a reader`);
  }
}
