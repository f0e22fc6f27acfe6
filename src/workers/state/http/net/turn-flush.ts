// When the answers of a turn of the event loop are written. A write wakes a client that sleeps, which costs more than the
// rest of it; a client that many answers reach in a row is woken once. So a busy loop writes at the end of each turn. One
// that has little to do writes at once: there the client works on an answer while the next request is being served.

import type { AnswerBuffer } from './answer-buffer.js';

/** Answers in a turn from which on the next turn's are held back until its end. */
const BUSY = 8;

export class TurnFlush {
  readonly #held: AnswerBuffer[] = [];
  readonly #end = (): void => this.#endTurn();
  #answers = 0;
  #busy = false;

  /** Writes what `buffer` holds, at the end of this turn at the latest. */
  flush(buffer: AnswerBuffer): void {
    this.#answers += 1;
    if (this.#answers === 1) setImmediate(this.#end);
    if (this.#busy) this.#held.push(buffer);
    else buffer.flush();
  }

  #endTurn(): void {
    this.#busy = this.#answers >= BUSY;
    this.#answers = 0;
    for (const buffer of this.#held) buffer.flush();
    this.#held.length = 0;
  }
}
