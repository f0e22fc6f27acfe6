// Metrics as statsd, statsite and DogStatsD read them (spec/agent.md section 6, "Sinks"). Threads report once a second and not
// every value: of samples the smallest and the largest are told as they are, what lies between by its mean, with the share of
// it that one line stands for. So count, sum, smallest and largest are right wherever they arrive.

import type { MetricAggregate, MetricsReport } from '../../wire/thread-port.js';
import type { MetricNames } from '../metric-names.js';

type Labels = MetricAggregate['labels'];

/** One line of a metric, with its line break; `rate` is 1 where it stands for itself. */
export interface LineForm {
  readonly gauge: (name: string, labels: Labels, value: number) => string | null;
  /** `type` is `c` or `ms`. */
  readonly other: (name: string, labels: Labels, value: number, type: string, rate: number) => string | null;
}

function rateText(rate: number): string {
  return rate === 1 ? '' : `|@${rate}`;
}

/** Of statsd and statsite: the values of labels are parts of the name. */
export function statsdForm(names: MetricNames): LineForm {
  const line = (full: string | null, labels: Labels, value: number, type: string, rate: number): string | null => {
    if (full === null) return null;
    const name = [full, ...labels.map(([, labelValue]) => labelValue)].join('.').replace(/[:\s|]/g, '_');
    return `${name}:${value.toFixed(6)}|${type}${rateText(rate)}\n`;
  };
  return {
    gauge: (name, labels, value) => line(names.gauge(name), labels, value, 'g', 1),
    other: (name, labels, value, type, rate) => line(names.counterOrSample(name), labels, value, type, rate),
  };
}

/** DogStatsD has tags, and its gauges no host name: the daemon knows where it runs. */
export function dogstatsdForm(names: MetricNames, tags: readonly string[]): LineForm {
  const line = (full: string | null, name: string, labels: Labels, value: number, type: string, rate: number) => {
    if (full === null) return null;
    const all = [...tags, ...labels.map(([label, text]) => (text === '' ? label : `${label}:${text}`))].map((tag) =>
      tag.replace(/[\s|,]/g, '_'),
    );
    const shown = Number.isInteger(value) ? String(value) : value.toFixed(6);
    const metric = names.withoutHost(name).replace(/[:\s|]/g, '_');
    return `${metric}:${shown}|${type}${rateText(rate)}${all.length === 0 ? '' : `|#${all.join(',')}`}\n`;
  };
  return {
    gauge: (name, labels, value) => line(names.gauge(name), name, labels, value, 'g', 1),
    other: (name, labels, value, type, rate) => line(names.counterOrSample(name), name, labels, value, type, rate),
  };
}

/** What a report says, line by line. */
export function* linesOf({ gauges, counters, samples }: MetricsReport, form: LineForm): IterableIterator<string> {
  for (const { name, labels, value } of gauges) yield* shown(form.gauge(name, labels, value));
  for (const { name, labels, sum } of counters) yield* shown(form.other(name, labels, sum, 'c', 1));
  for (const { name, labels, count, sum, min, max } of samples) {
    yield* shown(form.other(name, labels, min, 'ms', 1));
    if (count > 1) yield* shown(form.other(name, labels, max, 'ms', 1));
    const between = count - 2;
    if (between > 0) yield* shown(form.other(name, labels, (sum - min - max) / between, 'ms', 1 / between));
  }
}

function shown(line: string | null): readonly string[] {
  return line === null ? [] : [line];
}
