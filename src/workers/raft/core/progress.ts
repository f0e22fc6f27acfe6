// What a leader knows of one other server. It starts by probing: one request without entries at a time, until the server
// and the leader agree on an entry. Then requests follow each other without waiting, two at most (spec/raft.md section 4).
// Answers may come late and twice: one that answers neither the question nor what was sent since makes room for nothing.

import { after, type LogIndex } from './entry.js';

const PIPELINE = 2;

/** What a transport can say that it lost. */
export type Lost = 'append' | 'install';

export class Progress {
  /** The next index to send. */
  next: LogIndex;
  /** Everything through here is durable there. */
  match: LogIndex = 0 as LogIndex;
  lastContactMs: number;
  /** When the newest request that it answered was made. */
  ackedSentMs = Number.NEGATIVE_INFINITY;
  /** The newest question about leadership that it answered. */
  ackedRound = 0;
  /** It disagrees even about the first entry that is kept here. */
  needsSnapshot = false;
  /** It has no beginning in common with this log: its own snapshot is of another history. */
  refusesOrigin = false;
  /** It wants a newer one than it was offered. */
  refusedSnapshot = false;
  /** A snapshot is on its way there until then. */
  installUntilMs = Number.NEGATIVE_INFINITY;
  /** A request without entries is due then, if nothing else was sent. */
  idleUntilMs: number;
  #unanswered = 0;
  #sentMs = Number.NEGATIVE_INFINITY;
  #isProbing = true;
  /** The last question: about which index, and when. */
  #asked = 0;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(last: LogIndex, nowMs: number) {
    this.next = after(last);
    this.lastContactMs = nowMs;
    this.idleUntilMs = nowMs;
  }

  get isProbing(): boolean {
    return this.#isProbing;
  }

  get maySend(): boolean {
    return this.#unanswered < (this.#isProbing ? 1 : PIPELINE);
  }

  heard(sentMs: number, nowMs: number): void {
    this.lastContactMs = nowMs;
    if (sentMs > this.ackedSentMs) this.ackedSentMs = sentMs;
  }

  /** The server took a snapshot through `through`. */
  installed(through: LogIndex): void {
    this.needsSnapshot = false;
    this.refusesOrigin = false;
    this.refusedSnapshot = false;
    this.installUntilMs = Number.NEGATIVE_INFINITY;
    if (through > this.match) this.match = through;
    if (this.next <= this.match) this.next = after(this.match);
  }

  sent(through: LogIndex, nowMs: number): void {
    this.#unanswered += 1;
    this.#sentMs = nowMs;
    if (!this.#isProbing) {
      this.next = after(through);
      return;
    }
    this.#asked = through;
    this.#askedMs = nowMs;
  }

  /** Everything through `through` is there; `sentMs`: when that was asked or sent. */
  accepted(through: LogIndex, sentMs: number): void {
    if (sentMs >= this.#askedMs) this.#unanswered = Math.max(0, this.#unanswered - 1);
    if (through > this.match) this.match = through;
    if (through + 1 < this.next) return;
    this.#isProbing = false;
    if (this.next <= this.match) this.next = after(this.match);
  }

  /** The server has no entry `previous`, or another one; its log ends with `last`. */
  rejected(previous: LogIndex, last: LogIndex, sentMs: number): void {
    // Of what it acknowledged it refuses nothing but in an answer that was overtaken; the origin is acknowledged by nobody.
    const isNews = previous > this.match || previous === 0;
    const isCurrent = this.#isProbing ? previous === this.#asked && isNews : sentMs >= this.#askedMs;
    if (!isCurrent) return;
    this.#unanswered = 0;
    this.#isProbing = true;
    this.next = Math.max(Math.min(previous, last + 1), this.match + 1) as LogIndex;
  }

  /** What was sent before `limitMs` and got no answer counts as lost. */
  unansweredSince(limitMs: number): void {
    if (this.#unanswered > 0 && this.#sentMs <= limitMs) this.lost();
  }

  /** What was sent gets no answer. */
  lost(): void {
    this.#unanswered = 0;
    if (this.#isProbing) return;
    this.#isProbing = true;
    this.next = after(this.match);
  }
}
