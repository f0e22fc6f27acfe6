// Whether the other side of a connection is still there: it is asked every now and then, and must answer in time.

const ASK_EVERY_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;

export class Keepalive {
  /** When {@link tick} has something to do. */
  dueMs: number;
  #asked: number | null = null;
  #nextId = 0;
  #askedAtMs: number;

  /** `firstMs`: when it is asked first. */
  constructor(nowMs: number, firstMs = nowMs + ASK_EVERY_MS) {
    this.#askedAtMs = nowMs;
    this.dueMs = firstMs;
  }

  /** The number of a question to be sent; null when none is due; `lost` when an answer is overdue. */
  tick(nowMs: number): number | 'lost' | null {
    if (nowMs < this.dueMs) return null;
    if (this.#asked !== null) return 'lost';
    this.#asked = this.#nextId;
    this.#nextId = (this.#nextId + 1) >>> 0;
    this.#askedAtMs = nowMs;
    this.dueMs = nowMs + ANSWER_WITHIN_MS;
    return this.#asked;
  }

  /** It is doubted: the number of a question that must be answered within so long; null when one is under way. */
  hurry(nowMs: number, withinMs: number): number | null {
    const isAsked = this.#asked !== null;
    if (!isAsked) this.dueMs = nowMs;
    const id = isAsked ? null : (this.tick(nowMs) as number);
    this.dueMs = Math.min(this.dueMs, nowMs + withinMs);
    return id;
  }

  answered(id: number): void {
    if (id !== this.#asked) return;
    this.#asked = null;
    this.dueMs = this.#askedAtMs + ASK_EVERY_MS;
  }
}
