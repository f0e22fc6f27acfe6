import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlines } from '../../../../../../src/deadlines/deadline-queue.js';
import type { FiredEvent, KeyringAnswer } from '../../../../../../src/wire/gossip-pools.js';
import { eventEndpoints } from '../../../../../../src/workers/state/endpoints/event.js';
import { keyringEndpoints } from '../../../../../../src/workers/state/endpoints/operator/keyring.js';
import { EventLog } from '../../../../../../src/workers/state/gossip/events/event-log.js';
import type { Reply } from '../../../../../../src/workers/state/http/message/reply.js';
import { testCalls } from '../../calls/test-calls.js';
import { FakeLog, leaderFixture } from '../../leader/leader-fixture.js';
import { TestStore } from '../../replica/store/commands.js';
import { caller, FakeControl } from './fake-request.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEY = 'AAECAwQFBgcICQoLDA0ODw==';

const shown = (reply: Reply): unknown => JSON.parse(String(reply.body));
const refusal = ({ status, body }: Reply): unknown => [status, body];

function events(control = new FakeControl()) {
  const log = new EventLog({ nodeName: 'golden', services: () => [], logger: leaderFixture().logger });
  const store = new TestStore();
  const calls = testCalls({ store, consensus: new FakeLog(store), server: { control } });
  return { log, control, call: caller(eventEndpoints({ events: log, calls })) };
}

function fired(id: string, name: string): FiredEvent {
  const filters = { nodeFilter: '', serviceFilter: '', tagFilter: '' };
  return { id, name, payload: Buffer.from('<'), ...filters, version: 1, lTime: 2n ** 60n };
}

test('an event is fired with its filters and its payload', async () => {
  const { call, control } = events();
  const reply = shown(await call('PUT', '/v1/event/fire/deploy?node=a&service=b&tag=c', 'v1')) as { ID: string };
  assert.match(reply.ID, UUID);
  assert.deepEqual(reply, {
    ID: reply.ID,
    Name: 'deploy',
    Payload: 'djE=',
    NodeFilter: 'a',
    ServiceFilter: 'b',
    TagFilter: 'c',
    Version: 1,
    LTime: 0,
  });
  const event = {
    id: reply.ID,
    name: 'deploy',
    payload: new Uint8Array([0x76, 0x31]),
    nodeFilter: 'a',
    serviceFilter: 'b',
    tagFilter: 'c',
  };
  assert.deepEqual(control.asked, [{ op: 'fire-event', event }]);
});

test('an event is refused here, or by the pool', async () => {
  const { call, control } = events(new FakeControl({ 'fire-event': 'too large' }));
  assert.deepEqual(refusal(await call('PUT', '/v1/event/fire/')), [400, 'Missing name']);
  assert.deepEqual(refusal(await call('PUT', '/v1/event/fire/x?tag=y')), [
    500,
    'Cannot provide tag filter without service filter',
  ]);
  assert.deepEqual(control.asked, []);
  assert.deepEqual(refusal(await call('PUT', '/v1/event/fire/x')), [500, 'error broadcasting event: too large']);
});

test('a reader of events waits until the last of its name is another', async () => {
  const { call, log } = events();
  log.receive(fired('00000000-0000-0001-8000-000000000000', 'a'));
  const first = await call('GET', '/v1/event/list?name=a');
  const index = first.headers.find(([name]) => name === 'X-Consul-Index')?.[1];
  assert.equal(index, String(2n ** 63n + 1n));
  assert.deepEqual(shown(first), [
    {
      ID: '00000000-0000-0001-8000-000000000000',
      Name: 'a',
      Payload: 'PA==',
      NodeFilter: '',
      ServiceFilter: '',
      TagFilter: '',
      Version: 1,
      LTime: 2 ** 60,
    },
  ]);
  const waiting = call('GET', `/v1/event/list?name=a&index=${index}`);
  const settled = Promise.race([waiting.then(() => 'answered'), new Promise((resolve) => setImmediate(resolve))]);
  log.receive(fired('10000000-0000-0000-0000-000000000000', 'b'));
  assert.equal(await settled, undefined, 'another name does not end it');
  log.receive(fired('20000000-0000-0000-0000-000000000000', 'a'));
  assert.equal((shown(await waiting) as unknown[]).length, 2);
  assert.equal(deadlines.size, 0);
  // An index beside the present one by less than a double can tell is another.
  assert.equal((shown(await call('GET', `/v1/event/list?name=b&index=${2n ** 60n + 1n}`)) as unknown[]).length, 1);
});

test('without events the index is 1, and a reader waits with that', async () => {
  const { call, log } = events();
  const reply = await call('GET', '/v1/event/list?index=7');
  assert.deepEqual([reply.body, reply.headers], ['[]', [['X-Consul-Index', '1']]]);
  const waiting = call('GET', '/v1/event/list?index=1');
  log.receive(fired('20000000-0000-0000-0000-000000000000', 'a'));
  assert.equal((shown(await waiting) as unknown[]).length, 1);
});

