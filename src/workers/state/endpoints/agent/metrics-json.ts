// One bin of metrics as /v1/agent/metrics shows it.

import { mapJson, numberJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, mapOf, record } from '../../../../gotext/json-shape.js';
import type { MetricNames } from '../../../../observe/metric-names.js';
import { type Aggregated, BIN_MS, type Bin, binTime, standardDeviation } from './metrics-bins.js';

const aggregatesShape = listOf(
  record('MetricAggregate', {
    Name: 'string',
    Count: 'integer',
    Rate: 'number',
    Sum: 'number',
    Min: 'number',
    Max: 'number',
    Mean: 'number',
    Stddev: 'number',
    Labels: mapOf('string'),
  }),
);

export const metricsShape = record('Metrics', {
  Timestamp: 'string',
  Gauges: listOf(record('MetricGauge', { Name: 'string', Value: 'number', Labels: mapOf('string') })),
  Points: listOf('any'),
  Counters: aggregatesShape,
  Samples: aggregatesShape,
});

interface Rendered {
  readonly name: string;
  readonly labels: string;
  readonly json: string;
}

function number(value: number): string {
  return Number.isFinite(value) ? numberJson(value) : '0';
}

function labelsJson(labels: readonly (readonly [string, string])[]): string {
  return mapJson(Object.fromEntries(labels), quoteJson);
}

function aggregate(name: string, value: Aggregated): Rendered {
  const labels = labelsJson(value.labels);
  const json =
    `{"Name":${quoteJson(name)},"Count":${value.count},"Rate":${number(value.sum / (BIN_MS / 1000))},` +
    `"Sum":${number(value.sum)},"Min":${number(value.min)},"Max":${number(value.max)},` +
    `"Mean":${number(value.sum / value.count)},"Stddev":${number(standardDeviation(value))},"Labels":${labels}}`;
  return { name, labels, json };
}

function sorted(items: readonly Rendered[]): string {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const order = [...items].sort((a, b) => compare(a.name, b.name) || compare(a.labels, b.labels));
  return `[${order.map(({ json }) => json).join(',')}]`;
}

export function binJson(bin: Bin, names: MetricNames): string {
  const gauges: Rendered[] = [];
  for (const { name, labels, value } of bin.gauges.values()) {
    const full = names.gauge(name);
    if (full === null) continue;
    const rendered = labelsJson(labels);
    const json = `{"Name":${quoteJson(full)},"Value":${number(value)},"Labels":${rendered}}`;
    gauges.push({ name: full, labels: rendered, json });
  }
  const aggregates = (map: Bin['counters']): string => {
    const list: Rendered[] = [];
    for (const value of map.values()) {
      const full = names.counterOrSample(value.name);
      if (full !== null) list.push(aggregate(full, value));
    }
    return sorted(list);
  };
  return (
    `{"Timestamp":"${binTime(bin)}","Gauges":${sorted(gauges)},"Points":[],` +
    `"Counters":${aggregates(bin.counters)},"Samples":${aggregates(bin.samples)}}`
  );
}
