// The metrics of all threads in bins of ten seconds (spec/agent.md section 6, "In memory"), and as totals for Prometheus.
// Threads report once a second; nothing here grows with time, only with the number of series.

import type { MetricAggregate, MetricsReport } from '../../../../wire/thread-port.js';
import type { Clock } from '../../local/state/clock.js';

export const BIN_MS = 10_000;

type Labels = readonly (readonly [string, string])[];

interface GaugeSeries {
  readonly name: string;
  readonly labels: Labels;
  value: number;
}

export interface Aggregated {
  readonly name: string;
  readonly labels: Labels;
  count: number;
  sum: number;
  sumSquares: number;
  min: number;
  max: number;
}

export interface Bin {
  /** Unix milliseconds, a multiple of {@link BIN_MS}. */
  readonly start: number;
  readonly gauges: Map<string, GaugeSeries>;
  readonly counters: Map<string, Aggregated>;
  readonly samples: Map<string, Aggregated>;
}

/** Of a sample; 0 for a single value. */
export function standardDeviation({ count, sum, sumSquares }: Aggregated): number {
  if (count < 2) return 0;
  const variance = (count * sumSquares - sum * sum) / (count * (count - 1));
  return Math.sqrt(Math.max(0, variance));
}

/** When it began, as Go prints a time. */
export function binTime({ start }: Bin): string {
  const iso = new Date(start).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000 UTC`;
}

/** Since the start, and when last touched. */
export interface Total extends Aggregated {
  lastMs: number;
}

interface TotalGauge extends GaugeSeries {
  lastMs: number;
}

function emptyBin(start: number): Bin {
  return { start, gauges: new Map(), counters: new Map(), samples: new Map() };
}

function seriesKey(name: string, labels: Labels): string {
  let key = name;
  for (const [label, value] of labels) key += `\u0000${label}\u0001${value}`;
  return key;
}

function merge(into: Aggregated, from: MetricAggregate): void {
  into.count += from.count;
  into.sum += from.sum;
  into.sumSquares += from.sumSquares;
  into.min = Math.min(into.min, from.min);
  into.max = Math.max(into.max, from.max);
}

function addTo(map: Map<string, Aggregated>, from: MetricAggregate): void {
  const key = seriesKey(from.name, from.labels);
  const known = map.get(key);
  if (known) merge(known, from);
  else map.set(key, { ...from });
}

/** Labels come from requests (service names): beyond this many series, new ones are not kept. */
const MAX_SERIES = 50_000;

export class MetricsBins {
  readonly #clock: Clock;
  readonly #runtime: () => MetricsReport['gauges'];
  readonly #watchers = new Set<(bin: Bin) => void>();
  readonly gauges = new Map<string, TotalGauge>();
  readonly counters = new Map<string, Total>();
  readonly samples = new Map<string, Total>();
  #current: Bin;
  #complete: Bin | null = null;

  /**
   * `runtime` gives the process' own gauges; asked here and at every report. Here because the first bin may be over before
   * a thread reports, and no bin is shown without them.
   */
  constructor(clock: Clock, runtime: () => MetricsReport['gauges']) {
    this.#clock = clock;
    this.#runtime = runtime;
    const now = clock.now();
    this.#current = emptyBin(this.#startOf(now));
    for (const gauge of runtime()) this.#gauge(gauge, now);
  }

  /** What a thread counted since its last report. */
  add(report: MetricsReport): void {
    this.#turn();
    const now = this.#clock.now();
    for (const gauge of this.#runtime()) this.#gauge(gauge, now);
    for (const gauge of report.gauges) this.#gauge(gauge, now);
    for (const counter of report.counters) {
      addTo(this.#current.counters, counter);
      addTotal(this.counters, counter, now);
    }
    for (const sample of report.samples) {
      addTo(this.#current.samples, sample);
      addTotal(this.samples, sample, now);
    }
  }

  /** The last complete bin; right after the start the one that is being filled. */
  get shown(): Bin {
    this.#turn();
    return this.#complete ?? this.#current;
  }

  /** The bin that complete aggregates of the last ten seconds are in, for quantiles; null before there is one. */
  get complete(): Bin | null {
    this.#turn();
    return this.#complete;
  }

  /** Calls back with every bin that becomes complete; the result ends it. */
  onComplete(callback: (bin: Bin) => void): () => void {
    this.#watchers.add(callback);
    return () => this.#watchers.delete(callback);
  }

  #startOf(now: number): number {
    return now - (now % BIN_MS);
  }

  #turn(): void {
    const start = this.#startOf(this.#clock.now());
    if (start <= this.#current.start) return;
    this.#complete = this.#current;
    this.#current = emptyBin(start);
    for (const watcher of this.#watchers) watcher(this.#complete);
  }

  #gauge({ name, labels, value }: { name: string; labels: Labels; value: number }, now: number): void {
    const key = seriesKey(name, labels);
    this.#current.gauges.set(key, { name, labels, value });
    const known = this.gauges.get(key);
    if (known) {
      known.value = value;
      known.lastMs = now;
    } else if (this.gauges.size < MAX_SERIES) this.gauges.set(key, { name, labels, value, lastMs: now });
  }
}

function addTotal(map: Map<string, Total>, from: MetricAggregate, now: number): void {
  const key = seriesKey(from.name, from.labels);
  const known = map.get(key);
  if (known) {
    merge(known, from);
    known.lastMs = now;
  } else if (map.size < MAX_SERIES) map.set(key, { ...from, lastMs: now });
}