function answer(pool: 'wan' | 'lan', changes: Partial<KeyringAnswer> = {}): KeyringAnswer {
  return { pool, numNodes: 2, messages: {}, keys: { [KEY]: 2 }, primaryKeys: { [KEY]: 1 }, error: '', ...changes };
}

function keyring(control: FakeControl, hasWan = true) {
  const store = new TestStore();
  const calls = testCalls({ store, consensus: new FakeLog(store), server: { control } });
  return caller(keyringEndpoints({ calls, datacenter: 'dc1', hasWan: () => hasWan }));
}

test('keys are listed by pool', async () => {
  const control = new FakeControl({ keyring: [answer('wan'), answer('lan', { messages: { n2: 'truncated' } })] });
  const call = keyring(control);
  const pool = { Datacenter: 'dc1', Segment: '', Keys: { [KEY]: 2 }, PrimaryKeys: { [KEY]: 1 }, NumNodes: 2 };
  assert.deepEqual(shown(await call('GET', '/v1/operator/keyring?relay-factor=5')), [
    { WAN: true, ...pool },
    { WAN: false, ...pool, Messages: { n2: 'truncated' } },
  ]);
  const local = shown(await call('GET', '/v1/operator/keyring?local-only=1')) as { WAN: boolean }[];
  assert.deepEqual(
    local.map(({ WAN }) => WAN),
    [false],
  );
  const list = { op: 'keyring', operation: 'list', key: new Uint8Array(0) };
  assert.deepEqual(control.asked, [
    { ...list, relayFactor: 5, localOnly: false },
    { ...list, relayFactor: 0, localOnly: true },
  ]);
});

test('keys are installed, used and removed as raw bytes', async () => {
  const control = new FakeControl({ keyring: [answer('wan'), answer('lan')] });
  const call = keyring(control);
  for (const method of ['POST', 'PUT', 'DELETE'] as const) {
    const reply = await call(method, '/v1/operator/keyring', `{"key":"${KEY}","Other":1}`);
    assert.deepEqual([reply.status, reply.body], [200, '']);
  }
  const key = Uint8Array.from(Buffer.from(KEY, 'base64'));
  assert.deepEqual(
    control.asked,
    ['install', 'use', 'remove'].map((operation) => ({
      op: 'keyring',
      operation,
      key,
      relayFactor: 0,
      localOnly: false,
    })),
  );
});

test('what failed in the pools is told pool by pool, node by node', async () => {
  const error = '1/2 nodes reported failure';
  const failures = [answer('wan', { error, messages: { 'n1.dc1': 'no' } }), answer('lan', { error, messages: {} })];
  const text =
    '3 errors occurred:\n\t* WAN error: 1/2 nodes reported failure\n\t* n1.dc1: no\n' +
    '\t* dc1 (LAN) error: 1/2 nodes reported failure\n\n';
  const call = keyring(new FakeControl({ keyring: failures }));
  assert.deepEqual(refusal(await call('GET', '/v1/operator/keyring')), [500, text]);
  assert.deepEqual(refusal(await call('PUT', '/v1/operator/keyring', `{"Key":"${KEY}"}`)), [500, text]);
  const broken = keyring(new FakeControl({ keyring: 'shutting down' }));
  assert.deepEqual(refusal(await broken('GET', '/v1/operator/keyring')), [500, 'shutting down']);
});

test('parameters and keys that are none are refused before the pools are asked', async () => {
  const control = new FakeControl();
  const call = keyring(control);
  const target = '/v1/operator/keyring';
  const outOfRange = 'Invalid relay-factor: Relay factor must be in range: [0, 5]';
  for (const [query, text] of [
    ['relay-factor=x', 'Error parsing relay factor: strconv.Atoi: parsing "x": invalid syntax'],
    ['relay-factor=6', outOfRange],
    ['relay-factor=-1', outOfRange],
    ['local-only=maybe', 'Error parsing local-only: strconv.ParseBool: parsing "maybe": invalid syntax'],
  ]) {
    assert.deepEqual(refusal(await call('GET', `${target}?${query}`)), [400, text]);
  }
  assert.deepEqual(refusal(await call('POST', `${target}?local-only=true`, '{"Key":"x"}')), [
    400,
    'Invalid use of local-only: local-only can only be set for list requests',
  ]);
  assert.deepEqual(refusal(await call('DELETE', target)), [400, 'Request decode failed: EOF']);
  const illegal = 'illegal base64 data at input byte 4';
  assert.deepEqual(refusal(await call('POST', target, '{"Key":"short"}')), [
    500,
    `2 errors occurred:\n\t* WAN error: ${illegal}\n\t* dc1 (LAN) error: ${illegal}\n\n`,
  ]);
  assert.deepEqual(refusal(await keyring(control, false)('POST', target, '{"Key":"short"}')), [
    500,
    `1 error occurred:\n\t* dc1 (LAN) error: ${illegal}\n\n`,
  ]);
  assert.deepEqual(control.asked, []);
});
