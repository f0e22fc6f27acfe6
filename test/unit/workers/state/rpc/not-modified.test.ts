// AllowNotModifiedResponse (spec/rpc.md, section 4): who has the answer already is told so, without the answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import type { QueryMeta, QueryOptions } from '../../../../../src/workers/state/rpc/rows/query-options.js';
import { rpcMethods, rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { register, service, TestStore } from '../replica/store/commands.js';
import { ASKED_SERVER } from './server-parts.js';

type Reply = QueryMeta & { readonly Nodes?: unknown; readonly Services?: unknown };

const MILLISECOND = 1_000_000;

function server() {
  const store = new TestStore();
  const log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  log.leadership.setRole(Role.leader, 1, true);
  store.run(register({ Node: 'n1', Address: '10.0.0.1', Service: service({ ID: 'web', Service: 'web' }) }));
  const calls = testCalls({ store, consensus: log });
  const waits = () => ({ defaultQueryTimeMs: 1, maxQueryTimeMs: 60_000 });
  const ask = (name: string, options: Partial<QueryOptions>): Promise<Reply> => {
    const row = rpcRows.find(({ method }) => method.name === name);
    const kinds = row as unknown as { readonly arguments: Kind<QueryOptions>; readonly reply: Kind<Reply> };
    const body = encode(kinds.arguments, { ...kinds.arguments.zero, ...options });
    return new Promise((resolve, reject) => {
      rpcMethods.get(name)?.answer(
        body,
        { calls, datacenter: 'dc1', reaches: () => false, waits, ...ASKED_SERVER },
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
  };
  return { store, ask };
}

for (const [name, list] of [
  ['Catalog.ListNodes', 'Nodes'],
  ['Catalog.ListServices', 'Services'],
] as const) {
  test(`${name}: who waited in vain is told no more than that, if that will do`, async () => {
    const { store, ask } = server();
    const first = await ask(name, { AllowNotModifiedResponse: true });
    assert.deepEqual([first.NotModified, first[list] === null], [false, false]);
    const known = { MinQueryIndex: first.Index, MaxQueryTime: MILLISECOND };
    const same = await ask(name, { ...known, AllowNotModifiedResponse: true });
    assert.deepEqual([same.NotModified, same[list], same.Index], [true, null, first.Index]);
    assert.equal(same.KnownLeader, true);
    const whole = await ask(name, known);
    assert.deepEqual([whole.NotModified, whole[list]], [false, first[list]]);
    const waiting = ask(name, {
      ...known,
      MaxQueryTime: 60_000 * MILLISECOND,
      AllowNotModifiedResponse: true,
    });
    store.run(register({ Node: 'n2', Address: '10.0.0.2', Service: service({ ID: 'db', Service: 'db' }) }));
    store.flush();
    const changed = await waiting;
    assert.deepEqual([changed.NotModified, changed[list] === null], [false, false]);
  });
}

test('other methods answer whole', async () => {
  const { ask } = server();
  const first = await ask('Catalog.ServiceList', {});
  const again = await ask('Catalog.ServiceList', {
    MinQueryIndex: first.Index,
    MaxQueryTime: MILLISECOND,
    AllowNotModifiedResponse: true,
  });
  assert.deepEqual([again.NotModified, again.Services], [false, first.Services]);
});
