// Decides when the state is written down, and does it: the state worker streams what it has applied, this writes it as a
// snapshot and shortens the log. One at a time. A snapshot that fails costs nothing but the log line: the log stays.

import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { RaftToState, StateToRaft } from '../../../wire/raft/raft-port.js';
import type { RaftSettings } from '../../../wire/raft/raft-worker.js';
import { type LogIndex, logIndex, type Position } from '../core/entry.js';
import type { RaftCore } from '../core/raft.js';
import type { SnapshotDescription } from './meta.js';
import type { SnapshotSink, SnapshotStore } from './snapshot-store.js';

/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type SnapshotMessage = Extract<
  StateToRaft,
  { kind: 'snapshot-begin' | 'snapshot-chunk' | 'snapshot-end' | 'snapshot-failed' }
>;

export interface SnapshotDependencies {
  readonly core: RaftCore;
  readonly state: { post(message: RaftToState): void };
  readonly snapshots: SnapshotStore;
  readonly dropThrough: (index: LogIndex) => Promise<LogIndex | null>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** A snapshot under way; its steps run one after the other on `work`. */
interface Taking {
  readonly request: number;
  readonly startedMs: number;
  readonly askers: number[];
  sink: SnapshotSink | null;
  work: Promise<void>;
}

export class SnapshotTaker {
  readonly #dependencies: SnapshotDependencies;
  #settings: RaftSettings;
  #timer: NodeJS.Timeout | null = null;
  #taking: Taking | null = null;
  #nextRequest = 1;
  #stopped = false;

  constructor(dependencies: SnapshotDependencies, settings: RaftSettings) {
    this.#dependencies = dependencies;
    this.#settings = settings;
    this.#schedule();
  }

  reload(settings: RaftSettings): void {
    this.#settings = settings;
    this.#schedule();
  }

  /** Takes one whatever the threshold says; `asker` is told with `snapshot-taken`. */
  force(asker: number): void {
    if (this.#taking) this.#taking.askers.push(asker);
    else if (this.#stopped) this.#answer([asker], null, 'stopping');
    else this.#begin([asker]);
  }

  /** Takes one, unless one is under way. */
  take(): void {
    if (!this.#taking && !this.#stopped) this.#begin([]);
  }

  receive(message: SnapshotMessage): void {
    const taking = this.#taking;
    if (!taking || taking.request !== message.request) return;
    taking.work = taking.work
      .then(() => this.#step(taking, message))
      .catch((error: unknown) => this.#fail(taking, error));
  }

  /** Resolves when nothing is being written any more; an unfinished snapshot is removed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    const taking = this.#taking;
    if (!taking) return;
    await taking.work;
    if (this.#taking === taking) await this.#end(taking, null, 'stopping');
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    const { snapshotIntervalMs } = this.#settings;
    const delayMs = Math.min(snapshotIntervalMs * (1 + this.#dependencies.random()), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#due(), delayMs);
    this.#timer.unref();
  }

  #due(): void {
    const { log } = this.#dependencies.core;
    const isDue = log.last.index - log.snapshot.index >= this.#settings.snapshotThreshold;
    if (isDue) this.take();
    this.#schedule();
  }

  #begin(askers: number[]): void {
    const request = this.#nextRequest++;
    const startedMs = this.#dependencies.now();
    this.#taking = { request, startedMs, askers, sink: null, work: Promise.resolve() };
    this.#dependencies.state.post({ kind: 'take-snapshot', request });
  }

  async #step(taking: Taking, message: SnapshotMessage): Promise<void> {
    // The stop removes what is unfinished: it needn't wait until more is written.
    if (this.#taking !== taking || this.#stopped) return;
    switch (message.kind) {
      case 'snapshot-begin':
        return this.#open(taking, message.index);
      case 'snapshot-chunk': {
        const size = message.bytes.byteLength;
        await taking.sink?.write(new Uint8Array(message.bytes));
        return this.#dependencies.state.post({ kind: 'snapshot-credit', request: taking.request, bytes: size });
      }
      case 'snapshot-end':
        return this.#complete(taking);
      case 'snapshot-failed':
        throw new Error(message.reason);
    }
  }

  async #open(taking: Taking, applied: number): Promise<void> {
    const { core, snapshots, logger, metrics } = this.#dependencies;
    const index = logIndex(applied);
    if (index <= core.log.snapshot.index) throw new Error('nothing new to snapshot');
    if (core.log.hasFloor) throw new Error('this log has less than one that it took the place of');
    const term = core.log.termAt(index);
    const configuration = core.committedConfiguration;
    if (term === null) throw new Error(`the term of index ${index} is not known`);
    if (configuration === null || configuration.index > index) {
      throw new Error(`cannot take snapshot now, wait until the configuration entry has been applied`);
    }
    logger.info('starting snapshot up to', 'index', index);
    const startedMs = this.#dependencies.now();
    taking.sink = await snapshots.create({ index, term }, configuration);
    metrics.observe('raft.snapshot.create', this.#dependencies.now() - startedMs);
  }

  async #complete(taking: Taking): Promise<void> {
    const { sink } = taking;
    if (!sink) throw new Error('the stream ended before it began');
    const startedMs = this.#dependencies.now();
    const description = await sink.finish();
    taking.sink = null;
    this.#dependencies.metrics.observe('raft.snapshot.persist', this.#dependencies.now() - startedMs);
    await this.#compact(description.position);
    this.#dependencies.metrics.observe('raft.snapshot.takeSnapshot', this.#dependencies.now() - taking.startedMs);
    this.#dependencies.logger.info('snapshot complete up to', 'index', description.position.index);
    await this.#end(taking, description, null);
  }

  /** Keeps `trailingLogs` entries below the end, so that a follower slightly behind needs no snapshot. */
  async #compact(position: Position): Promise<void> {
    const { core, dropThrough, logger } = this.#dependencies;
    core.compact(position, core.log.begin);
    const through = Math.min(position.index, core.log.last.index - this.#settings.trailingLogs);
    if (through <= core.log.begin) return;
    const from = core.log.begin + 1;
    const begin = await dropThrough(logIndex(through));
    if (begin === null) return;
    core.compact(position, begin);
    logger.info('compacting logs', 'from', from, 'to', begin);
  }

  async #fail(taking: Taking, error: unknown): Promise<void> {
    if (this.#taking !== taking) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== 'nothing new to snapshot')
      this.#dependencies.logger.error('failed to take snapshot', 'error', reason);
    await this.#end(taking, null, reason);
  }

  async #end(taking: Taking, description: SnapshotDescription | null, error: string | null): Promise<void> {
    this.#taking = null;
    const { sink } = taking;
    taking.sink = null;
    // The snapshot has failed already; what can't be removed now is removed at the next start.
    await sink?.cancel().catch(() => undefined);
    this.#answer(taking.askers, description, error);
  }

  #answer(askers: readonly number[], description: SnapshotDescription | null, error: string | null): void {
    const meta = description && {
      id: description.id,
      index: description.position.index,
      term: description.position.term,
      size: description.size,
    };
    for (const request of askers) this.#dependencies.state.post({ kind: 'snapshot-taken', request, meta, error });
  }
}
