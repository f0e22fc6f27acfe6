// The shell around the core: feeds it proposals and what other servers say, writes what it wants durable (one write at a time;
// what arrives meanwhile shares the next one), sends, hands out what is committed, and has told who leads.

import type { Logger } from '../../observe/logger.js';
import { MAX_UNPERSISTED_BYTES, type RejectReason, type StateToRaft } from '../../wire/raft/raft-port.js';
import { ArchiveSaver } from './archive-saver.js';
import { EntryType, emptyPayload, type LogIndex, type ServerId } from './core/entry.js';
import { countEntries } from './core/packed.js';
import type { Lost } from './core/progress.js';
import type { RaftCore } from './core/raft.js';
import type { Persist, RoleChange } from './core/ready.js';
import type { Delivery } from './delivery.js';
import type { LeadershipBoard } from './leadership-board.js';
import { OperatorRestore } from './operator-restore.js';
import { configurationOf, Orders } from './orders.js';
import type { PeerSender } from './peer-sender.js';
import type { RaftMetrics } from './raft-metrics.js';
import { statsOf } from './raft-stats.js';
import type { Replicas } from './replicas.js';
import type { Restore } from './restore.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import { SnapshotInstaller } from './snapshot/snapshot-installer.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';
import type { SnapshotTaker } from './snapshot/snapshot-taker.js';
import type { StateChannel } from './state-port.js';
import type { DurableLog } from './storage.js';
import type { PeerMessage, Transport } from './transport/transport.js';

export interface ServerParts {
  readonly core: RaftCore;
  readonly store: DurableLog;
  readonly state: StateChannel;
  /** The proposer's. */
  readonly delivery: Delivery;
  readonly replicas: Replicas;
  readonly restore: Restore;
  readonly snapshots: SnapshotTaker;
  readonly snapshotStore: SnapshotStore;
  readonly board: LeadershipBoard;
  readonly sender: PeerSender;
  readonly transport: Transport;
  readonly readFile: (path: string) => AsyncIterable<Uint8Array>;
  readonly metrics: RaftMetrics;
  readonly logger: Logger;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly unixMs: () => number;
  /** A disk that fails ends the worker. */
  readonly failed: (error: unknown) => void;
}

