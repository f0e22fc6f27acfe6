// Which datacenter a write to the catalog means: the query's, by either of its names, before the body's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogWrites } from '../../../../../src/workers/state/endpoints/catalog-write.js';
import { serveEndpoints } from '../http/served-endpoints.js';

const NODE = { Node: 'n1', Address: '10.0.0.1' };

for (const target of ['/v1/catalog/register', '/v1/catalog/deregister']) {
  test(`${target} goes to the datacenter of its query, else of its body`, async (context) => {
    const api = await serveEndpoints(({ calls }) => catalogWrites(calls));
    context.after(() => api.close());
    for (const query of ['?dc=elsewhere', '?datacenter=elsewhere']) {
      const refused = await api.put(`${target}${query}`, { ...NODE, Datacenter: 'dc1' });
      assert.equal(refused.status, 500, `${query}: ${refused.body}`);
      assert.match(refused.body, /No path to datacenter/);
      assert.equal(
        (await api.put(`${target}${query.replace('elsewhere', 'dc1')}`, { ...NODE, Datacenter: 'x' })).status,
        200,
      );
    }
    assert.equal((await api.put(target, { ...NODE, Datacenter: 'elsewhere' })).status, 500);
    assert.equal((await api.put(target, { ...NODE, Datacenter: 'dc1' })).status, 200);
  });
}
