// The other servers as a leader serves them for one term: what to send to whom, and what they are known to hold
// (spec/raft.md, section 4).

import type { LogIndex, Position, ServerId, Term } from './entry.js';
import type { RaftLog } from './log.js';
import type { AppendAnswer } from './message.js';
import type { Outbox } from './outbox.js';
import { Progress } from './progress.js';

/** Most entries in one request. */
const MAX_APPEND_ENTRIES = 64;
/** An idle server hears of commits, and that there is a leader, about this often; more often with short timeouts. */
const COMMIT_TIMEOUT_MS = 50;
const REMINDERS_PER_HEARTBEAT_TIMEOUT = 10;

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
  readonly #progress: ReadonlyMap<ServerId, Progress>;

  constructor(leader: LeaderView, peers: readonly ServerId[], nowMs: number) {
    this.#leader = leader;
    const { index } = leader.log.last;
    this.#progress = new Map(peers.map((peer) => [peer, new Progress(index, nowMs)]));
  }

  /** Sends what is due, also when that is nothing: a server hears of the leader and of the commit index. */
  tick(nowMs: number): void {
    for (const [peer, progress] of this.#progress) {
      if (nowMs < progress.idleUntilMs) continue;
      progress.unansweredSince(nowMs - this.#leader.heartbeatTimeoutMs / 2);
      if (!progress.maySend) progress.idleUntilMs = nowMs + this.#idleMs();
      else if (!this.#order(peer, progress, nowMs)) this.#askAtBegin(peer, progress, nowMs);
    }
  }

  /** Sends what is durable here to whom it is news, as far as each has room for requests. */
  sendEntries(nowMs: number): void {
    const { log } = this.#leader;
    for (const [peer, progress] of this.#progress) {
      while (progress.maySend && (progress.isProbing || progress.next <= log.durable)) {
        if (!this.#order(peer, progress, nowMs)) break;
      }
    }
  }

  /** {@link sendEntries} is due afterwards: there may be room for the next request. */
  learn(answer: AppendAnswer, nowMs: number): void {
    const progress = this.#progress.get(answer.from);
    if (!progress) return;
    progress.lastContactMs = nowMs;
    if (answer.success) progress.accepted(answer.through);
    else progress.rejected(answer.previous, answer.last);
  }

  /** What each server holds durably, the leader included. */
  match(): ReadonlyMap<ServerId, LogIndex> {
    const match = new Map([[this.#leader.id, this.#leader.log.durable]]);
    for (const [peer, progress] of this.#progress) match.set(peer, progress.match);
    return match;
  }

  /** Who was heard of since then; the leader hears itself. */
  heardSince(limitMs: number): ReadonlySet<ServerId> {
    const heard = new Set([this.#leader.id]);
    for (const [peer, progress] of this.#progress) if (progress.lastContactMs >= limitMs) heard.add(peer);
    return heard;
  }

  /** Only durable entries leave: the leader's own write comes first, as in stock servers. */
  #order(peer: ServerId, progress: Progress, nowMs: number): boolean {
    const { log } = this.#leader;
    const index = (progress.next - 1) as LogIndex;
    const previousTerm = log.termAt(index);
    // What was compacted away can only come with a snapshot.
    if (previousTerm === null) return false;
    const end = progress.isProbing ? index : Math.max(index, Math.min(log.durable, index + MAX_APPEND_ENTRIES));
    this.#send(peer, progress, { index, term: previousTerm }, end as LogIndex, nowMs);
    return true;
  }

  /**
   * For a server whose next entries were compacted away: it may well hold more than the answers that got here said. If it
   * doesn't, it hears of its leader at least.
   */
  #askAtBegin(peer: ServerId, progress: Progress, nowMs: number): void {
    const { log } = this.#leader;
    const index = Math.min(log.begin + 1, log.last.index) as LogIndex;
    const term = log.termAt(index);
    if (term !== null) this.#send(peer, progress, { index, term }, index, nowMs);
  }

  #send(peer: ServerId, progress: Progress, previous: Position, through: LogIndex, nowMs: number): void {
    const { id, term, log, outbox } = this.#leader;
    progress.idleUntilMs = nowMs + this.#idleMs();
    outbox.send({ kind: 'append', from: id, to: peer, term, previous, through, commit: log.committed });
    progress.sent(through, nowMs);
  }

  #idleMs(): number {
    const { heartbeatTimeoutMs, random } = this.#leader;
    return Math.min(COMMIT_TIMEOUT_MS, heartbeatTimeoutMs / REMINDERS_PER_HEARTBEAT_TIMEOUT) * (1 + random());
  }
}
