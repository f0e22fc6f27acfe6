// How long a leader has been silent towards a server that was there to hear it. A leader speaks many times in the time for which
// it stays in office without an answer, so a follower that heard nothing for as long asks for pre-votes instead of waiting out
// a timeout: of a process that is stopped, or a machine that is cut off, no connection ends. A leader that a majority doesn't
// hear would step down by then, so nobody is deposed who would stay; and who alone doesn't hear it is refused.

/** A server that comes to look so late was busy or stopped itself, and silence meanwhile says nothing of its leader. */
const LATE = 1 / 4;
/** Where others suspect the leader too, this part of the time is enough: several of its words are missing. */
const SUSPECTED = 1 / 5;

export class Silence {
  readonly #limitMs: number;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;

  /** `limitMs`: what a leader stays in office for without an answer. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** The leader is there: it sent a message, or a part of one. */
  broken(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  /** Time has passed. Answers whether the leader has been silent for too long. */
  look(nowMs: number): boolean {
    if (nowMs - this.#lookedMs > this.#limitMs * LATE) this.#sinceMs = nowMs;
    this.#lookedMs = nowMs;
    return nowMs - this.#sinceMs >= this.#limitMs;
  }

  /** Whether it goes with another reason to believe that the leader is gone. */
  confirms(nowMs: number): boolean {
    return nowMs - this.#sinceMs >= this.#limitMs * SUSPECTED;
  }
}
