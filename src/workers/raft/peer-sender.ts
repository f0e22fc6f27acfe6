// Turns what the core orders into messages: entries are taken from memory while they are being written, from the store
// afterwards, snapshots from their directory. What the disk has to be asked for leaves in the order in which it was ordered,
// for each server; an order that is out of date when the disk has answered is dropped.

import { after, type EntryRun, type LogIndex, logIndex, ORIGIN, type ServerId } from './core/entry.js';
import type { AppendOrder, InstallOrder, Outgoing } from './core/message.js';
import { sliceRun } from './core/packed.js';
import type { RaftCore } from './core/raft.js';
import { ORIGIN_SNAPSHOT } from './snapshot/meta.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';
import type { DurableLog } from './storage.js';
import type { Transport } from './transport/transport.js';

const NOTHING: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: async function* () {} };

export interface SenderParts {
  readonly core: RaftCore;
  readonly store: DurableLog;
  readonly snapshots: SnapshotStore;
  /** The newest snapshot doesn't do, or there is none. */
  readonly takeSnapshot: () => void;
  readonly transport: Transport;
  readonly failed: (error: unknown) => void;
}

export class PeerSender {
  readonly #parts: SenderParts;
  /** The last thing under way to each server that the disk is asked for. */
  readonly #queues = new Map<ServerId, Promise<void>>();

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  send(message: Outgoing): void {
    if (message.kind === 'append') this.#sendEntries(message);
    else if (message.kind === 'install') this.#queue(message, () => this.#sendSnapshot(message));
    else this.#parts.transport.send(message);
  }

  #sendEntries(order: AppendOrder): void {
    const { core } = this.#parts;
    const from = after(order.previous.index);
    const durable = Math.min(order.through, core.log.durable) as LogIndex;
    const fresh = core.log.inMemory(logIndex(Math.max(from, durable + 1)), order.through);
    if (from > durable && !this.#queues.has(order.to)) this.#post(order, fresh);
    else this.#queue(order, async () => this.#post(order, [...(await this.#stored(from, durable)), ...fresh]));
  }

  async #stored(from: LogIndex, through: LogIndex): Promise<EntryRun[]> {
    const stored: EntryRun[] = [];
    for (let next = from; next <= through; ) {
      const runs = await this.#parts.store.read(next, through, Number.MAX_SAFE_INTEGER);
      for (const run of runs) {
        const part = sliceRun(run, next, through);
        if (!part) continue;
        stored.push(part);
        next = logIndex(next + part.count);
      }
    }
    return stored;
  }

  async #sendSnapshot({ from, to, term, isRefused, sentMs }: InstallOrder): Promise<void> {
    const { core, store, snapshots, takeSnapshot, transport } = this.#parts;
    const newest = await snapshots.newestReadable(() => {});
    // A refusal may be of another kind; one that stands for this term's entries is as good as any.
    // It refuses what comes before the first entry: its own snapshot is of another history, and it is to begin anew.
    if (newest === null && !isRefused && store.begin === ORIGIN.index) {
      const { position, configuration, size } = ORIGIN_SNAPSHOT;
      transport.send({ kind: 'install', from, to, term, position, configuration, sentMs, size, bytes: NOTHING });
      return;
    }
    if (newest === null || (isRefused && newest.position.term < core.term)) {
      takeSnapshot();
      core.lost(to, 'install', sentMs);
      return;
    }
    const { position, configuration } = newest;
    const about = { kind: 'install', from, to, term, position, configuration, sentMs } as const;
    transport.send({ ...about, size: newest.size, bytes: snapshots.read(newest) });
  }

  #post({ kind, from, to, term, previous, commit, sentMs }: AppendOrder, runs: readonly EntryRun[]): void {
    this.#parts.transport.send({ kind, from, to, term, previous, runs, commit, sentMs });
  }

  #queue(order: AppendOrder | InstallOrder, work: () => Promise<void>): void {
    const { core, store, failed } = this.#parts;
    // While it leads this term its log is only appended to, and dropped at its begin: in the store first.
    const isOutdated = (): boolean =>
      core.role !== 'leader' ||
      core.term !== order.term ||
      (order.kind === 'append' && order.previous.index < store.begin);
    const step = async (): Promise<void> => {
      if (isOutdated()) return;
      try {
        await work();
      } catch (error) {
        if (!isOutdated()) failed(error);
      }
    };
    const queued = (this.#queues.get(order.to) ?? Promise.resolve()).then(step);
    this.#queues.set(order.to, queued);
    queued.then(() => {
      if (this.#queues.get(order.to) === queued) this.#queues.delete(order.to);
    });
  }
}
