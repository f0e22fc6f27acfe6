// What operators get wrong about the Raft configuration, and what they are told.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { operatorRaftEndpoints } from '../../../../../src/workers/state/endpoints/operator/operator-raft.js';
import { type Served, serveEndpoints } from './served-endpoints.js';

let served: Served;
before(async () => {
  served = await serveEndpoints(({ calls }) => operatorRaftEndpoints(calls));
});
after(() => served.close());

async function removed(query: string): Promise<readonly [number, string]> {
  const { status, body } = await served.remove(`/v1/operator/raft/peer${query}`);
  return [status, body];
}

test('a server to remove is named by its ID or its address', async () => {
  const neither = "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove";
  assert.deepEqual(await removed(''), [400, neither]);
  assert.deepEqual(await removed('?id=&address='), [400, neither]);
  assert.deepEqual(await removed('?id=a&address=b'), [400, 'Must specify only one of ?id or ?address']);
});

test('whatever is said to be its name, the answer is one line of text', async () => {
  assert.deepEqual(await removed('?id=x'), [500, 'id "x" was not found in the Raft configuration']);
  assert.deepEqual(await removed('?address=%22%0a%00%ff'), [
    500,
    'address "\\"\\n\\x00\\ufffd" was not found in the Raft configuration',
  ]);
});
