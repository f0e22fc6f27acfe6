// agent/metrics and agent/metrics/stream.

import type { RuntimeConfig } from '../../../../wire/config.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, type Reply } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';
import type { Clock } from '../../local/clock.js';
import type { MetricsBins } from './metrics-bins.js';
import { binJson } from './metrics-json.js';
import { MetricNames } from './metrics-names.js';
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

function wantsPrometheus(request: ApiRequest): boolean {
  if (request.query.first('format') === 'prometheus') return true;
  return request.header('accept')?.startsWith('application/openmetrics-text') ?? false;
}

export function metricsEndpoints({ config, bins, clock }: MetricsDependencies): EndpointTable {
  const startedMs = clock.now();
  const show = (request: ApiRequest): Reply => {
    const { telemetry, server } = config();
    const names = new MetricNames(telemetry);
    if (!wantsPrometheus(request)) return json(binJson(bins.shown, names));
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
  return [
    { path: '/v1/agent/metrics', answeredBy: 'agent', acl: ['agent:read'], methods: { GET: show } },
    { path: '/v1/agent/metrics/stream', answeredBy: 'agent', acl: ['agent:read'], methods: { GET: stream } },
  ];
}
