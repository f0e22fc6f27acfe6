// Internal.EventFire: whoever has an event sent out hears whether that server knows a leader; another datacenter's goes there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { writtenUserEvent } from '../../../../../src/msgpack/user-event.js';
import { CallsBeyond } from '../../../../../src/workers/state/calls/calls-beyond.js';
import type { ServerAsking } from '../../../../../src/workers/state/calls/elsewhere.js';
import type { QueryMeta, QueryOptions } from '../../../../../src/workers/state/rpc/rows/query-options.js';
import { rpcMethods, rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { TestStore } from '../replica/store/commands.js';
import { ASKED_SERVER } from './server-parts.js';

const METHOD = 'Internal.EventFire';

type Arguments = QueryOptions & { readonly Name: string; readonly Payload: Uint8Array };

interface Around {
  readonly leader?: string;
  readonly beyond?: CallsBeyond;
}

function fired({ leader = '', beyond }: Around, from: Partial<Arguments> = {}): Promise<QueryMeta> {
  const row = rpcRows.find(({ method }) => method.name === METHOD);
  const kinds = row as unknown as { readonly arguments: Kind<Arguments>; readonly reply: Kind<QueryMeta> };
  const store = new TestStore();
  const server = { leaderAddress: () => leader };
  const calls = testCalls({ store, consensus: new FakeLog(store), server, ...(beyond && { beyond }) });
  const event = { ID: 'id', n: 'deploy', p: null, nf: '', sf: '', tf: '', v: 1 };
  const body = encode(kinds.arguments, {
    ...kinds.arguments.zero,
    Name: 'deploy',
    Payload: writtenUserEvent(event),
    ...from,
  });
  return new Promise((resolve, reject) => {
    rpcMethods.get(METHOD)?.answer(
      body,
      {
        calls,
        datacenter: 'dc1',
        reaches: () => false,
        waits: () => ({ defaultQueryTimeMs: 1, maxQueryTimeMs: 1 }),
        ...ASKED_SERVER,
      },
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
  const replies = [await fired({ leader: '127.0.0.1:8300' }), await fired({ leader: '' })];
  assert.deepEqual(
    replies.map(({ KnownLeader, Index }) => [KnownLeader, Index]),
    [
      [true, 1],
      [false, 1],
    ],
  );
});

test('another datacenter’s event goes to one of its servers, with the token it came with', async () => {
  const asked: string[] = [];
  const asking: ServerAsking = {
    read: () => ({ cancel: () => {} }),
    async write(address, { name }, _request, datacenter, token) {
      asked.push(`${address} ${name} ${datacenter} ${token}`);
      return { ok: true, value: { hasLeader: true } as never };
    },
  };
  const serversOf = () => [{ name: 's1', address: 'there:1' }];
  const beyond = new CallsBeyond({ serversOf, asking, isLocalToken: () => false });
  await fired({ beyond }, { Datacenter: 'dc2', Token: 'secret' });
  assert.deepEqual(asked, [`there:1 ${METHOD} dc2 secret`]);
});
