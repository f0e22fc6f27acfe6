// When the answers of a turn of the event loop are sent. Sending one wakes a client that sleeps, which costs more than the
// rest of it; a client that many answers reach in a row is woken once. So a busy loop sends at the end of each turn. One
// that has little to do sends at once: there the client works on an answer while the next request is being served.

/** Answers in a turn from which on the next turn's are held back until its end. */
const BUSY = 8;

export class BusyTurns<Answer> {
  readonly #send: (answer: Answer) => void;
  readonly #held: Answer[] = [];
  readonly #end = (): void => this.#endTurn();
  #answers = 0;
  #busy = false;

  /** `send` must not throw. */
  constructor(send: (answer: Answer) => void) {
    this.#send = send;
  }

  /** Sends `answer`, at the end of this turn at the latest. */
  send(answer: Answer): void {
    this.#answers += 1;
    if (this.#answers === 1) setImmediate(this.#end);
    if (this.#busy) this.#held.push(answer);
    else this.#send(answer);
  }

  #endTurn(): void {
    this.#busy = this.#answers >= BUSY;
    this.#answers = 0;
    for (const answer of this.#held) this.#send(answer);
    this.#held.length = 0;
  }
}
