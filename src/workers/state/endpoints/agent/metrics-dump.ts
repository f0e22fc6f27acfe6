// One bin of metrics as text for an operator who looks at stderr, in the form that Consul's documentation of telemetry shows.

import type { MetricNames } from '../../../../observe/metric-names.js';
import { type Aggregated, type Bin, binTime, standardDeviation } from './metrics-bins.js';

export function binText(bin: Bin, names: MetricNames): string {
  const lines: string[] = [];
  const time = binTime(bin);
  const put = (kind: string, name: string | null, labels: Aggregated['labels'], text: string): void => {
    if (name === null) return;
    const shown = [name, ...labels.map(([, value]) => value)].join('.').replace(/[\p{Cc}]/gu, '_');
    lines.push(`[${time}][${kind}] '${shown}': ${text}\n`);
  };
  for (const { name, labels, value } of bin.gauges.values()) put('G', names.gauge(name), labels, value.toFixed(3));
  const aggregates = (kind: string, map: Bin['counters']): void => {
    for (const one of map.values()) put(kind, names.counterOrSample(one.name), one.labels, aggregateText(one));
  };
  aggregates('C', bin.counters);
  aggregates('S', bin.samples);
  return lines.sort().join('');
}

function aggregateText(one: Aggregated): string {
  const { count, sum, min, max } = one;
  if (count === 1) return `Count: 1 Sum: ${sum.toFixed(3)}`;
  const figures = [
    ['Min', min],
    ['Mean', sum / count],
    ['Max', max],
    ['Stddev', standardDeviation(one)],
    ['Sum', sum],
  ] as const;
  return `Count: ${count} ${figures.map(([name, value]) => `${name}: ${value.toFixed(3)}`).join(' ')}`;
}
