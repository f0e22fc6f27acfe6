// /v1/operator/usage: the figures follow every change, and a blocking query hears of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../../../src/wire/commands.js';
import { operatorUsageEndpoints } from '../../../../../src/workers/state/endpoints/operator/operator-usage.js';
import { waitFor } from '../../../../agent-process.js';
import { deregister, proxy, register, service } from '../replica/store/commands.js';
import { serveEndpoints } from './served-endpoints.js';

const PATH = '/v1/operator/usage';

test('what is registered and deregistered is counted, and wakes who waits', async () => {
  const { get, store, calls, close } = await serveEndpoints(operatorUsageEndpoints);
  try {
    store.run(register({ Node: 'n1', Address: '10.0.0.1', Service: service({ ID: 'consul', Service: 'consul' }) }));
    store.run(register({ Node: 'n1', Address: '10.0.0.1', Service: service({ ID: 'web-1', Service: 'web' }) }));
    store.run(register({ Node: 'n2', Address: '10.0.0.2', Service: proxy('web', 'web-proxy') }));
    const before = JSON.parse((await get(PATH)).body);
    assert.deepEqual(before, {
      Usage: {
        dc1: {
          Services: 3,
          ServiceInstances: 3,
          ConnectServiceInstances: {
            'api-gateway': 0,
            'connect-native': 0,
            'connect-proxy': 1,
            'ingress-gateway': 0,
            'mesh-gateway': 0,
            'terminating-gateway': 0,
          },
          BillableServiceInstances: 1,
          Nodes: 2,
        },
      },
      Index: before.Index,
      LastContact: 0,
      KnownLeader: true,
      ConsistencyLevel: 'leader',
      NotModified: false,
      Backend: 0,
      ResultsFilteredByACLs: false,
    });
    const changed = async (index: number, change: Command) => {
      const blocked = get(`${PATH}?index=${index}&wait=60s`);
      await waitFor(() => calls.waiting === 1, 'the query to wait');
      store.run(change);
      store.flush();
      const { Index, Usage } = JSON.parse((await blocked).body);
      assert.ok(Index > index);
      return { index: Index, ...Usage.dc1 };
    };
    const more = await changed(before.Index, register({ Node: 'n3', Address: '10.0.0.3' }));
    assert.deepEqual([more.Nodes, more.Services], [3, 3]);
    const fewer = await changed(more.index, deregister({ Node: 'n2' }));
    assert.deepEqual([fewer.Nodes, fewer.Services], [2, 2]);
    assert.equal(fewer.ConnectServiceInstances['connect-proxy'], 0);
    assert.equal(JSON.parse((await get(`${PATH}?stale&global`)).body).ConsistencyLevel, 'stale');
  } finally {
    await close();
  }
});
