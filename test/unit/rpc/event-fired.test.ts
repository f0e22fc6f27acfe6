// Internal.EventFire: whoever has an event sent out hears whether that server knows a leader.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '../../../src/msgpack/codec.js';
import type { Kind } from '../../../src/msgpack/kinds.js';
import { writtenUserEvent } from '../../../src/msgpack/user-event.js';
import type { QueryMeta, QueryOptions } from '../../../src/workers/state/rpc/rows/query-options.js';
import { rpcMethods, rpcRows } from '../../../src/workers/state/rpc/rpc-methods.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { TestStore } from '../store/commands.js';

const METHOD = 'Internal.EventFire';

type Arguments = QueryOptions & { readonly Name: string; readonly Payload: Uint8Array };

function fired(leader: string): Promise<QueryMeta> {
  const row = rpcRows.find(({ method }) => method.name === METHOD);
  const kinds = row as unknown as { readonly arguments: Kind<Arguments>; readonly reply: Kind<QueryMeta> };
  const store = new TestStore();
  const calls = testCalls({ store, consensus: new FakeLog(store), server: { leaderAddress: () => leader } });
  const event = { ID: 'id', n: 'deploy', p: null, nf: '', sf: '', tf: '', v: 1 };
  const body = encode(kinds.arguments, {
    ...kinds.arguments.zero,
    Name: 'deploy',
    Payload: writtenUserEvent(event),
  });
  return new Promise((resolve, reject) => {
    rpcMethods.get(METHOD)?.answer(
      body,
      { calls, datacenter: 'dc1', reaches: () => false, waits: () => ({ defaultQueryTimeMs: 1, maxQueryTimeMs: 1 }) },
      {
        answered(bytes) {
          const reply = decode(kinds.reply, bytes);
          if (reply.ok) resolve(reply.value);
          else reject(new Error('no reply'));
        },
        refused: (text) => reject(new Error(text)),
        undecodable: (text) => reject(new Error(text)),
        crashed: reject,
      },
    );
  });
}

test('an event goes out whoever leads, and the reply says whether anybody does', async () => {
  assert.deepEqual([(await fired('127.0.0.1:8300')).KnownLeader, (await fired('')).KnownLeader], [true, false]);
  assert.equal((await fired('')).Index, 1);
});
