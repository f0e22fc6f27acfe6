// Services that are to be synced behind everything else, as many calls in one stream bring them: in the order they came, each
// with its checks, a part in each round. So a round stays short, and a change made meanwhile waits for one of them at most.

/** IDs to look at in the next partial sync. */
export interface Touched {
  readonly services: Set<string>;
  readonly checks: Set<string>;
}

/** Services that a round takes; some tens of milliseconds of work. */
const SHARE = 1_024;

/** Checks of a service; most have one at most. */
type Checks = string | Set<string> | null;

export class Backlog {
  readonly #services = new Map<string, Checks>();
  /** Services that were ever added. */
  #added = 0;

  /** Services that no round has taken. */
  get size(): number {
    return this.#services.size;
  }

  get added(): number {
    return this.#added;
  }

  /** How many of those that were ever added rounds have taken: the first ones. */
  get taken(): number {
    return this.#added - this.#services.size;
  }

  noteService(id: string): void {
    if (this.#services.has(id)) return;
    this.#services.set(id, null);
    this.#added += 1;
  }

  noteCheck(id: string, serviceId: string): void {
    const known = this.#services.get(serviceId);
    if (known === undefined) this.#added += 1;
    if (known === undefined || known === null) this.#services.set(serviceId, id);
    else if (typeof known !== 'string') known.add(id);
    else if (known !== id) this.#services.set(serviceId, new Set([known, id]));
  }

  /** Gives the next share away. */
  moveTo(touched: Touched): void {
    let left = SHARE;
    for (const [id, checks] of this.#services) {
      if (left === 0) return;
      left -= 1;
      this.#services.delete(id);
      // Checks of the node itself have no service.
      if (id !== '') touched.services.add(id);
      if (typeof checks === 'string') touched.checks.add(checks);
      else if (checks !== null) for (const check of checks) touched.checks.add(check);
    }
  }
}
