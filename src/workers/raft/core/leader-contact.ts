// When a server last heard of a leader, and what it owes that leader: whoever acknowledged a request gives no other server a
// vote for the time of a lease, so that the leader may answer reads by itself for that long. It holds over a restart, whose
// memory doesn't say what was acknowledged before, and over a higher term that only brings an old answer along.

import type { ServerId } from './entry.js';

export class LeaderContact {
  readonly #leaseMs: number;
  /** A granted vote counts as contact too: the candidate gets its time. */
  #lastMs = Number.NEGATIVE_INFINITY;
  #boundUntilMs = Number.NEGATIVE_INFINITY;
  #boundTo: ServerId | null = null;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  get lastMs(): number {
    return this.#lastMs;
  }

  /** A vote for anybody but the last leader is refused until then. */
  get boundUntilMs(): number {
    return this.#boundUntilMs;
  }

  /** The server has just started. */
  started(nowMs: number): void {
    this.#boundUntilMs = nowMs + this.#leaseMs;
  }

  heard(leader: ServerId, nowMs: number): void {
    this.#lastMs = nowMs;
    this.#boundTo = leader;
    this.#boundUntilMs = nowMs + this.#leaseMs;
  }

  granted(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  /** True while a vote for `candidate` could depose a leader that counts on its lease. */
  forbids(candidate: ServerId, nowMs: number): boolean {
    return nowMs < this.#boundUntilMs && candidate !== this.#boundTo;
  }
}
