// The other servers as a leader serves them for one term: what to send to whom, and what they are known to hold
// (spec/raft.md, section 4).

import type { LogIndex, Position, ServerId, Term } from './entry.js';
import type { RaftLog } from './log.js';
import type { AppendAnswer, HeartbeatAnswer, InstallAnswer } from './message.js';
import type { Outbox } from './outbox.js';
import { type Lost, Progress } from './progress.js';
import { quorumValue } from './quorum.js';

/** Most entries in one request. */
const MAX_APPEND_ENTRIES = 64;
/** An idle server hears of commits, and that there is a leader, about this often; more often with short timeouts. */
const COMMIT_TIMEOUT_MS = 50;
const REMINDERS_PER_HEARTBEAT_TIMEOUT = 10;
/** A snapshot that isn't acknowledged for so long is sent again. */
const INSTALL_HEARTBEAT_TIMEOUTS = 10;
/** One that failed, after this part of a heartbeat timeout: it may be large. */
const INSTALL_AGAIN = 1 / 5;

export interface LeaderView {
  readonly id: ServerId;
  readonly term: Term;
  readonly log: RaftLog;
  readonly outbox: Outbox;
  readonly heartbeatTimeoutMs: number;
  readonly random: () => number;
}

export class Followers {
  readonly #leader: LeaderView;
  readonly #progress = new Map<ServerId, Progress>();
  #nextHeartbeatMs = Number.NEGATIVE_INFINITY;
  /** Nothing from here on leaves before it is durable here. */
  #heldFrom = 0 as LogIndex;
  /** What a server holds durably, the leader included; a stranger holds nothing. */
  readonly held = (id: ServerId): LogIndex => {
    if (id === this.#leader.id) return this.#leader.log.durable;
    return this.#progress.get(id)?.match ?? (0 as LogIndex);
  };
  readonly #ackedRound = (id: ServerId): number => {
    if (id === this.#leader.id) return Number.POSITIVE_INFINITY;
    return this.#progress.get(id)?.ackedRound ?? Number.NEGATIVE_INFINITY;
  };
  readonly #ackedMs = (id: ServerId): number => {
    if (id === this.#leader.id) return Number.POSITIVE_INFINITY;
    return this.#progress.get(id)?.ackedSentMs ?? Number.NEGATIVE_INFINITY;
  };

  constructor(leader: LeaderView, peers: readonly ServerId[], nowMs: number) {
    this.#leader = leader;
    this.configure(peers, nowMs);
  }

  /** From now on these are served: who is new is asked first what it has. */
  configure(peers: readonly ServerId[], nowMs: number): void {
    for (const peer of this.#progress.keys()) if (!peers.includes(peer)) this.#progress.delete(peer);
    for (const peer of peers) {
      if (!this.#progress.has(peer)) this.#progress.set(peer, new Progress(this.#leader.log.last.index, nowMs));
    }
  }

  /**
   * The configuration at `index` leaves only when this server couldn't lose it any more. Else it might find, after a crash,
   * that whom it needs for a majority has no vote by a log that is longer than its own.
   */
  holdBack(index: LogIndex): void {
    this.#heldFrom = index;
  }

  /** Sends what is due, also when that is nothing: a server hears of the leader and of the commit index. */
  tick(nowMs: number): void {
    for (const [peer, progress] of this.#progress) {
      if (nowMs < progress.idleUntilMs) continue;
      progress.unansweredSince(nowMs - this.#leader.heartbeatTimeoutMs / 2);
      if (!progress.maySend) progress.idleUntilMs = nowMs + this.#idleMs();
      else if (!this.#order(peer, progress, nowMs)) this.#helpBehind(peer, progress, nowMs);
    }
  }

  /**
   * Sends what is news to each, as far as it has room for requests. The own write may still be under way: a majority of
   * other disks commits as well.
   */
  sendEntries(nowMs: number): void {
    const newest = this.#newest;
    for (const [peer, progress] of this.#progress) {
      while (progress.maySend && (progress.isProbing || progress.next <= newest)) {
        if (!this.#order(peer, progress, nowMs)) break;
      }
    }
  }

  /** {@link sendEntries} is due afterwards: there may be room for the next request. */
  learn(answer: AppendAnswer, nowMs: number): void {
    const progress = this.#progress.get(answer.from);
    if (!progress) return;
    progress.heard(answer.sentMs, nowMs);
    progress.needsSnapshot = !answer.success && answer.previous <= this.#leader.log.begin + 1;
    progress.refusesOrigin = !answer.success && (progress.refusesOrigin || answer.previous === 0);
    if (answer.success) progress.accepted(answer.through, answer.sentMs);
    else progress.rejected(answer.previous, answer.last, answer.sentMs);
  }

  /** An answer that says nothing about entries. */
  hear(answer: HeartbeatAnswer | InstallAnswer, nowMs: number): void {
    const progress = this.#progress.get(answer.from);
    if (!progress) return;
    progress.heard(answer.sentMs, nowMs);
    if (answer.kind === 'heartbeat-answer') progress.ackedRound = Math.max(progress.ackedRound, answer.readRound);
    else if (answer.success) progress.installed(answer.through);
    else {
      progress.refusedSnapshot = true;
      this.#installAgain(progress, nowMs);
    }
  }

  /** It is asked anew with the next tick. */
  lost(peer: ServerId, kind: Lost, nowMs: number): void {
    const progress = this.#progress.get(peer);
    if (!progress) return;
    if (kind === 'append') progress.lost();
    else this.#installAgain(progress, nowMs);
  }

  /** Asks everybody at once, however many requests are unanswered. */
  heartbeat(readRound: number, nowMs: number): void {
    const { id, term, outbox } = this.#leader;
    this.#nextHeartbeatMs = nowMs + this.#idleMs();
    for (const to of this.#progress.keys())
      outbox.send({ kind: 'heartbeat', from: id, to, term, sentMs: nowMs, readRound });
  }

  /** What got lost of the last heartbeat is asked for again. */
  repeatHeartbeat(readRound: number, nowMs: number): void {
    if (nowMs >= this.#nextHeartbeatMs) this.heartbeat(readRound, nowMs);
  }

  /** The newest round of heartbeats that a majority of `voters` acknowledged. */
  confirmedRound(voters: readonly ServerId[]): number {
    return quorumValue(voters, this.#ackedRound);
  }

  /** A majority of `voters` acknowledged requests that were made at this time or later; no receipt counts, it may be late. */
  confirmedMs(voters: readonly ServerId[]): number {
    return quorumValue(voters, this.#ackedMs);
  }

  /** Who of them holds most. */
  mostAdvanced(voters: readonly ServerId[]): ServerId | null {
    const others = voters.filter((voter) => this.#progress.has(voter));
    const match = (id: ServerId): number => this.#progress.get(id)?.match ?? 0;
    return others.reduce<ServerId | null>((best, id) => (best === null || match(id) > match(best) ? id : best), null);
  }

  matchOf(id: ServerId): LogIndex | null {
    return this.#progress.get(id)?.match ?? null;
  }

  #installAgain(progress: Progress, nowMs: number): void {
    const againMs = nowMs + this.#leader.heartbeatTimeoutMs * INSTALL_AGAIN;
    progress.installUntilMs = Math.min(progress.installUntilMs, againMs);
  }

  /** Who was heard of since then; the leader hears itself. */
  heardSince(limitMs: number): ReadonlySet<ServerId> {
    const heard = new Set([this.#leader.id]);
    for (const [peer, progress] of this.#progress) if (progress.lastContactMs >= limitMs) heard.add(peer);
    return heard;
  }

  /** The last entry that may leave. */
  get #newest(): LogIndex {
    const { log } = this.#leader;
    return log.durable < this.#heldFrom ? ((this.#heldFrom - 1) as LogIndex) : log.last.index;
  }

  #order(peer: ServerId, progress: Progress, nowMs: number): boolean {
    const { log } = this.#leader;
    const index = (progress.next - 1) as LogIndex;
    const previousTerm = log.termAt(index);
    // What was compacted away can only come with a snapshot, and so does everything for who has one that leads elsewhere.
    if (previousTerm === null || (index === 0 && progress.refusesOrigin)) return false;
    const end = progress.isProbing ? index : Math.max(index, Math.min(this.#newest, index + MAX_APPEND_ENTRIES));
    this.#send(peer, progress, { index, term: previousTerm }, end as LogIndex, nowMs);
    return true;
  }

  /**
   * For a server whose next entries were compacted away. It may well hold more than the answers that got here said, so it is
   * asked, and hears of its leader at least; a snapshot is sent when it says that it hasn't.
   */
  #helpBehind(peer: ServerId, progress: Progress, nowMs: number): void {
    const { id, term: ownTerm, log, outbox, heartbeatTimeoutMs } = this.#leader;
    if (progress.needsSnapshot && nowMs >= progress.installUntilMs) {
      progress.installUntilMs = nowMs + INSTALL_HEARTBEAT_TIMEOUTS * heartbeatTimeoutMs;
      const isRefused = progress.refusedSnapshot;
      outbox.send({ kind: 'install', from: id, to: peer, term: ownTerm, isRefused, sentMs: nowMs });
    }
    const index = Math.min(log.begin + 1, log.last.index) as LogIndex;
    const term = log.termAt(index);
    if (term !== null) this.#send(peer, progress, { index, term }, index, nowMs);
  }

  #send(peer: ServerId, progress: Progress, previous: Position, through: LogIndex, nowMs: number): void {
    const { id, term, log, outbox } = this.#leader;
    progress.idleUntilMs = nowMs + this.#idleMs();
    outbox.send({ kind: 'append', from: id, to: peer, term, previous, through, commit: log.committed, sentMs: nowMs });
    progress.sent(through, nowMs);
  }

  #idleMs(): number {
    const { heartbeatTimeoutMs, random } = this.#leader;
    return Math.min(COMMIT_TIMEOUT_MS, heartbeatTimeoutMs / REMINDERS_PER_HEARTBEAT_TIMEOUT) * (1 + random());
  }
}
