// The UI's way to a metrics server, which there isn't: what it asks is told so.

import type { EndpointTable } from '../../http/endpoint.js';
import { text } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';

const UI_OFF = text(404, 'UI is not enabled');
const PROXY_OFF = text(404, 'Metrics proxy is not enabled');

export function metricsProxyEndpoints(uiEnabled: boolean): EndpointTable {
  const GET = action({
    summary: 'Metrics of services for the UI: there is no server of them',
    acl: ['none'],
    answer: 'nothing',
    others: { 404: 'error' },
    run: () => (uiEnabled ? PROXY_OFF : UI_OFF),
  });
  const rest = { name: 'path', about: 'The path at the metrics server.', missing: null };
  return [{ path: '/v1/internal/ui/metrics-proxy/', rest, answeredBy: 'agent', methods: { GET } }];
}
