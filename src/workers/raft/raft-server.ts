// The shell around the core: feeds it proposals, writes what it wants durable (one write at a time; what arrives meanwhile
// shares the next one), hands out what is committed, and tells the other threads who leads.

import type { Logger } from '../../observe/logger.js';
import { type Leadership, Role as SharedRole } from '../../wire/leadership.js';
import { MAX_UNPERSISTED_BYTES, type RejectReason, type StateToRaft } from '../../wire/raft-port.js';
import { EntryType, emptyPayload, type LogIndex } from './core/entry.js';
import { countEntries } from './core/packed.js';
import type { RaftCore } from './core/raft.js';
import type { Persist, RoleChange } from './core/ready.js';
import type { Delivery } from './delivery.js';
import type { RaftMetrics } from './raft-metrics.js';
import { statsOf } from './raft-stats.js';
import type { SnapshotTaker } from './snapshot/snapshot-taker.js';
import type { StateChannel } from './state-port.js';
import type { LogStore } from './store/log-store.js';

export interface ServerParts {
  readonly core: RaftCore;
  readonly store: LogStore;
  readonly state: StateChannel;
  readonly delivery: Delivery;
  readonly snapshots: SnapshotTaker;
  readonly leadership: Leadership;
  readonly metrics: RaftMetrics;
  readonly logger: Logger;
  readonly serverAddress: string;
  /** A disk that fails ends the worker. */
  readonly failed: (error: unknown) => void;
}

export class RaftServer {
  readonly #parts: ServerParts;
  #unpersistedBytes = 0;
  #isLeaderAnnounced = false;
  #stopping = false;
  #write: Promise<void> | null = null;
  /** When the group that waits for the next write was begun, for `raft.commitTime`. */
  #groupSinceMs: number | null = null;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#parts.core.tick(performance.now());
    this.turn();
  }

  /** Takes one message; {@link turn} must follow the last one of a turn. */
  receive(message: StateToRaft): void {
    const { state, snapshots, delivery, metrics, core } = this.#parts;
    switch (message.kind) {
      case 'propose':
        this.#propose(message.batch, message.count, message.entries);
        return;
      case 'barrier':
        this.#barrier(message.request);
        return;
      case 'verify':
        metrics.verifyLeader.add(1);
        state.post({ kind: 'verified', request: message.request, ok: core.role === 'leader' });
        return;
      case 'applied':
        delivery.credit(message.bytes);
        this.#announceLeader(message.index);
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
      case 'stats':
        state.post({ kind: 'stats', request: message.request, stats: statsOf(core, delivery.delivered) });
        return;
      case 'restore-credit':
      case 'restored':
        // The restore at the start is over; its last credit may arrive late.
        return;
    }
  }

  /**
   * Does what the core has become ready for. There are no messages to send: with other voters, for whom there is no
   * connection yet, the core gets no ticks and stays a silent follower.
   */
  turn(): void {
    const { core, delivery } = this.#parts;
    for (let ready = core.ready(); ready !== null; ready = core.ready()) {
      for (const change of ready.roles) this.#changeRole(change);
      if (ready.persist) this.#write = this.#persist(ready.persist);
      if (ready.committed) delivery.commit(ready.committed.through);
    }
  }

  /** Refuses what is new, finishes what was taken, and resolves when the disk is quiet. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#parts.snapshots.stop();
    while (this.#write) await this.#write;
    await this.#parts.delivery.stop();
    this.#parts.metrics.stop();
    await this.#parts.store.close();
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
    const result = core.propose({ type: EntryType.command, count, payload, appendedAtMs: Date.now() });
    if (!result.ok) {
      this.#reject(batch, count, { code: result.reason });
      return;
    }
    this.#unpersistedBytes += entries.byteLength;
    this.#groupSinceMs ??= performance.now();
    delivery.own({ batch, firstIndex: result.firstIndex, count, term: result.term });
    metrics.apply.add(count);
  }

  #barrier(request: number): void {
    const { core, delivery, state, metrics } = this.#parts;
    metrics.barrier.add(1);
    const proposal = { type: EntryType.barrier, count: 1, payload: emptyPayload(), appendedAtMs: Date.now() };
    const result = this.#stopping ? null : core.propose(proposal);
    if (!result?.ok) {
      state.post({ kind: 'barrier-reached', request, index: 0 });
      return;
    }
    delivery.own({ batch: null, firstIndex: result.firstIndex, count: 1, term: result.term });
    delivery.barrier(request, result.firstIndex);
  }

  #reject(batch: number, count: number, reason: RejectReason): void {
    this.#parts.state.post({ kind: 'rejected', batch, count, reason });
  }

  async #persist(work: Persist): Promise<void> {
    const { core, store, leadership, metrics, failed } = this.#parts;
    const startedMs = performance.now();
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
    const endedMs = performance.now();
    const before = core.log.committed;
    for (const run of work.runs) if (run.type === EntryType.command) this.#unpersistedBytes -= run.payload.byteLength;
    this.#write = null;
    core.advance(performance.now());
    leadership.setProgress(core.log.committed, core.log.last.index);
    this.turn();
    const entries = work.runs.reduce((sum, run) => sum + run.count, 0);
    metrics.dispatchLog.add(endedMs - startedMs);
    metrics.dispatchNumLogs.add(entries);
    if (core.log.committed > before) metrics.commitNumLogs.add(core.log.committed - before);
    if (sinceMs !== null) metrics.commitTime.add(endedMs - sinceMs);
  }

  #changeRole({ role, term, tally }: RoleChange): void {
    const { leadership, logger, metrics, core, state, serverAddress, delivery } = this.#parts;
    metrics.role(role);
    const node = `Node at ${serverAddress} [${role[0]?.toUpperCase()}${role.slice(1)}]`;
    if (role === 'leader') {
      logger.info('election won', 'term', term, 'tally', tally);
      logger.info('entering leader state', 'leader', node);
      leadership.setUnboundedLease(true);
      const first = core.termBegin;
      if (first !== null) delivery.own({ batch: null, firstIndex: first, count: 1, term });
      return;
    }
    logger.info(`entering ${role} state`, 'node', node, 'term', term);
    leadership.setRole(SharedRole[role], term, false);
    state.post({ kind: 'role', role, term, leaderAddress: '', leaderId: '' });
  }

  /**
   * Others may know that this server leads only once the state worker holds everything committed before: until then it
   * would answer reads without writes that were acknowledged before a restart.
   */
  #announceLeader(applied: number): void {
    const { core, leadership, state, serverAddress } = this.#parts;
    const first: LogIndex | null = core.termBegin;
    if (this.#isLeaderAnnounced || first === null || applied < first) return;
    this.#isLeaderAnnounced = true;
    leadership.setRole(SharedRole.leader, core.term, true);
    state.post({ kind: 'role', role: 'leader', term: core.term, leaderAddress: serverAddress, leaderId: core.id });
  }
}
