// A thread's metrics since its last report: gauges, counters and samples named as in spec/agent.md section 6, without the
// prefix. Adding to a known series allocates nothing; a report hands the sums over and starts again.

import type { MetricAggregate, MetricsReport } from '../wire/thread-port.js';

export type Labels = readonly [string, string][];

class Aggregate {
  readonly name: string;
  readonly labels: Labels;
  count = 0;
  sum = 0;
  sumSquares = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  constructor(name: string, labels: Labels) {
    this.name = name;
    this.labels = labels;
  }

  add(value: number): void {
    this.count += 1;
    this.sum += value;
    this.sumSquares += value * value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }
}

/** A series kept by its user, so that a hot path adds without a look-up. */
export interface Series {
  add(value: number): void;
}

/** Counts by the value of a label, or of two, that requests bring: nothing is kept of a value from one report to the next. */
export interface LabelledCounter {
  /** `second` only where it has two labels. What is too long, or comes when there are too many, isn't counted. */
  add(first: string, second?: string): void;
}

/** Different values of a counter in one report, and the length of one. */
const MAX_VALUES = 1_000;
const MAX_VALUE_LENGTH = 128;
const BETWEEN = '\u0000';

class CountsByLabel implements LabelledCounter {
  readonly #name: string;
  readonly #labels: readonly [string, string?];
  readonly #counts = new Map<string, number>();

  constructor(name: string, labels: readonly [string, string?]) {
    this.#name = name;
    this.#labels = labels;
  }

  add(first: string, second?: string): void {
    const key = second === undefined ? first : first + BETWEEN + second;
    const known = this.#counts.get(key);
    if (known === undefined && (this.#counts.size >= MAX_VALUES || key.length > MAX_VALUE_LENGTH)) return;
    this.#counts.set(key, (known ?? 0) + 1);
  }

  drainInto(out: MetricAggregate[]): void {
    for (const [key, count] of this.#counts) {
      out.push({ name: this.#name, labels: this.#labelsOf(key), count, sum: count, sumSquares: count, min: 1, max: 1 });
    }
    this.#counts.clear();
  }

  #labelsOf(key: string): [string, string][] {
    const [first, second] = this.#labels;
    if (second === undefined) return [[first, key]];
    const end = key.indexOf(BETWEEN);
    return [
      [first, key.slice(0, end)],
      [second, key.slice(end + 1)],
    ];
  }
}

const NO_LABELS: Labels = [];

function keyOf(name: string, labels: Labels): string {
  let key = name;
  for (const [label, value] of labels) key += `\u0000${label}\u0001${value}`;
  return key;
}

export class Metrics {
  readonly #gauges = new Map<string, { name: string; labels: Labels; value: number }>();
  readonly #counters = new Map<string, Aggregate>();
  readonly #samples = new Map<string, Aggregate>();
  readonly #byLabel: CountsByLabel[] = [];
  readonly #asked: [string, () => number][] = [];

  gauge(name: string, value: number, labels: Labels = NO_LABELS): void {
    const key = keyOf(name, labels);
    const known = this.#gauges.get(key);
    if (known) known.value = value;
    else this.#gauges.set(key, { name, labels, value });
  }

  /** Asked for at each report. */
  gaugeOf(name: string, value: () => number): void {
    this.#asked.push([name, value]);
  }

  counterBy(name: string, ...labels: readonly [string, string?]): LabelledCounter {
    const counter = new CountsByLabel(name, labels);
    this.#byLabel.push(counter);
    return counter;
  }

  counter(name: string, labels: Labels = NO_LABELS): Series {
    return this.#series(this.#counters, name, labels);
  }

  sample(name: string, labels: Labels = NO_LABELS): Series {
    return this.#series(this.#samples, name, labels);
  }

  increment(name: string, by = 1, labels: Labels = NO_LABELS): void {
    this.#series(this.#counters, name, labels).add(by);
  }

  observe(name: string, value: number, labels: Labels = NO_LABELS): void {
    this.#series(this.#samples, name, labels).add(value);
  }

  /** What came in since the last call. Series stay known, so that kept {@link Series} go on working. */
  report(): MetricsReport {
    for (const [name, value] of this.#asked) this.gauge(name, value());
    const counters = drain(this.#counters);
    for (const counter of this.#byLabel) counter.drainInto(counters);
    return {
      gauges: [...this.#gauges.values()].map((gauge) => ({ ...gauge })),
      counters,
      samples: drain(this.#samples),
    };
  }

  #series(map: Map<string, Aggregate>, name: string, labels: Labels): Aggregate {
    const key = labels.length === 0 ? name : keyOf(name, labels);
    let series = map.get(key);
    if (!series) {
      series = new Aggregate(name, labels);
      map.set(key, series);
    }
    return series;
  }
}

function drain(map: Map<string, Aggregate>): MetricAggregate[] {
  const out: MetricAggregate[] = [];
  for (const series of map.values()) {
    if (series.count === 0) continue;
    const { name, labels, count, sum, sumSquares, min, max } = series;
    out.push({ name, labels, count, sum, sumSquares, min, max });
    series.count = 0;
    series.sum = 0;
    series.sumSquares = 0;
    series.min = Number.POSITIVE_INFINITY;
    series.max = Number.NEGATIVE_INFINITY;
  }
  return out;
}
