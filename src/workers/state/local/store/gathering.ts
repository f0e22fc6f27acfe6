// How a group that shares one write finds together: clients that were answered together ask again together, but not in the
// same turn of the event loop. Without a moment's wait they split into groups that wait for each other, with twice as many
// writes for everybody.

/** How long a group waits at most for those who came before: a small part of what a write takes. */
const PATIENCE_MS = 1;

export class Gathering {
  #waiting = 0;
  /** As many as were under way at the same time last. */
  #expected = 0;
  #complete: (() => void) | null = null;
  readonly #patienceMs: number;

  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /** One more for the next group. */
  arrived(): void {
    this.#waiting += 1;
    if (this.#waiting >= this.#expected) this.#complete?.();
  }

  /** Resolves when the next group is complete as far as one can tell; a group of one is at once. */
  async gather(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#waiting >= this.#expected) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#patienceMs);
      this.#complete = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#complete = null;
  }

  /** Those who have arrived so far make a group; those who come from now on are the next one's. */
  left(): void {
    this.#waiting = 0;
  }

  /** A group of so many was answered: they may come again, beside those that have arrived since. */
  answered(count: number): void {
    this.#expected = count + this.#waiting;
  }
}
