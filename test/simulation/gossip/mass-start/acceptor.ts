// The time that a member's main thread takes for the exchanges it answers: one after the other, and for whom it would take too
// long, not at all. The limits are the product's.

import { STREAM_LIMITS } from '../../../../src/main/gossip/shell/inbound-limits.js';

/** What an exchange costs who answers it. */
export interface AnswerCost {
  /** For each member of the asker's state, to unpack and merge it, µs. */
  readonly readMicrosAMember: number;
  /** For each member that it knows, to encode and pack its state, µs. */
  readonly sealMicrosAMember: number;
  /** A state that is packed is given to all who ask within this time. */
  readonly sharedMs: number;
  /** For a state that is packed already, µs. */
  readonly giveMicros: number;
}

/** As measured on two cores that others used, too: ten thousand members, 555 kB as they are packed. */
const MEASURED = { readMicrosAMember: 3.5, sealMicrosAMember: 5, giveMicros: 500 } as const;

/** A state is packed for each who asks. */
export const PACKED_FOR_EACH: AnswerCost = { ...MEASURED, sharedMs: 0 };
/** As src/main/gossip/shell/sealed-state.ts does it. */
export const PACKED_ONCE: AnswerCost = { ...MEASURED, sharedMs: 200 };

export type Admission = { readonly answeredMs: number } | { readonly failedMs: number };

export class Acceptor {
  readonly #cost: AnswerCost;
  readonly #timeoutMs: number;
  /** When each of those that wait is answered. */
  #waiting: number[] = [];
  #freeMs = 0;
  #sealedMs = Number.NEGATIVE_INFINITY;
  /** Spent on exchanges. */
  busyMs = 0;

  constructor(cost: AnswerCost, timeoutMs: number) {
    this.#cost = cost;
    this.#timeoutMs = timeoutMs;
  }

  /** Somebody who knows `asking` members asks now one who knows `members`. */
  ask(nowMs: number, members: number, asking: number): Admission {
    this.#waiting = this.#waiting.filter((answeredMs) => answeredMs > nowMs);
    if (this.#waiting.length >= STREAM_LIMITS.pushPulls) return { failedMs: nowMs };
    const beginMs = Math.max(nowMs, this.#freeMs);
    const { readMicrosAMember, sealMicrosAMember, sharedMs, giveMicros } = this.#cost;
    const isShared = beginMs < this.#sealedMs + sharedMs;
    const sealMicros = isShared ? 0 : sealMicrosAMember * members;
    const tookMs = (giveMicros + sealMicros + readMicrosAMember * asking) / 1000;
    // Whoever has gone isn't answered any more.
    if (beginMs + tookMs > nowMs + this.#timeoutMs) return { failedMs: nowMs + this.#timeoutMs };
    if (!isShared) this.#sealedMs = beginMs;
    this.#freeMs = beginMs + tookMs;
    this.busyMs += tookMs;
    this.#waiting.push(this.#freeMs);
    return { answeredMs: this.#freeMs };
  }
}
