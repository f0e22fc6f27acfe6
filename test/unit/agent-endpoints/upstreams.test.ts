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
    Upstreams: [full, { DestinationName: 'cache', LocalBindPort: 9192 }],
  };
  const body = JSON.stringify({ Kind: 'connect-proxy', Name: 'web-proxy', Port: 1, Proxy: proxy });
  const registered = await api.call('PUT', '/v1/agent/service/register', body);
  assert.equal(registered.status, 200, String(registered.body));
  const reply = await api.call('GET', '/v1/agent/service/web-proxy');
  const shown = JSON.parse(String(reply.body)) as Shown;
  assert.deepEqual(shown.Proxy.Upstreams, [full, { DestinationName: 'cache', LocalBindPort: 9192, MeshGateway: {} }]);
  assert.deepEqual(shown.Proxy.Config, proxy.Config);
  assert.equal(shown.Proxy.Mode, 'direct');
});

test('upstreams that no proxy could serve are refused, each with its place, and nothing is registered', async (t) => {
  const api = await openApi();
  t.after(() => api.local.stop());
  const register = async (...Upstreams: readonly object[]): Promise<string> => {
    const proxy = { DestinationServiceName: 'web', Upstreams };
    const body = JSON.stringify({ Kind: 'connect-proxy', Name: 'p', Port: 1, Proxy: proxy });
    const { status, body: text } = await api.call('PUT', '/v1/agent/service/register', body);
    return status === 200 ? '' : String(text);
  };
  const db = { DestinationName: 'db', LocalBindPort: 9191 };
  const socket = { DestinationName: 'a', LocalBindSocketPath: '/run/a' };
  const refused: readonly (readonly [string, ...object[]])[] = [
    ['[0]: DestinationName is missing', {}],
    ['[0]: there is no DestinationType "x"', { ...db, DestinationType: 'x' }],
    ['[0]: DestinationName names no single service', { ...db, DestinationName: '*' }],
    ['[0]: LocalBindPort or LocalBindSocketPath is needed', { DestinationName: 'db' }],
    ['[1]: "db" is an upstream already', db, { ...db, DestinationType: 'service', LocalBindPort: 1 }],
    ['[1]: another upstream is bound to "127.0.0.1:9191"', db, { DestinationName: 'c', LocalBindPort: 9191 }],
    ['[1]: another upstream is bound to "/run/a"', socket, { ...socket, DestinationName: 'b' }],
  ];
  for (const [problem, ...upstreams] of refused) {
    assert.equal(
      await register(...upstreams),
      `Validation failed: 1 error occurred:\n\t* Proxy.Upstreams${problem}\n\n`,
    );
  }
  assert.equal(api.local.state.service('p'), undefined);
  const elsewhere = { ...db, Datacenter: 'dc2', LocalBindAddress: '127.0.0.2' };
  const query = { ...db, DestinationType: 'prepared_query', LocalBindPort: 9193 };
  assert.equal(await register(db, elsewhere, query, socket), '');
});
