// How soon a server tries to be elected when there is reason to believe that nobody leads: a whole timeout is for leaders whose
// silence is all that is known. Tries begin at a random moment, since others have the same reason, and go apart until they are
// as far apart as any others. It changes nothing about who gets a vote, so a wrong belief costs a question.

/** The first try comes within so long. */
const FIRST_MS = 150;
/** After a vote for somebody else: whoever got it may be at its disk for a while. */
const GRANTED_FACTOR = 4;

export class Haste {
  readonly #mostMs: number;
  readonly #random: () => number;
  /** null: there is none. */
  #stepMs: number | null = null;

  /** `mostMs`: whoever waits as long as this is in no hurry. */
  constructor(mostMs: number, random: () => number) {
    this.#mostMs = mostMs;
    this.#random = random;
  }

  get isOn(): boolean {
    return this.#stepMs !== null;
  }

  /** Answers how long the first try waits. */
  begin(): number {
    this.#stepMs = FIRST_MS;
    return FIRST_MS * this.#random();
  }

  end(): void {
    this.#stepMs = null;
  }

  /** How long the next try waits; null when there is no haste. */
  pauseMs(): number | null {
    return this.#stepMs === null ? null : this.#stepMs * (1 + this.#random());
  }

  /** A try was made. */
  tried(): void {
    this.#slowDown(2);
  }

  /** Another server got a vote. */
  granted(): void {
    this.#slowDown(GRANTED_FACTOR);
  }

  #slowDown(factor: number): void {
    if (this.#stepMs === null) return;
    const stepMs = this.#stepMs * factor;
    this.#stepMs = stepMs < this.#mostMs ? stepMs : null;
  }
}
