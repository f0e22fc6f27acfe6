// An expensive filter over many records is tried in steps: nobody else waits for it, and it ends with the one who asked.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { catalogReads } from '../../../../../src/workers/state/endpoints/catalog-read.js';
import { healthEndpoints } from '../../../../../src/workers/state/endpoints/health.js';
import { internalEndpoints } from '../../../../../src/workers/state/endpoints/internal/internal.js';
import { waitFor } from '../../../../agent-process.js';
import { RawClient } from '../http/fixture.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import { check, node, register, service } from '../replica/store/commands.js';

const NODES = 3000;
let api: Served;
/** How often a filter has looked at a node's address. */
let looked = 0;

before(async () => {
  api = await serveEndpoints(({ calls }) => [
    ...catalogReads({ calls, nodeName: 'n1', datacenter: 'dc1' }),
    ...healthEndpoints('n1'),
    ...internalEndpoints(),
  ]);
  for (let index = 0; index < NODES; index += 1) {
    const Node = `n${index}`;
    api.store.runAll(
      register({
        ...node({ Node, Address: '10.0.0.1' }),
        Node,
        Service: service({ ID: 'web', Tags: [`t${index % 10}`] }),
        Check: check({ Node, CheckID: 'c', ServiceID: 'web', ServiceName: 'web' }),
      }),
    );
  }
});
after(() => api.close());

/** Two thousand matches that no item fits, and one that some do. */
function expensive(field: string, last: string): string {
  const matches = Array.from({ length: 1500 }, (_, index) => `${field} == x${index}`);
  return encodeURIComponent([...matches, last].join(' or '));
}

const LISTS = [
  ['/v1/catalog/nodes?', expensive('Address', 'Node == n7'), 1],
  ['/v1/catalog/service/web?', expensive('Address', 'Node == n7'), 1],
  ['/v1/catalog/services?', expensive('Address', 'Node == n7'), 1],
  ['/v1/health/service/web?', expensive('Node.Address', 'Node.Node == n7'), 1],
  ['/v1/health/state/any?', expensive('Name', 'Node == n7'), 1],
  ['/v1/internal/ui/nodes?', expensive('Address', 'Node == n7'), 1],
] as const;

for (const [target, filter, expected] of LISTS) {
  test(`${target} is asked with a long filter: who comes later is answered before`, async () => {
    const slow = new RawClient(api.port);
    const quick = new RawClient(api.port);
    try {
      let isSlowDone = false;
      slow.send(`GET ${target}filter=${filter} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const answered = slow.answer('GET').then((answer) => {
        isSlowDone = true;
        return answer;
      });
      let quickOnes = 0;
      while (!isSlowDone) {
        quick.send('GET /v1/catalog/node/n1 HTTP/1.1\r\nHost: x\r\n\r\n');
        assert.equal((await quick.answer('GET')).status, 200);
        if (!isSlowDone) quickOnes += 1;
      }
      const answer = await answered;
      assert.equal(answer.status, 200);
      assert.equal(Object.keys(JSON.parse(answer.body) as object).length, expected);
      assert.ok(Number(answer.headers['x-consul-index']) > 1);
      assert.ok(quickOnes >= 3, `${quickOnes} others were answered meanwhile`);
    } finally {
      slow.close();
      quick.close();
    }
  });
}

test('a filter stops when its client hangs up', async () => {
  const [first] = api.store.catalog.nodes(null).value;
  assert.ok(first);
  const counted = api.store.catalog.nodes(null).value.map((one) => ({
    ...one,
    get Address() {
      looked += 1;
      return one.Address;
    },
  }));
  const { catalog } = api.store;
  const nodes = catalog.nodes.bind(catalog);
  Object.defineProperty(catalog, 'nodes', { configurable: true, value: () => ({ index: 1, value: counted }) });
  try {
    const client = new RawClient(api.port);
    client.send(`GET /v1/catalog/nodes?filter=${expensive('Address', 'Node == n7')} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await waitFor(() => looked > 0, 'the filter to begin');
    client.socket.destroy();
    await waitFor(() => api.server.connections === 0, 'the connection to be gone');
    const then = looked;
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(looked, then);
    assert.ok(then < NODES * 1500);
  } finally {
    Object.defineProperty(catalog, 'nodes', { configurable: true, value: nodes });
  }
});
