// How a server takes what the leader of a term sends it: entries, heartbeats, a snapshot in the place of entries
// (spec/raft.md, section 3).

import { isNewer, type LogIndex } from './entry.js';
import type { RaftLog } from './log.js';
import type { AppendAnswer, AppendRequest, Heartbeat, SnapshotOffer } from './message.js';
import { type CoreParts, commitThrough, type Office } from './parts.js';
import { mayAgreeThrough, takeEntries } from './replication.js';

export type OfferResult = 'wanted' | 'refused' | 'held';

export class Following {
  readonly #parts: CoreParts;
  readonly #office: Office;

  constructor(parts: CoreParts, office: Office) {
    this.#parts = parts;
    this.#office = office;
  }

  answerAppend(request: AppendRequest, nowMs: number): void {
    const { id, log, membership, promises } = this.#parts;
    const { from, previous, sentMs } = request;
    let last = log.last.index;
    let through: LogIndex | null = null;
    if (request.term >= promises.term) {
      this.#office.hearLeader(from, request.term, nowMs);
      through = takeEntries(log, membership, request);
      if (through !== null) commitThrough(this.#parts, Math.min(request.commit, through) as LogIndex);
      else last = mayAgreeThrough(log, previous);
    }
    const answer: AppendAnswer = {
      kind: 'append-answer',
      from: id,
      to: from,
      term: promises.term,
      success: through !== null,
      last,
      through: through ?? previous.index,
      previous: previous.index,
      sentMs,
    };
    if (answer.success) promises.sendWhenDurable(answer);
    else promises.sendInTerm(answer);
  }

  answerHeartbeat({ from, term: asked, sentMs, readRound }: Heartbeat, nowMs: number): void {
    const { id, promises } = this.#parts;
    const success = asked >= promises.term;
    if (success) this.#office.hearLeader(from, asked, nowMs);
    const { term: own } = promises;
    promises.sendInTerm({ kind: 'heartbeat-answer', from: id, to: from, term: own, success, sentMs, readRound });
  }

  /** A leader offers a snapshot: it is `wanted`, or answered already. */
  offer(message: SnapshotOffer, nowMs: number): OfferResult {
    if (message.term < this.#parts.promises.term) {
      this.#answerInstall(message, false);
      return 'refused';
    }
    this.#office.hearLeader(message.from, message.term, nowMs);
    if (this.#parts.log.holds(message.position)) {
      this.#answerInstall(message, true);
      return 'held';
    }
    if (mayTake(this.#parts.log, message)) return 'wanted';
    this.#answerInstall(message, false);
    return 'refused';
  }

  /** The offered snapshot is durable. Answers whether it takes the log's place: not when the log caught up meanwhile. */
  install(message: SnapshotOffer): boolean {
    const { log, membership, promises } = this.#parts;
    const { position, configuration, term } = message;
    if (term !== promises.term) throw new Error(`a snapshot of term ${term} in term ${promises.term}`);
    const isNeeded = !log.holds(position);
    if (isNeeded) {
      log.restart(position);
      membership.restart(configuration);
    }
    this.#answerInstall(message, true);
    return isNeeded;
  }

  #answerInstall({ from, position, sentMs }: SnapshotOffer, success: boolean): void {
    const { id, promises } = this.#parts;
    const answer = { from: id, to: from, term: promises.term, success, through: position.index, sentMs } as const;
    promises.sendWhenDurable({ kind: 'install-answer', ...answer });
  }
}

/**
 * A log that is proven takes whatever its leader has. In the place of one that may be lost comes what is newer; or what is older, if
 * its leader's term is later than all of it: such a leader has everything that was committed before, and until its entries are here
 * this server votes as if it had what it gave up (`RaftLog.pledge`). That is done once: of what came with the leader's term nothing
 * is given up again.
 */
function mayTake(log: RaftLog, { term, position }: SnapshotOffer): boolean {
  if (log.hasFloor) return isNewer(position, log.last);
  return !log.isUnproven || isNewer(position, log.snapshot) || term > log.last.term;
}
