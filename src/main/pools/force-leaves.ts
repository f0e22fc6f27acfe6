// Who waits for a member to be forced out. Several may ask for the same one: the first news of it is for all of them.

export class ForceLeaves {
  /** By the member's name. */
  readonly #waiting = new Map<string, ((problem: string | null) => void)[]>();

  /** `answer` is called once: with what went wrong, null when nothing did. */
  add(name: string, answer: (problem: string | null) => void): void {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) this.#waiting.set(name, [answer]);
    else waiting.push(answer);
  }

  answer(name: string, problem: string | null): void {
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const answer of waiting) answer(problem);
  }
}
