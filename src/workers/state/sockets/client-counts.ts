// How many connections each client address holds, counted by one thread for itself, or by several together.

export interface ClientCounts {
  of(client: string): number;
  /** What all clients hold. */
  readonly total: number;
  /** Counts one more, unless there are `max` already; 0: without limit. */
  enter(client: string, max: number): boolean;
  leave(client: string): void;
}

export class OwnCounts implements ClientCounts {
  readonly #open = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  of(client: string): number {
    return this.#open.get(client) ?? 0;
  }

  enter(client: string, max: number): boolean {
    const open = this.of(client);
    if (max > 0 && open >= max) return false;
    this.#open.set(client, open + 1);
    this.#total += 1;
    return true;
  }

  leave(client: string): void {
    const open = this.of(client);
    if (open === 0) return;
    this.#total -= 1;
    if (open === 1) this.#open.delete(client);
    else this.#open.set(client, open - 1);
  }
}
