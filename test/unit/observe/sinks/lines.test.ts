// What statsd, statsite and DogStatsD are told, against lines recorded from a stock agent.

import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import { MetricNames, type TelemetryConfig } from '../../../../src/observe/metric-names.js';
import { Metrics } from '../../../../src/observe/metrics.js';
import { dogstatsdForm, type LineForm, linesOf, statsdForm } from '../../../../src/observe/sinks/lines.js';
import { readJson } from '../../../data.js';

const recorded = readJson('agent/telemetry-sinks.json') as {
  readonly [sink: string]: { readonly lines: readonly string[] };
};
const TELEMETRY: TelemetryConfig = {
  prefix: 'consul',
  disableHostname: false,
  filterDefault: true,
  allowedPrefixes: [],
  blockedPrefixes: ['consul.blocked', `consul.${os.hostname()}.blocked`],
};
const names = new MetricNames(TELEMETRY);

function recordedRun(): Metrics {
  const metrics = new Metrics();
  metrics.gauge('runtime.num_goroutines', 116);
  metrics.gauge('state.nodes', 1, [['datacenter', 'dc1']]);
  metrics.gauge('version', 1, [
    ['version', '1.21.4'],
    ['pre_release', ''],
  ]);
  metrics.gauge('server.isLeader', 1);
  metrics.gauge('blocked.gauge', 1);
  metrics.increment('rpc.query');
  metrics.increment('catalog.service.query', 1, [['service', 'web']]);
  metrics.increment('blocked.counter');
  metrics.observe('kvs.apply', 0.722558);
  for (const [method, path, ms] of [
    ['GET', 'v1_agent_self', 1.731692],
    ['GET', 'v1_status_leader', 0.267509],
    ['GET', 'v1_catalog_node_', 0.69068],
    ['PUT', 'v1_kv_', 0.972941],
    ['GET', 'v1_kv_', 0.103845],
    ['GET', 'v1_catalog_service_', 0.184335],
  ] as const)
    metrics.observe('api.http', ms, [
      ['method', method],
      ['path', path],
    ]);
  return metrics;
}

function told(metrics: Metrics, form: LineForm): string[] {
  return [...linesOf(metrics.report(), form)].map((line) => {
    assert.ok(line.endsWith('\n'));
    return line.slice(0, -1).replace(os.hostname(), '<host>');
  });
}

test('lines are as recorded, of statsd and of DogStatsD', () => {
  const statsd = told(recordedRun(), statsdForm(names));
  assert.deepEqual(statsd.sort(), [...(recorded['statsd']?.lines ?? [])].sort());
  const dogstatsd = told(recordedRun(), dogstatsdForm(names, ['env:x', 'plain']));
  const wanted = recorded['dogstatsd']?.lines ?? [];
  assert.ok(wanted.length > 10);
  for (const line of wanted) assert.ok(dogstatsd.includes(line), line);
});

test('of many values of a second count, sum, smallest and largest arrive', () => {
  const metrics = new Metrics();
  for (const value of [5, 1, 2, 3, 9]) metrics.observe('x', value);
  assert.deepEqual(told(metrics, statsdForm(names)), [
    'consul.x:1.000000|ms',
    'consul.x:9.000000|ms',
    `consul.x:${(10 / 3).toFixed(6)}|ms|@${1 / 3}`,
  ]);
  for (const value of [4, 4]) metrics.observe('x', value);
  assert.deepEqual(told(metrics, statsdForm(names)), ['consul.x:4.000000|ms', 'consul.x:4.000000|ms']);
});

test('what a request put into a label stays one line of one metric', () => {
  const metrics = new Metrics();
  metrics.increment('q', 2, [['service', 'a:b c|#x\nconsul.y']]);
  assert.deepEqual(told(metrics, statsdForm(names)), ['consul.q.a_b_c_#x_consul.y:2.000000|c']);
  metrics.increment('q', 2, [['service', 'a:b c|#x,\ny']]);
  assert.deepEqual(told(metrics, dogstatsdForm(names, [])), ['consul.q:2|c|#service:a:b_c_#x__y']);
});
