// Answers of many records: written and read in steps, so that others are served between them, and the same bytes and values as in
// one go.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import type { QueryOptions } from '../../../../../src/workers/state/rpc/rows/query-options.js';
import { rpcMethods, rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { turns } from '../../../../../src/workers/state/turns/turns.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { register, service, TestStore } from '../replica/store/commands.js';
import { ASKED_SERVER } from './server-parts.js';

const COUNT = 20_000;

interface NodeArguments extends QueryOptions {
  readonly Node: string;
}

/** `wasHeldUp`: the answer was there before anybody else had a turn. */
interface Answer {
  readonly body: Uint8Array;
  readonly wasHeldUp: boolean;
}

function server(count: number) {
  const store = new TestStore();
  const log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  log.leadership.setRole(Role.leader, 1, true);
  for (let at = 0; at < count; at += 1) {
    const name = `service-${at}`;
    store.run(register({ Node: 'n1', Address: '10.0.0.1', Service: service({ ID: name, Service: name }) }));
  }
  const calls = testCalls({ store, consensus: log });
  const context = {
    calls,
    datacenter: 'dc1',
    reaches: () => false,
    waits: () => ({ defaultQueryTimeMs: 1, maxQueryTimeMs: 1 }),
    ...ASKED_SERVER,
  };
  return (name: string): Promise<Answer> => {
    const row = rpcRows.find(({ method }) => method.name === name);
    const kind = (row as unknown as { readonly arguments: Kind<NodeArguments> }).arguments;
    let othersHadTurns = false;
    setImmediate(() => {
      othersHadTurns = true;
    });
    return new Promise((resolve, reject) => {
      rpcMethods.get(name)?.answer(encode(kind, { ...kind.zero, Node: 'n1' }), context, {
        answered: (body) => resolve({ body, wasHeldUp: !othersHadTurns }),
        refused: (text) => reject(new Error(text)),
        undecodable: (text) => reject(new Error(text)),
        crashed: reject,
      });
    });
  };
}

const ask = server(COUNT);
const askFew = server(3);

for (const name of ['Catalog.NodeServices', 'Catalog.NodeServiceList', 'Catalog.ListServices', 'Internal.NodeDump']) {
  test(`${name}: many records are written and read in steps`, async () => {
    const { body, wasHeldUp } = await ask(name);
    assert.equal(wasHeldUp, false);
    const asking = rpcMethods.get(name)?.asking;
    assert.ok(asking);
    const request = { node: 'n1' };
    const atOnce = asking.readAnswer(body, request);
    assert.equal(atOnce?.ok, true);

    assert.deepEqual(await turns.finished(asking.readLongAnswer(body, request)), atOnce);
    let steps = 0;
    for (const reading = asking.readLongAnswer(body, request); reading.next().done !== true; ) steps += 1;
    assert.ok(steps > 3, `${steps} steps`);
  });

  test(`${name}: a few are there at once`, async () => {
    assert.equal((await askFew(name)).wasHeldUp, true);
  });
}
