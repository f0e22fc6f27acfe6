// One term that this server leads: what it appends and commits, how it is kept in office by its followers' answers, and how
// it hands over (spec/raft.md, sections 4, 6 and 10). The object is new with each term; once the server follows again
// nobody has it any more.

import { type Configuration, problemOf } from './configuration.js';
import { encodeConfiguration } from './configuration-codec.js';
import type { Confirmations } from './confirmations.js';
import {
  after,
  type EntryRun,
  EntryType,
  emptyPayload,
  type LogIndex,
  type Position,
  type ServerId,
  singlePayload,
  type Term,
} from './entry.js';
import { Followers } from './followers.js';
import type { AppendAnswer, HeartbeatAnswer, InstallAnswer } from './message.js';
import { type CoreParts, commitThrough, type Office, readLeaseMs } from './parts.js';
import type { Lost } from './progress.js';
import { type ChangeResult, type Proposal, type ProposeResult, TRANSFERRING } from './proposal.js';
import { hasQuorum, quorumIndex } from './quorum.js';
import { Transfer, type TransferResult } from './transfer.js';

export class Leading {
  /** Only entries from here on are committed by counting (spec/raft.md section 4, "Commit"). */
  readonly termBegin: LogIndex;
  /** What was asked before was asked in another term. */
  readonly sinceMs: number;
  readonly #parts: CoreParts;
  readonly #office: Office;
  readonly #confirmations: Confirmations;
  readonly #followers: Followers;
  readonly #term: Term;
  #transfer: Transfer | null = null;

  /** {@link begin} is due once everybody knows that this server leads. */
  constructor(parts: CoreParts, office: Office, confirmations: Confirmations, nowMs: number) {
    this.#parts = parts;
    this.#office = office;
    this.#confirmations = confirmations;
    const { id, log, promises, timing, random } = parts;
    const { term, outbox } = promises;
    const view = { id, term, log, outbox, heartbeatTimeoutMs: timing.heartbeatTimeoutMs, random };
    this.#term = term;
    this.sinceMs = nowMs;
    this.#followers = new Followers(view, this.#peers, nowMs);
    this.termBegin = after(log.last.index);
  }

