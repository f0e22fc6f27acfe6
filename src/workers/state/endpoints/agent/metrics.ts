// agent/metrics and agent/metrics/stream.

import { MetricNames } from '../../../../observe/metric-names.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, type Reply } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { anyText, header, type Values } from '../../http/parameters/parameters.js';
import type { Clock } from '../../local/state/clock.js';
import type { MetricsBins } from './metrics-bins.js';
import { binJson, metricsShape } from './metrics-json.js';
import { prometheusText } from './metrics-prometheus.js';

interface MetricsDependencies {
  readonly config: () => RuntimeConfig;
  readonly bins: MetricsBins;
  readonly clock: Clock;
}

const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const OFF: Reply = {
  status: 200,
  contentType: 'application/json',
  body: '',
  headers: [['X-Consul-Reason', 'Prometheus is not enabled since its retention time is not positive']],
};

const SHOWN = {
  format: anyText('`prometheus` for its text format.'),
  accept: header('Asks for it, too, when it begins with application/openmetrics-text.'),
} as const;

export function metricsEndpoints({ config, bins, clock }: MetricsDependencies): EndpointTable {
  const startedMs = clock.now();
  const show = ({ format, accept }: Values<typeof SHOWN>): Reply => {
    const { telemetry, server } = config();
    const names = new MetricNames(telemetry);
    const wantsPrometheus = format === 'prometheus' || accept.startsWith('application/openmetrics-text');
    if (!wantsPrometheus) return json(binJson(bins.shown, names));
    if (telemetry.prometheusRetentionMs <= 0) return OFF;
    const { prefix, prometheusRetentionMs: retentionMs } = telemetry;
    const body = prometheusText({ bins, names, prefix, server, retentionMs, clock, startedMs });
    return { status: 200, contentType: PROMETHEUS_TYPE, body, headers: [] };
  };
  const stream = (): Reply => ({
    status: 200,
    contentType: null,
    headers: [],
    body: {
      start: (write) => {
        write('');
        return bins.onComplete((bin) => {
          write(`${binJson(bin, new MetricNames(config().telemetry))}\n`);
        });
      },
    },
  });
  const last = action({
    summary: 'The figures of the last ten seconds',
    acl: ['agent:read'],
    judges: 'row',
    parameters: SHOWN,
    answer: metricsShape,
    alsoAs: 'text/plain',
    run: (_request, values) => show(values),
  });
  const all = action({
    summary: 'The figures of each ten seconds as a line, until the client hangs up',
    acl: ['agent:read'],
    judges: 'row',
    answer: 'lines',
    run: stream,
  });
  return [
    { path: '/v1/agent/metrics', answeredBy: 'agent', methods: { GET: last } },
    { path: '/v1/agent/metrics/stream', answeredBy: 'agent', methods: { GET: all } },
  ];
}
