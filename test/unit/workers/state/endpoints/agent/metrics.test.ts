import assert from 'node:assert/strict';
import test from 'node:test';
import { MetricNames, type TelemetryConfig } from '../../../../../../src/observe/metric-names.js';
import type { MetricsReport } from '../../../../../../src/wire/thread-port.js';
import { declaredFamilies } from '../../../../../../src/workers/state/endpoints/agent/metric-families.js';
import { MetricsBins } from '../../../../../../src/workers/state/endpoints/agent/metrics-bins.js';
import { binJson } from '../../../../../../src/workers/state/endpoints/agent/metrics-json.js';
import { prometheusText } from '../../../../../../src/workers/state/endpoints/agent/metrics-prometheus.js';
import { readJson } from '../../../../../data.js';
import { FakeClock } from '../../local/fake-clock.js';

const TELEMETRY: TelemetryConfig = {
  prefix: 'consul',
  disableHostname: true,
  filterDefault: true,
  allowedPrefixes: [],
  blockedPrefixes: [],
};
const START = Date.UTC(2026, 10, 23, 12, 58, 0);

function report(values: readonly number[], path = 'v1_kv_'): MetricsReport {
  const aggregate = {
    count: values.length,
    sum: values.reduce((a, b) => a + b, 0),
    sumSquares: values.reduce((a, b) => a + b * b, 0),
    min: Math.min(...values),
    max: Math.max(...values),
  };
  return {
    gauges: [{ name: 'runtime.alloc_bytes', labels: [], value: values[0] ?? 0 }],
    counters: [{ name: 'client.rpc', labels: [], ...aggregate }],
    samples: [
      {
        name: 'api.http',
        labels: [
          ['method', 'GET'],
          ['path', path],
        ],
        ...aggregate,
      },
    ],
  };
}

function bins(clock: FakeClock): MetricsBins {
  return new MetricsBins(clock, () => []);
}

test("the last complete bin is shown, in Consul's form", async () => {
  const clock = new FakeClock(START);
  const metrics = bins(clock);
  metrics.add(report([1, 2]));
  await clock.advance(9_000);
  metrics.add(report([6]));
  await clock.advance(1_000);
  metrics.add(report([100]));
  assert.deepEqual(JSON.parse(binJson(metrics.shown, new MetricNames(TELEMETRY))), {
    Timestamp: '2026-11-23 12:58:00 +0000 UTC',
    Gauges: [{ Name: 'consul.runtime.alloc_bytes', Value: 6, Labels: {} }],
    Points: [],
    Counters: [
      {
        Name: 'consul.client.rpc',
        Count: 3,
        Rate: 0.9,
        Sum: 9,
        Min: 1,
        Max: 6,
        Mean: 3,
        Stddev: Math.sqrt(7),
        Labels: {},
      },
    ],
    Samples: [
      {
        Name: 'consul.api.http',
        Count: 3,
        Rate: 0.9,
        Sum: 9,
        Min: 1,
        Max: 6,
        Mean: 3,
        Stddev: Math.sqrt(7),
        Labels: { method: 'GET', path: 'v1_kv_' },
      },
    ],
  });
});

test('right after the start the bin that fills is shown; every complete one is told once', async () => {
  const clock = new FakeClock(START);
  const metrics = bins(clock);
  const told: number[] = [];
  metrics.onComplete((bin) => told.push(bin.start));
  metrics.add(report([1]));
  assert.equal(metrics.shown.counters.size, 1);
  await clock.advance(25_000);
  metrics.add(report([1]));
  assert.deepEqual(told, [START]);
});

test('the first bin shows the gauges of the process, also when it was over before a thread reported', async () => {
  const clock = new FakeClock(START + 9_900);
  const metrics = new MetricsBins(clock, () => [{ name: 'runtime.alloc_bytes', labels: [], value: 7 }]);
  await clock.advance(200);
  assert.equal(metrics.shown.start, START);
  assert.deepEqual([...metrics.shown.gauges.values()], [{ name: 'runtime.alloc_bytes', labels: [], value: 7 }]);
});

test('names carry prefix and host name, and the longest filter rule decides', () => {
  const rules = { ...TELEMETRY, allowedPrefixes: ['consul.rpc.server'], blockedPrefixes: ['consul.rpc', 'consul.x'] };
  const names = new MetricNames(rules);
  assert.equal(names.counterOrSample('rpc.server.call'), 'consul.rpc.server.call');
  assert.equal(names.counterOrSample('rpc.query'), null);
  assert.equal(names.counterOrSample('api.http'), 'consul.api.http');
  const host = new MetricNames({ ...TELEMETRY, disableHostname: false });
  assert.match(host.gauge('x') ?? '', /^consul\.[^.]+(?:\.[^.]+)*\.x$/);
  assert.equal(host.counterOrSample('x'), 'consul.x');
});

test('Prometheus: declared families, totals, summaries, and series that end with the retention time', async () => {
  const clock = new FakeClock(START);
  const metrics = bins(clock);
  const text = (): string =>
    prometheusText({
      bins: metrics,
      names: new MetricNames(TELEMETRY),
      prefix: 'consul',
      server: true,
      retentionMs: 60_000,
      clock,
      startedMs: START,
    });
  metrics.add(report([1, 2]));
  await clock.advance(10_000);
  metrics.add(report([4], 'say "hi"'));
  const lines = new Set(text().split('\n'));
  for (const line of [
    '# HELP consul_acl_ResolveToken This measures the time it takes to resolve an ACL token.',
    '# TYPE consul_acl_ResolveToken summary',
    'consul_acl_ResolveToken{quantile="0.5"} NaN',
    'consul_acl_ResolveToken_sum 0',
    '# TYPE consul_client_rpc counter',
    'consul_client_rpc 7',
    '# TYPE consul_runtime_alloc_bytes gauge',
    'consul_runtime_alloc_bytes 4',
    'consul_api_http{method="GET",path="v1_kv_",quantile="0.99"} 2',
    'consul_api_http_count{method="GET",path="v1_kv_"} 2',
    'consul_api_http_sum{method="GET",path="say \\"hi\\""} 4',
    'consul_raft_apply 0',
  ]) {
    assert.ok(lines.has(line), line);
  }
  assert.ok(!lines.has('consul_client_rpc 0'), 'the declared zero gives way');
  await clock.advance(55_000);
  metrics.add({ gauges: [], counters: [], samples: [] });
  assert.ok(!text().includes('path="v1_kv_"'));
  assert.ok(text().includes('say'));
});

test('what a stock agent declares is declared with its type', () => {
  const recorded = readJson('agent/metrics.json') as {
    readonly [mode in 'server' | 'client']: {
      readonly prometheus: {
        readonly families: { readonly [name: string]: { readonly type: string; readonly labels: readonly string[] } };
      };
    };
  };
  for (const mode of ['server', 'client'] as const) {
    const declared = declaredFamilies(mode === 'server');
    for (const [name, { type, labels }] of Object.entries(recorded[mode].prometheus.families)) {
      if (!name.startsWith('consul_') || labels.some((label) => label !== 'quantile')) continue;
      assert.equal(declared.get(name.slice('consul_'.length)), type, `${mode} ${name}`);
    }
  }
});
