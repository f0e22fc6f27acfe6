// What could never be written to the catalog is refused before the agent's own log takes it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from './fake-request.js';

test('a registration that has no form on the wire is refused', async (t) => {
  const api = await openApi();
  t.after(() => api.local.stop());
  const register = (more: object, path = '/v1/agent/service/register') =>
    api.call('PUT', path, JSON.stringify({ Name: 'web', ...more }));
  const checks = Array.from({ length: 8_193 }, (_, index) => ({ CheckID: String(index), TTL: '1h' }));
  const many = await register({ Checks: checks });
  assert.deepEqual([many.status, many.body], [400, 'too many checks (8193 > 8192)']);
  let deep: unknown = 1;
  for (let level = 0; level < 600; level++) deep = [deep];
  const nested = await register({
    Kind: 'connect-proxy',
    Port: 1,
    Proxy: { DestinationServiceName: 'x', Config: { deep } },
  });
  assert.equal(nested.status, 400);
  for (const bad of [{ Interval: 1e30 }, { TTL: 9.3e18 }, { Timeout: -1e30 }]) {
    assert.equal(
      (await register({ Check: { HTTP: 'http://x', Interval: 1e9, ...bad } })).status,
      400,
      JSON.stringify(bad),
    );
  }
  assert.equal((await register({ Port: 2 ** 53 })).status, 400);
  assert.equal((await register({ Check: { TTL: '1h', OutputMaxSize: 1e300 } })).status, 400);
  assert.equal(api.local.state.allServices.size, 0);
  assert.equal((await register({ Port: 2 ** 53 - 1, Check: { TTL: 9e18 } })).status, 200);
});