export class RaftServer {
  readonly #parts: ServerParts;
  readonly #installer: SnapshotInstaller;
  readonly #orders: Orders;
  readonly #operator: OperatorRestore;
  readonly #archives: ArchiveSaver;
  #unpersistedBytes = 0;
  #stopping = false;
  #write: Promise<void> | null = null;
  /** When the group that waits for the next write was begun, for `raft.commitTime`. */
  #groupSinceMs: number | null = null;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    const { core, store, state, replicas, snapshotStore, logger } = parts;
    this.#orders = new Orders(core, (request, error) => state.post({ kind: 'ordered', request, error }));
    this.#installer = new SnapshotInstaller({
      core,
      snapshots: snapshotStore,
      retreat: (index) => store.retreat(index),
      descend: (descent) => store.descend(descent),
      quiet: () => this.#quiet(),
      installed: (snapshot) => replicas.install(snapshot),
      turn: () => this.turn(),
      logger,
      failed: parts.failed,
    });
    this.#archives = new ArchiveSaver(snapshotStore, parts.state);
    this.#operator = new OperatorRestore({
      core,
      snapshots: snapshotStore,
      state: parts.state,
      readFile: parts.readFile,
      quiet: () => this.#quiet(),
      restored: (snapshot, request, index) => this.#restored(snapshot, request, index),
      resume: (held) => {
        for (const message of held) this.receive(message);
        this.turn();
      },
      logger,
      failed: parts.failed,
    });
  }

  /** Time has passed. */
  tick(): void {
    if (this.#isFrozen) return;
    this.#parts.core.tick(this.#parts.now());
    this.turn();
  }

  /** Nothing is left of the leader's process; {@link turn} must follow. */
  leaderGone(leader: ServerId): void {
    const { core, logger, now } = this.#parts;
    logger.warn('leader is gone, an election is due', 'last-leader-id', leader);
    core.leaderGone(leader, now());
  }

  /** A part of a message of this server has come. */
  stirs(server: ServerId): void {
    this.#parts.core.stirs(server, this.#parts.now());
  }

  lost(to: ServerId, kind: Lost): void {
    this.#parts.core.lost(to, kind, this.#parts.now());
  }

  /** Takes what another server sent; {@link turn} must follow the last message of a turn. */
  receiveFromPeer(message: PeerMessage): void {
    // As if it had been lost.
    if (this.#isFrozen) return;
    const nowMs = this.#parts.now();
    if (message.kind === 'install') this.#installer.receive(message, nowMs);
    else this.#parts.core.step(message, nowMs);
  }

  /** Takes one message; {@link turn} must follow the last one of a turn. */
  receive(message: StateToRaft): void {
    if (this.#operator.holds(message)) return;
    const { state, snapshots, delivery, metrics, core, restore, board, transport, now } = this.#parts;
    switch (message.kind) {
      case 'propose':
        this.#propose(message.batch, message.count, message.entries);
        return;
      case 'barrier':
        this.#barrier(message.request);
        return;
      case 'verify':
        metrics.verifyLeader.add(1);
        core.confirmLeadership(message.request, now());
        return;
      case 'applied':
        delivery.credit(message.bytes);
        board.applied(message.index);
        return;
      case 'snapshot-begin':
      case 'snapshot-chunk':
      case 'snapshot-end':
      case 'snapshot-failed':
        snapshots.receive(message);
        return;
      case 'force-snapshot':
        snapshots.force(message.request);
        return;
      case 'order':
        this.#orders.take(message.request, message.order, now());
        return;
      case 'configuration':
        state.post({ kind: 'configuration', request: message.request, configuration: configurationOf(core) });
        return;
      case 'save-archive':
        this.#archives.save(message.request, message.path);
        return;
      case 'restore-state':
        this.#operator.begin(message);
        return;
      case 'stats':
        state.post({ kind: 'stats', request: message.request, stats: statsOf(core, delivery.delivered, now()) });
        return;
      case 'peers':
        transport.tellPeers(message.peers);
        return;
      case 'peer-suspected':
        this.#suspected(message.id);
        return;
      case 'restore-credit':
        restore.credit(message.bytes);
        return;
      case 'restored':
        restore.restored();
        return;
    }
  }

  /** Does what the core has become ready for. */
  turn(): void {
    if (this.#isFrozen) return;
    this.#doReady();
    // What an order begins, or an answer to it lets begin, is the core's again.
    if (this.#orders.turn(this.#parts.now())) this.#doReady();
    this.#parts.board.refresh();
  }

  /** A snapshot becomes visible on the disk, and the log doesn't go on after it yet. */
  get #isFrozen(): boolean {
    return this.#operator.isFrozen || this.#installer.isFrozen;
  }

  #doReady(): void {
    const { core, replicas, sender, state, board } = this.#parts;
    for (let ready = core.ready(); ready !== null; ready = core.ready()) {
      for (const change of ready.roles) this.#changeRole(change);
      if (ready.soft) board.changed(ready.soft);
      if (ready.persist) this.#write = this.#persist(ready.persist);
      for (const message of ready.messages) sender.send(message);
      if (ready.committed) {
        // Whoever reads the shared words finds what is answered next counted in them.
        board.refresh();
        replicas.commit(ready.committed.through);
      }
      for (const { request, ok } of ready.confirmations) state.post({ kind: 'verified', request, ok });
    }
  }

  /** Refuses what is new, finishes what was taken, and resolves when the disk is quiet. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#orders.stop();
    this.#parts.metrics.stop();
    await this.#parts.snapshots.stop();
    await this.#installer.stop();
    await this.#operator.stop();
    await this.#archives.stop();
    await this.#quiet();
    this.#parts.restore.stop();
    await this.#parts.replicas.stop();
    await this.#parts.store.close();
  }

  #suspected(id: ServerId): void {
    const { core, logger, now } = this.#parts;
    if (!core.leaderSuspected(id, now())) return;
    logger.warn('leader is silent and gossip suspects it, an election is due', 'last-leader-id', id);
  }

  #propose(batch: number, count: number, entries: ArrayBuffer): void {
    const { core, delivery, metrics } = this.#parts;
    if (this.#stopping) {
      this.#reject(batch, count, { code: 'stopping' });
      return;
    }
    if (this.#unpersistedBytes + entries.byteLength > MAX_UNPERSISTED_BYTES) {
      this.#reject(batch, count, { code: 'queue-full' });
      return;
    }
    const payload = new Uint8Array(entries);
    if (count === 0 || countEntries(payload) !== count) throw new Error(`batch ${batch} doesn't hold ${count} entries`);
    const result = core.propose({ type: EntryType.command, count, payload, appendedAtMs: this.#parts.unixMs() });
    if (!result.ok) {
      this.#reject(batch, count, { code: result.reason });
      return;
    }
    this.#unpersistedBytes += entries.byteLength;
    this.#groupSinceMs ??= this.#parts.now();
    delivery.own({ batch, firstIndex: result.firstIndex, count, term: result.term });
    metrics.apply.add(count);
  }

  /** The operator's snapshot is durable and in the log's place; the entry behind it commits it. */
  #restored(snapshot: SnapshotDescription, request: number, index: LogIndex): void {
    const { core, delivery, replicas } = this.#parts;
    replicas.install(snapshot, 'restored');
    delivery.own({ batch: null, firstIndex: index, count: 1, term: core.term });
    delivery.barrier(request, index, core.term);
  }

  #barrier(request: number): void {
    const { core, delivery, state, metrics } = this.#parts;
    metrics.barrier.add(1);
    const proposal = { type: EntryType.barrier, count: 1, payload: emptyPayload(), appendedAtMs: this.#parts.unixMs() };
    const result = this.#stopping ? null : core.propose(proposal);
    if (!result?.ok) {
      state.post({ kind: 'barrier-reached', request, index: 0 });
      return;
    }
    delivery.own({ batch: null, firstIndex: result.firstIndex, count: 1, term: result.term });
    delivery.barrier(request, result.firstIndex, result.term);
  }

  #reject(batch: number, count: number, reason: RejectReason): void {
    this.#parts.state.post({ kind: 'rejected', batch, count, reason });
  }

  async #quiet(): Promise<void> {
    while (this.#write) await this.#write;
  }

  async #persist(work: Persist): Promise<void> {
    const { core, store, metrics, failed, now } = this.#parts;
    const startedMs = now();
    const sinceMs = this.#groupSinceMs;
    this.#groupSinceMs = null;
    try {
      await store.persist(work);
    } catch (error) {
      // The core still waits for this write, so it asks for no other one.
      this.#write = null;
      failed(error);
      return;
    }
    const endedMs = now();
    const before = core.log.committed;
    for (const run of work.runs) if (run.type === EntryType.command) this.#unpersistedBytes -= run.payload.byteLength;
    this.#write = null;
    core.advance(endedMs);
    this.turn();
    const entries = work.runs.reduce((sum, run) => sum + run.count, 0);
    if (core.role === 'leader') {
      metrics.dispatchLog.add(endedMs - startedMs);
      metrics.dispatched(entries);
    }
    if (core.log.committed > before) metrics.committed(core.log.committed - before);
    if (sinceMs !== null) metrics.commitTime.add(endedMs - sinceMs);
  }

  #changeRole(change: RoleChange): void {
    const { board, metrics, core, delivery } = this.#parts;
    metrics.role(change.role);
    board.log(change);
    // Whatever it led before is over.
    delivery.disown(core.log.committed);
    const first = core.termBegin;
    if (change.role !== 'leader' || first === null || change.term !== core.term) return;
    delivery.own({ batch: null, firstIndex: first, count: 1, term: change.term });
  }
}
