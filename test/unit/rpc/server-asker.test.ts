// Requests that never leave: what has no form on the wire is refused as the leader would refuse it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AskedFailure, refusalOf } from '../../../src/workers/state/calls/asked-failure.js';
import { updateCoordinate } from '../../../src/workers/state/methods/coordinate.js';
import { kvApply } from '../../../src/workers/state/methods/kvs.js';
import { RpcPool } from '../../../src/workers/state/rpc/pool/pool.js';
import { ServerAsker } from '../../../src/workers/state/rpc/server-asker.js';

const pool = new RpcPool({ idleMs: 120_000 });
const asker = new ServerAsker({ pool, clientTimeoutMs: () => 1000, holdMs: () => 1000 });

test('a number beyond its field is a wrong request, whoever would have to encode it', async (context) => {
  context.after(() => pool.close());
  const write = { op: 'set', key: 'a', value: null, flags: -1, session: '', compareIndex: 0 } as const;
  const answer = await asker.write('127.0.0.1:1', kvApply, write, 'dc1', '');
  assert.deepEqual(refusalOf(answer as AskedFailure), {
    refused: 'unencodable',
    text: 'rpc error making call: cannot encode message: integer out of range',
  });
});

test('a method that servers do not have is a failure that names it', async () => {
  const unknown = { ...updateCoordinate, name: 'Coordinate.Forget' };
  const record = { Node: 'a', Segment: '', Partition: '', Coord: { Vec: [], Error: 0, Adjustment: 0, Height: 0 } };
  const answer = await asker.write('127.0.0.1:1', unknown, record, 'dc1', '');
  assert.deepEqual(refusalOf(answer as AskedFailure), {
    refused: 'failed',
    text: 'rpc error making call: there is no such call of a server: Coordinate.Forget',
  });
});
