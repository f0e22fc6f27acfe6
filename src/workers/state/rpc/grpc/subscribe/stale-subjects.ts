// Subjects with something to tell, one after the other in steps: a commit that concerns a thousand of them holds the thread no
// longer than one that concerns a few. One that changes again before it was told has more to tell, once.

import { surprise } from '../../../../../observe/surprise.js';
import { type Steps, turns } from '../../../turns/turns.js';

export interface StaleSubject {
  tell(): Steps<void>;
  /** Its subscribers have to begin anew. */
  dissolve(): void;
}

export class StaleSubjects {
  readonly #waiting = new Set<StaleSubject>();
  #isTelling = false;

  add(subject: StaleSubject): void {
    this.#waiting.add(subject);
    if (this.#isTelling) return;
    this.#isTelling = true;
    // All that a commit concerns are collected first.
    setImmediate(() => turns.run(this.#tellAll(), () => {}, surprise));
  }

  *#tellAll(): Steps<void> {
    for (const subject of this.#waiting) {
      this.#waiting.delete(subject);
      try {
        yield* subject.tell();
      } catch (error) {
        surprise(error);
        subject.dissolve();
      }
      yield;
    }
    this.#isTelling = false;
  }
}
