// Requests that never leave: what has no form on the wire is refused as the leader would refuse it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AskedFailure, refusalOf } from '../../../../../src/workers/state/calls/asked-failure.js';
import { updateCoordinate } from '../../../../../src/workers/state/methods/catalog/coordinate.js';
import { kvApply, kvGet } from '../../../../../src/workers/state/methods/kvs.js';
import { RpcPool } from '../../../../../src/workers/state/rpc/pool/pool.js';
import { ServerAsker } from '../../../../../src/workers/state/rpc/server-asker.js';

const pool = new RpcPool({ idleMs: 120_000 });
const asker = new ServerAsker({ pool, bootstrap: null, clientTimeoutMs: () => 1000, holdMs: () => 1000 });

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

test('a blocking read is waited for as long as three servers may let it wait, one after the other', (context) => {
  const WAIT_MS = 300_000;
  const HOLD_MS = 1000;
  const waited: number[] = [];
  class Silent extends RpcPool {
    override call(_address: string, _method: string, _body: Uint8Array, withinMs: number) {
      waited.push(withinMs);
      return { cancel: () => {} };
    }
  }
  const silent = new Silent({ idleMs: 120_000 });
  context.after(() => silent.close());
  const patient = new ServerAsker({
    pool: silent,
    bootstrap: null,
    clientTimeoutMs: () => 60_000,
    holdMs: () => HOLD_MS,
  });
  const settings = { consistency: 'default', minIndex: 7, waitMs: WAIT_MS, maxStaleMs: 0 } as const;
  const never = (): void => assert.fail('there is no answer');
  patient.read('127.0.0.1:1', kvGet, 'a', settings, 'dc1', '', never);
  patient.read('127.0.0.1:1', kvGet, 'a', { ...settings, minIndex: 0 }, 'dc1', '', never);
  let longestMs: number = WAIT_MS;
  for (let servers = 0; servers < 3; servers += 1) longestMs += longestMs / 16;
  assert.deepEqual(waited, [longestMs + HOLD_MS, 60_000]);
});
