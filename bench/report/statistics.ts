// Medians and spreads of a few samples.

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** (max − min) / |median|; 0 for one sample. */
  readonly spread: number;
}

/** Throws on an empty list: there is no median of nothing. */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new Error('no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  const min = at(0);
  const max = at(sorted.length - 1);
  return { median, min, max, spread: median === 0 ? 0 : (max - min) / Math.abs(median) };
}