  /** Until then nobody else can be elected without this leader's help; see {@link RaftCore.leaseEndMs}. */
  get leaseEndMs(): number {
    if (this.#transfer?.isOrdered) return Number.NEGATIVE_INFINITY;
    const { membership, timing } = this.#parts;
    return this.#followers.confirmedMs(membership.voters) + readLeaseMs(timing);
  }

  get isTransferring(): boolean {
    return this.#transfer !== null;
  }

  /** The term's first entry: with it everything before can be committed. */
  begin(nowMs: number): void {
    this.#append({ type: EntryType.noop, count: 1, payload: emptyPayload(), appendedAtMs: 0 });
    this.#followers.tick(nowMs);
  }

  /** May end the term. */
  tick(nowMs: number): void {
    this.#checkLease(nowMs);
    this.#checkTransfer(nowMs);
    if (this.#isOver) return;
    this.#followers.tick(nowMs);
    if (this.#confirmations.isWaiting) this.#followers.repeatHeartbeat(this.#confirmations.round, nowMs);
  }

  propose(proposal: Proposal): ProposeResult {
    if (this.#transfer) return TRANSFERRING;
    return { ok: true, firstIndex: this.#append(proposal), term: this.#term };
  }

  proposeConfiguration(configuration: Configuration, nowMs: number): ChangeResult {
    if (this.#transfer) return TRANSFERRING;
    const { log, membership } = this.#parts;
    const problem = problemOf(configuration) ?? membership.stepTo(configuration);
    if (problem !== null) return { ok: false, reason: 'invalid', text: problem };
    if (membership.committed(log.committed) === null || log.committed < this.termBegin) {
      return { ok: false, reason: 'change-under-way' };
    }
    const payload = singlePayload(encodeConfiguration(configuration));
    const index = this.#append({ type: EntryType.configuration, count: 1, payload, appendedAtMs: 0 });
    membership.append(index, configuration);
    this.#followers.holdBack(index);
    this.#followers.configure(this.#peers, nowMs);
    this.#followers.sendEntries(nowMs);
    return { ok: true, index, term: this.#term };
  }

  /** Everything through `position` is what an operator restored; see {@link RaftCore.restore}. */
  restore(position: Position): LogIndex {
    const { log, membership } = this.#parts;
    const configuration = membership.committed(log.committed);
    if (configuration === null || position.index <= log.last.index) throw new Error('a restore over what is under way');
    log.restart(position);
    membership.restart(configuration);
    return this.#append({ type: EntryType.noop, count: 1, payload: emptyPayload(), appendedAtMs: 0 });
  }

  transfer(target: ServerId | null, nowMs: number): TransferResult {
    if (this.#transfer) return TRANSFERRING;
    const { id, membership, timing } = this.#parts;
    if (target === id) return { ok: false, reason: 'self' };
    const { voters } = membership;
    const to = target ?? this.#followers.mostAdvanced(voters);
    if (to === null || !voters.includes(to)) return { ok: false, reason: 'no-peer' };
    this.#transfer = new Transfer(to, nowMs + timing.electionTimeoutMs);
    this.#checkTransfer(nowMs);
    return { ok: true, to };
  }

  /** Asks everybody whether this server leads, under the newest round of {@link Confirmations}. */
  heartbeat(nowMs: number): void {
    this.#followers.heartbeat(this.#confirmations.round, nowMs);
  }

  /** An answer of this term. May end the term: by its commit a leader can lose its vote. */
  learn(answer: AppendAnswer | HeartbeatAnswer | InstallAnswer, nowMs: number): void {
    if (answer.kind === 'append-answer') this.#followers.learn(answer, nowMs);
    else this.#followers.hear(answer, nowMs);
    if (this.#confirmations.isWaiting) {
      this.#confirmations.confirm(this.#followers.confirmedRound(this.#parts.membership.voters));
    }
    this.written(nowMs);
    this.#checkTransfer(nowMs);
  }

  /** Requests to this server got lost. */
  lost(to: ServerId, kind: Lost, nowMs: number): void {
    this.#followers.lost(to, kind, nowMs);
  }

  /** More is durable, here or elsewhere. May end the term. */
  written(nowMs: number): void {
    this.#countCommit(nowMs);
    this.sendEntries(nowMs);
  }

  /** Followers get what is news to them, as far as they have room for requests. */
  sendEntries(nowMs: number): void {
    if (!this.#isOver) this.#followers.sendEntries(nowMs);
  }

  get #isOver(): boolean {
    return this.#parts.standing.role !== 'leader';
  }

  /** Orders the target to stand once it has everything; gives up when it doesn't come to that. */
  #checkTransfer(nowMs: number): void {
    const transfer = this.#transfer;
    if (transfer === null || this.#isOver) return;
    const { id, log, promises } = this.#parts;
    if (!transfer.isOrdered && this.#followers.matchOf(transfer.to) === log.last.index) {
      transfer.isOrdered = true;
      promises.outbox.send({ kind: 'timeout-now', from: id, to: transfer.to, term: this.#term });
    }
    if (nowMs < transfer.untilMs) return;
    this.#transfer = null;
    // The order may still arrive and depose this leader whatever its lease says: this term can't be led on with one.
    if (transfer.isOrdered) this.#office.follow(this.#term, nowMs);
  }

  /** A leader that doesn't hear from a majority steps down: another one may lead by now. */
  #checkLease(nowMs: number): void {
    const { membership, timing } = this.#parts;
    const heard = this.#followers.heardSince(nowMs - timing.leaderLeaseMs);
    if (!hasQuorum(membership.voters, heard)) this.#office.follow(this.#term, nowMs);
  }

  #countCommit(nowMs: number): void {
    const { id, log, membership } = this.#parts;
    const { voters } = membership;
    const index = quorumIndex(voters, this.#followers.held);
    if (index >= this.termBegin) commitThrough(this.#parts, index);
    // It led on without a vote until the others had agreed to that.
    if (membership.committed(log.committed) !== null && !voters.includes(id)) this.#office.follow(this.#term, nowMs);
  }

  #append(proposal: Omit<EntryRun, 'firstIndex' | 'term'>): LogIndex {
    const { log } = this.#parts;
    const firstIndex = after(log.last.index);
    log.append({ firstIndex, term: this.#term, ...proposal });
    return firstIndex;
  }

  get #peers(): readonly ServerId[] {
    const { id, membership } = this.#parts;
    return membership.latest.servers.map((server) => server.id).filter((peer) => peer !== id);
  }
}
