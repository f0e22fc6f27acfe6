// A registered proxy as the agent shows it: its upstreams whole, and without fields that say nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from './fake-request.js';

interface Shown {
  readonly Proxy: { readonly Upstreams: readonly unknown[]; readonly Mode: string; readonly Config: unknown };
}

test('an upstream keeps its gateway mode and shows no empty datacenter', async (t) => {
  const api = await openApi();
  t.after(() => api.local.stop());
  const full = {
    DestinationType: 'service',
    DestinationName: 'db',
    Datacenter: 'dc2',
    LocalBindPort: 9191,
    Config: { Mode: '' },
    MeshGateway: { Mode: 'local' },
  };
  const proxy = {
    DestinationServiceName: 'web',
    Mode: 'direct',
    Config: { Mode: '', more: true },
    Upstreams: [full, { DestinationName: 'cache' }],
  };
  const body = JSON.stringify({ Kind: 'connect-proxy', Name: 'web-proxy', Port: 1, Proxy: proxy });
  const registered = await api.call('PUT', '/v1/agent/service/register', body);
  assert.equal(registered.status, 200, String(registered.body));
  const reply = await api.call('GET', '/v1/agent/service/web-proxy');
  const shown = JSON.parse(String(reply.body)) as Shown;
  assert.deepEqual(shown.Proxy.Upstreams, [full, { DestinationName: 'cache', MeshGateway: {} }]);
  assert.deepEqual(shown.Proxy.Config, proxy.Config);
  assert.equal(shown.Proxy.Mode, 'direct');
});
