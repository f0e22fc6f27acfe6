// The metrics in Prometheus' text format 0.0.4 (spec/agent.md section 6). Threads report count, sum, smallest and largest of
// each second and not every value, so of the quantiles 0.5 shows the mean and 0.9 and 0.99 the largest of the last bin.

import type { MetricNames } from '../../../../observe/metric-names.js';
import type { Clock } from '../../local/state/clock.js';
import { declaredFamilies, type Family, type FamilyType, HELP } from './metric-families.js';
import type { MetricsBins, Total } from './metrics-bins.js';
import { processFamilies } from './process-families.js';

/** Prometheus' form of a dotted name. */
function prometheusName(name: string): string {
  return name.replace(/[.\- =/]/g, '_');
}

function labelText(labels: readonly (readonly [string, string])[]): string {
  if (labels.length === 0) return '';
  const parts = labels.map(([name, value]) => {
    const escaped = value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
    return `${prometheusName(name)}="${escaped}"`;
  });
  return `{${parts.join(',')}}`;
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Math.abs(value) >= 1e21 || (value !== 0 && Math.abs(value) < 1e-5)) return value.toExponential();
  return String(value);
}

function summaryLines(name: string, labels: Total['labels'], total: Total | null, mean: number, max: number): string[] {
  const quantile = (q: string, value: number): string =>
    `${name}${labelText([...labels, ['quantile', q]])} ${number(value)}`;
  const shown = labelText(labels);
  return [
    quantile('0.5', mean),
    quantile('0.9', max),
    quantile('0.99', max),
    `${name}_sum${shown} ${number(total?.sum ?? 0)}`,
    `${name}_count${shown} ${total?.count ?? 0}`,
  ];
}

interface PrometheusOptions {
  readonly bins: MetricsBins;
  readonly names: MetricNames;
  readonly prefix: string;
  readonly server: boolean;
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly startedMs: number;
}

/** The whole answer. */
export function prometheusText(options: PrometheusOptions): string {
  const { bins, names, prefix, server, retentionMs, clock } = options;
  const families = new Map<string, Family>();
  const family = (name: string, type: FamilyType): Family => {
    const known = families.get(name);
    if (known) return known;
    const made: Family = { type, help: HELP.get(name.slice(prefix.length + 1)) ?? name, lines: [] };
    families.set(name, made);
    return made;
  };
  for (const [short, type] of declaredFamilies(server)) {
    const name = `${prefix}_${short}`;
    const declared: Family = { type, help: HELP.get(short) ?? '', lines: [] };
    families.set(name, declared);
    if (type === 'summary') declared.lines.push(...summaryLines(name, [], null, Number.NaN, Number.NaN));
    else declared.lines.push(`${name} 0`);
  }
  const oldest = clock.now() - retentionMs;
  const unlabelled = (lines: string[], name: string): void => {
    // The declared zero gives way to the real series.
    const rest = lines.filter(
      (line) => !line.startsWith(`${name} `) && !/^[^{]*(?:_sum|_count) |^[^{]*\{quantile=/.test(line),
    );
    lines.length = 0;
    lines.push(...rest);
  };
  const put = (name: string, type: FamilyType, labels: Total['labels'], lines: readonly string[]): void => {
    const target = family(name, type);
    if (labels.length === 0) unlabelled(target.lines, name);
    target.lines.push(...lines);
  };
  for (const { name: given, labels, value, lastMs } of bins.gauges.values()) {
    const full = names.gauge(given);
    if (full === null || lastMs < oldest) continue;
    const name = prometheusName(full);
    put(name, 'gauge', labels, [`${name}${labelText(labels)} ${number(value)}`]);
  }
  for (const total of bins.counters.values()) {
    const full = names.counterOrSample(total.name);
    if (full === null || total.lastMs < oldest) continue;
    const name = prometheusName(full);
    put(name, 'counter', total.labels, [`${name}${labelText(total.labels)} ${number(total.sum)}`]);
  }
  const recent = bins.complete;
  for (const [key, total] of bins.samples) {
    const full = names.counterOrSample(total.name);
    if (full === null || total.lastMs < oldest) continue;
    const name = prometheusName(full);
    const last = recent?.samples.get(key);
    const mean = last ? last.sum / last.count : Number.NaN;
    put(name, 'summary', total.labels, summaryLines(name, total.labels, total, mean, last?.max ?? Number.NaN));
  }
  for (const [name, { type, help, lines }] of processFamilies(options.startedMs))
    families.set(name, { type, help, lines });
  return [...families]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { type, help, lines }]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`)
    .join('');
}
