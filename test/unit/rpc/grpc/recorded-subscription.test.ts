// The subscription that was recorded of a stock client agent and a stock server, byte for byte: what the agent sent is sent
// again, and each message that comes back is the recorded one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_CHECK_DEFINITION } from '../../../../src/workers/state/records/zero-values.js';
import { waitFor } from '../../../agent-process.js';
import { readJson } from '../../../data.js';
import { check, deregister, register, service, TestStore } from '../../store/commands.js';
import { GrpcPair, withoutPings } from './grpc-pair.js';

interface Recorded {
  readonly name: string;
  readonly steps: readonly { readonly ms: number; readonly dir: string; readonly hex?: string }[];
}

const SECOND = 1_000_000_000;
const [recorded] = readJson('rpc/grpc.json') as readonly [Recorded];

/** The catalog as it was there. */
function recordedStore(): TestStore {
  const store = new TestStore();
  const web1 = service({
    ...{ ID: 'web1', Service: 'web', Tags: ['v1', 'blue'], Address: '192.0.2.11', Port: 8080 },
    ...{ Meta: { version: '1.2' }, Weights: { Passing: 10, Warning: 2 } },
    TaggedAddresses: {
      wan: { Address: '198.51.100.11', Port: 80 },
      lan: { Address: '192.0.2.11', Port: 8080 },
    },
  });
  const definition = {
    ...NO_CHECK_DEFINITION,
    ...{ HTTP: 'http://192.0.2.11:8080/', Header: { 'X-A': ['1', '2'] } },
    ...{ Interval: 10 * SECOND, Timeout: 2 * SECOND, DeregisterCriticalServiceAfter: 1800 * SECOND },
  };
  const http = check({
    ...{ CheckID: 'web1:http', Name: 'http', Notes: 'note', Output: 'HTTP GET 200 OK', Type: 'http' },
    ...{ ServiceID: 'web1', ServiceName: 'web', ServiceTags: ['v1', 'blue'], Definition: definition },
  });
  store.apply(
    31,
    register({
      ...{ ID: 'dddddddd-0000-4000-8000-000000000001', Node: 'n1', Address: '192.0.2.10' },
      ...{ TaggedAddresses: { lan: '192.0.2.10', wan: '198.51.100.10' }, NodeMeta: { rack: 'r7', os: 'linux' } },
      ...{ Service: web1, Check: http, Locality: { Region: 'eu', Zone: 'eu-1' } },
    }),
  );
  const web2 = service({ ID: 'web2', Service: 'web', Tags: ['v2'], Port: 8081 });
  const tcp = check({
    ...{ Node: 'n2', CheckID: 'web2:tcp', Name: 'tcp', Status: 'critical', Output: 'refused' },
    ...{ ServiceID: 'web2', ServiceName: 'web' },
  });
  store.apply(32, register({ ...N2, Service: web2, Check: tcp }));
  store.apply(83, register({ ...N2, Service: service({ ID: 'web3', Service: 'web', Port: 8083 }) }));
  return store;
}

const N2 = { Node: 'n2', Address: '192.0.2.20' };

/** What a side of the recording sent, cut by when. */
function said(dir: string, fromMs: number, toMs: number): Buffer {
  const steps = recorded.steps.filter((step) => step.dir === dir && step.ms >= fromMs && step.ms < toMs);
  return Buffer.from(steps.map(({ hex }) => hex ?? '').join(''), 'hex');
}

async function recordedMessages(stream: number): Promise<readonly string[]> {
  const pair = await GrpcPair.open(new TestStore());
  pair.close();
  pair.received = said('s', 0, Number.POSITIVE_INFINITY);
  return pair.messages(stream);
}

test('a recorded subscription: snapshot, change, reset after a restore, a new snapshot', async () => {
  const store = recordedStore();
  const pair = await GrpcPair.open(store);
  const first = await recordedMessages(1);
  assert.equal(first.length, 5);
  try {
    pair.client.write(withoutPings(said('c', 0, 10)));
    await waitFor(() => pair.messages(1).length >= 4, 'the snapshot', 20_000);
    assert.deepEqual(pair.messages(1), first.slice(0, 4));

    store.apply(84, register({ ...N2, Service: service({ ID: 'web4', Service: 'web', Port: 8084 }) }));
    store.flush();
    await waitFor(() => pair.messages(1).length >= 5, 'the change', 20_000);
    assert.deepEqual(pair.messages(1), first);

    store.replaceTables(store.tables, 84);
    const ended = () => pair.frames(1).at(-1);
    await waitFor(() => ended()?.type === 1, 'the reset');
    assert.equal((ended()?.flags ?? 0) & 1, 1);

    pair.client.write(withoutPings(said('c', 2840, 2850)));
    const second = await recordedMessages(3);
    await waitFor(() => pair.messages(3).length >= second.length, 'the second snapshot', 20_000);
    // The first instance's maps are in another order there, and its node has lost its locality.
    assert.deepEqual(pair.messages(3).slice(1), second.slice(1));
  } finally {
    pair.close();
  }
});

test('an instance that is gone is told by its name', async () => {
  const store = recordedStore();
  const pair = await GrpcPair.open(store);
  try {
    pair.client.write(withoutPings(said('c', 0, 10)));
    await waitFor(() => pair.messages(1).length >= 4, 'the snapshot', 20_000);
    store.apply(84, deregister({ Node: 'n2', ServiceID: 'web3' }));
    store.flush();
    await waitFor(() => pair.messages(1).length >= 5, 'the change', 20_000);
    // Index 84; one-of 10: op 1, an instance of node n2 with ID web3 of service web.
    assert.equal(pair.messages(1)[4], '0854521708011213' + '0a0412026e32' + '120b' + '12047765623' + '31a03776562');
  } finally {
    pair.close();
  }
});
