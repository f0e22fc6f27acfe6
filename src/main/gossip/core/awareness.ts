// How well this node thinks it is doing itself (Lifeguard, section 4.1: local health multiplier; spec/gossip.md,
// section 7). A node that misses answers others should have had probes more slowly, and so accuses less.

export class Awareness {
  readonly #max: number;
  #current = 0;

  /** The score stays in 0 … `max` - 1. */
  constructor(max: number) {
    this.#max = max;
  }

  /** 0 is healthy. */
  get score(): number {
    return this.#current;
  }

  apply(delta: number): void {
    this.#current = Math.min(Math.max(this.#current + delta, 0), this.#max - 1);
  }

  /** `intervalMs` stretched by the score. */
  scale(intervalMs: number): number {
    return intervalMs * (this.#current + 1);
  }
}
