// Who waits for a change of something of this agent's, by its ID.

export class Watches {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Calls `wake` after every change, the removal included; the result takes the watch back. */
  watch(id: string, wake: () => void): () => void {
    let waiting = this.#waiting.get(id);
    if (!waiting) {
      waiting = new Set();
      this.#waiting.set(id, waiting);
    }
    waiting.add(wake);
    return () => {
      const current = this.#waiting.get(id);
      if (current?.delete(wake) && current.size === 0) this.#waiting.delete(id);
    };
  }

  /** It was changed. */
  wake(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting) for (const wake of [...waiting]) wake();
  }
}
