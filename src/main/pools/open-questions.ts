// Questions to a pool that are answered later, by an event of its machine. A pool may close at any time (a lost vote about its
// name, the end of the agent), and its machine says nothing any more: then each question gets the answer it was asked with
// for that case. Nobody waits for ever.

export class OpenQuestions {
  readonly #open = new Set<() => void>();
  #isClosed = false;

  /** `put` asks, and gives the answer when it has it, at once or later. `onClosed`: what is answered when the pool closes first. */
  ask<T>(put: (answer: (value: T) => void) => void, onClosed: T): Promise<T> {
    if (this.#isClosed) return Promise.resolve(onClosed);
    return new Promise((resolve) => {
      const giveUp = (): void => resolve(onClosed);
      this.#open.add(giveUp);
      put((value) => {
        this.#open.delete(giveUp);
        resolve(value);
      });
    });
  }

  /** The pool is closed: what is open is answered, and all that comes. */
  close(): void {
    this.#isClosed = true;
    for (const giveUp of this.#open) giveUp();
    this.#open.clear();
  }
}
