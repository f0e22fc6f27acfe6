// Which request of another server an answer of the core belongs to. Requests of a leader carry a number in the place of the
// leader's time, which the core hands back untouched; votes are told by who asked for which term, the oldest first.

import type { Answer } from './answers.js';
import type { Request } from './requests.js';

type Take = (answer: Answer) => void;

export class PendingAnswers {
  readonly #byToken = new Map<number, Take>();
  readonly #votes = new Map<string, Take[]>();
  #lastToken = 0;

  /** A number that no other request has. */
  token(): number {
    this.#lastToken += 1;
    return this.#lastToken;
  }

  /** `take` gets the answer, once. Answers how to have it forgotten. */
  expect(request: Request, token: number, take: Take): () => void {
    if (request.kind !== 'vote' && request.kind !== 'pre-vote') {
      this.#byToken.set(token, take);
      return () => this.#byToken.delete(token);
    }
    const key = `${request.kind}-answer ${request.term} ${request.from}`;
    const waiting = this.#votes.get(key);
    if (waiting) waiting.push(take);
    else this.#votes.set(key, [take]);
    return () => this.#forget(key, take);
  }

  /** Nobody may be left who waits for it. */
  answered(answer: Answer): void {
    if ('round' in answer) {
      const key = `${answer.kind} ${answer.round} ${answer.to}`;
      const take = this.#votes.get(key)?.[0];
      if (take === undefined) return;
      this.#forget(key, take);
      take(answer);
      return;
    }
    const take = this.#byToken.get(answer.sentMs);
    this.#byToken.delete(answer.sentMs);
    take?.(answer);
  }

  #forget(key: string, take: Take): void {
    const left = (this.#votes.get(key) ?? []).filter((other) => other !== take);
    if (left.length > 0) this.#votes.set(key, left);
    else this.#votes.delete(key);
  }
}
