// A start by `peers.json`: everything in the log counts as committed, and a snapshot of the state with the operator's
// configuration takes the log's place (spec/raft.md, section 7). A crash at any point leaves the file where it is, and the next
// start does all of it again.

import type { Logger } from '../../observe/logger.js';
import type { StateToRaft } from '../../wire/raft/raft-port.js';
import { describe } from './core/configuration.js';
import { logIndex, type Position } from './core/entry.js';
import { RaftLog } from './core/log.js';
import { Delivery } from './delivery.js';
import type { Restore } from './restore.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import type { SnapshotSink } from './snapshot/snapshot-store.js';
import type { StateChannel } from './state-port.js';
import type { Storage } from './storage.js';
import type { ForcedPeers } from './store/peers-file.js';
import { StorageFailure } from './store/storage-failure.js';

/** Of the one snapshot that is asked for here; those after the start have others. */
const REQUEST = 0;
/** As hashicorp/raft has it: whatever a leader appends comes after. */
const CONFIGURATION_INDEX = logIndex(1);

export interface RecoveryParts {
  readonly state: StateChannel;
  /** The newest snapshot is in the state already. */
  readonly restore: Restore;
  readonly logger: Logger;
}

interface Streaming {
  readonly sink: SnapshotSink;
  /** Writes follow each other. */
  work: Promise<void>;
  readonly finished: (problem: Error | null) => void;
}

export class ForcedRecovery {
  readonly #storage: Storage;
  readonly #parts: RecoveryParts;
  #delivery: Delivery | null = null;
  #applied: (through: number) => void = () => {};
  #streaming: Streaming | null = null;

  constructor(storage: Storage, parts: RecoveryParts) {
    this.#storage = storage;
    this.#parts = parts;
  }

  /** False: the message is not about this. */
  receive(message: StateToRaft): boolean {
    switch (message.kind) {
      case 'applied':
        this.#delivery?.credit(message.bytes);
        this.#applied(message.index);
        return true;
      case 'snapshot-begin':
        return true;
      case 'snapshot-chunk':
        this.#take(message.bytes);
        return true;
      case 'snapshot-end':
        this.#streaming?.work.then(
          () => this.#streaming?.finished(null),
          (error: Error) => this.#streaming?.finished(error),
        );
        return true;
      case 'snapshot-failed':
        this.#streaming?.finished(new Error(message.reason));
        return true;
      default:
        return false;
    }
  }

  /** The storage as the server goes on with it. Throws a StorageFailure. */
  async run({ configuration, done }: ForcedPeers): Promise<Storage> {
    const { logger } = this.#parts;
    const { recovered, log } = this.#storage;
    const { last } = recovered.log;
    logger.info('found peers.json file, recovering Raft configuration...', 'servers', describe(configuration));
    await this.#applyAll();
    const snapshot = await this.#snapshot(last, { index: CONFIGURATION_INDEX, configuration });
    await log.persist({ hardState: null, truncateAfter: null, restart: null, isProven: true, runs: [] });
    if (recovered.log.floor !== null) await log.descend(null);
    await log.dropThrough(last.index);
    await done();
    logger.info('deleted peers.json file after successful recovery', 'index', last.index, 'term', last.term);
    const empty = { snapshot: last, begin: last.index, terms: [], last, isUnproven: false, floor: null };
    return { ...this.#storage, snapshot, recovered: { ...recovered, log: empty, configurations: [], records: [] } };
  }

  /** The state has everything that is in the log. */
  async #applyAll(): Promise<void> {
    const { log, recovered, snapshots } = this.#storage;
    const { state, restore } = this.#parts;
    const { last, snapshot } = recovered.log;
    if (last.index <= snapshot.index) return;
    const terms = new RaftLog(recovered.log);
    const committed = {
      get begin() {
        return log.begin;
      },
      read: log.read.bind(log),
      termAt: terms.termAt.bind(terms),
    };
    await new Promise<void>((resolve, reject) => {
      const newestSnapshot = (): Promise<SnapshotDescription | null> => snapshots.newestReadable(() => {});
      const parts = { state, log: committed, restore, newestSnapshot, failed: reject, hearsOfEach: true };
      const delivery = new Delivery(parts, snapshot.index);
      this.#delivery = delivery;
      this.#applied = (through) => {
        if (through >= last.index) resolve();
      };
      delivery.commit(last.index);
    });
  }

  async #snapshot(
    position: Position,
    configuration: SnapshotDescription['configuration'],
  ): Promise<SnapshotDescription> {
    const sink = await this.#storage.snapshots.create(position, configuration);
    try {
      await new Promise<void>((resolve, reject) => {
        const finished = (problem: Error | null): void => (problem === null ? resolve() : reject(problem));
        this.#streaming = { sink, work: Promise.resolve(), finished };
        this.#parts.state.post({ kind: 'take-snapshot', request: REQUEST });
      });
      return await sink.finish();
    } catch (error) {
      await sink.cancel().catch(() => undefined);
      if (error instanceof StorageFailure) throw error;
      throw new StorageFailure('damaged', `recovery failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #take(bytes: ArrayBuffer): void {
    const streaming = this.#streaming;
    if (streaming === null) return;
    const size = bytes.byteLength;
    streaming.work = streaming.work.then(async () => {
      await streaming.sink.write(new Uint8Array(bytes));
      this.#parts.state.post({ kind: 'snapshot-credit', request: REQUEST, bytes: size });
    });
    // The end of the stream tells it.
    streaming.work.catch(() => undefined);
  }
}
