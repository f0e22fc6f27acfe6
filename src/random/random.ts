// Chance, given from outside to whatever needs it: by who runs it the platform's, by tests and the simulator a seeded one.

/** A number of [0, 1). */
export type Random = () => number;

/** An integer of 0 … `count` - 1. */
export function below(random: Random, count: number): number {
  return Math.floor(random() * count);
}

/** Puts the elements into a uniformly random order. */
export function shuffle<T>(random: Random, elements: { readonly length: number; [index: number]: T }): void {
  for (let i = elements.length - 1; i > 0; i -= 1) {
    const other = below(random, i + 1);
    const moved = elements[i] as T;
    elements[i] = elements[other] as T;
    elements[other] = moved;
  }
}
