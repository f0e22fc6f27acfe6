// Questions whether this server still leads (spec/raft.md section 4, "Verify leadership"): each is answered by heartbeats
// that were sent after it, once a quorum has acknowledged them.

import type { Confirmation } from './ready.js';

export class Confirmations {
  #round = 0;
  #waiting: { readonly request: number; readonly round: number }[] = [];
  #answered: Confirmation[] = [];

  /** Heartbeats that carry this round, or a later one, answer everything asked so far. */
  get round(): number {
    return this.#round;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  get hasAnswers(): boolean {
    return this.#answered.length > 0;
  }

  ask(request: number): void {
    this.#round += 1;
    this.#waiting.push({ request, round: this.#round });
  }

  answer(request: number, ok: boolean): void {
    this.#answered.push({ request, ok });
  }

  /** A quorum has acknowledged heartbeats of `round`. */
  confirm(round: number): void {
    while (this.#waiting[0] && this.#waiting[0].round <= round) {
      this.answer(this.#waiting[0].request, true);
      this.#waiting.shift();
    }
  }

  /** Leadership is over. */
  fail(): void {
    for (const { request } of this.#waiting) this.answer(request, false);
    this.#waiting = [];
  }

  take(): readonly Confirmation[] {
    const answered = this.#answered;
    this.#answered = [];
    return answered;
  }
}
