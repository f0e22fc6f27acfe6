// Keys, sessions and locks as clients of the API use them: check-and-set, acquire and release, lock delay, TTL, and the
// index of what is absent.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { kvEndpoints } from '../../../../../src/workers/state/endpoints/kv/kv.js';
import { sessionEndpoints } from '../../../../../src/workers/state/endpoints/session.js';
import { waitFor } from '../../../../agent-process.js';
import { RawClient } from '../http/fixture.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import { check, register } from '../replica/store/commands.js';

let api: Served;
let renewed: string[];
beforeEach(async () => {
  renewed = [];
  api = await serveEndpoints(
    ({ calls }) => [
      ...kvEndpoints({ calls, maxValueSize: () => 64, validatesKeys: () => false }),
      ...sessionEndpoints({ calls, nodeName: 'n1' }),
    ],
    { renewSession: (id) => renewed.push(id) },
  );
  api.store.runAll(register({ Check: check({ CheckID: 'serfHealth' }) }));
});
afterEach(() => api.close());

async function createSession(body: object): Promise<string> {
  const answer = await api.put('/v1/session/create', body);
  assert.equal(answer.status, 200, answer.body);
  return (JSON.parse(answer.body) as { ID: string }).ID;
}

async function entry(key: string): Promise<{ Session?: string; LockIndex: number; ModifyIndex: number }> {
  const [found] = JSON.parse((await api.get(`/v1/kv/${key}`)).body) as [
    { Session?: string; LockIndex: number; ModifyIndex: number },
  ];
  return found;
}

async function says(answer: Promise<{ readonly status: number; readonly body: string }>): Promise<string> {
  const { status, body } = await answer;
  return status === 200 ? body : `${status} ${body}`;
}

test('cas: 0 makes a key, its own index changes or deletes it, any other index nothing', async () => {
  assert.equal(await says(api.put('/v1/kv/a?cas=0', 'one')), 'true');
  assert.equal(await says(api.put('/v1/kv/a?cas=0', 'two')), 'false');
  const { ModifyIndex } = await entry('a');
  assert.equal(await says(api.put(`/v1/kv/a?cas=${ModifyIndex + 1}`, 'two')), 'false');
  assert.equal(await says(api.put(`/v1/kv/a?cas=${ModifyIndex}`, 'two')), 'true');
  assert.equal((await api.get('/v1/kv/a?raw')).body, 'two');
  assert.equal(await says(api.remove(`/v1/kv/a?cas=${ModifyIndex}`)), 'false');
  assert.equal(await says(api.remove(`/v1/kv/a?cas=${(await entry('a')).ModifyIndex}`)), 'true');
  assert.equal((await api.get('/v1/kv/a')).status, 404);
});

test('a lock is its holder’s alone; after its session ended it is refused for the lock delay, to everybody', async () => {
  const holder = await createSession({ LockDelay: '60s' });
  const other = await createSession({});
  assert.equal(await says(api.put(`/v1/kv/lead?acquire=${holder}`)), 'true');
  assert.equal(await says(api.put(`/v1/kv/lead?acquire=${other}`)), 'false');
  assert.equal(await says(api.put(`/v1/kv/lead?release=${other}`)), 'false');
  assert.equal((await entry('lead')).Session, holder);
  assert.equal(await says(api.put(`/v1/session/destroy/${holder}`)), 'true');
  assert.equal((await entry('lead')).Session, undefined);
  const proposed = api.log.proposed.length;
  assert.equal(await says(api.put(`/v1/kv/lead?acquire=${other}`)), 'false');
  assert.equal(api.log.proposed.length, proposed, 'nothing of it is proposed');
  assert.equal(await says(api.put('/v1/kv/lead', 'plain')), 'true', 'a plain write needs no lock');
  assert.equal(await says(api.put(`/v1/kv/free?acquire=${other}`)), 'true', 'other keys are free');
});

test('without a delay, and after a release, a lock is free at once', async () => {
  const [first, second] = [await createSession({ LockDelay: '0s' }), await createSession({})];
  assert.equal(await says(api.put(`/v1/kv/lead?acquire=${first}`)), 'true');
  await api.put(`/v1/session/destroy/${first}`);
  assert.equal(await says(api.put(`/v1/kv/lead?acquire=${second}`)), 'true');
  assert.equal((await entry('lead')).LockIndex, 2);
  assert.equal(await says(api.put(`/v1/kv/lead?release=${second}`)), 'true');
  const third = await createSession({});
  assert.equal(await says(api.put(`/v1/kv/lead?acquire=${third}`)), 'true');
});

test('a lock delay is 15 s unless it is given; a small number is seconds, a large one nanoseconds', async () => {
  const delays: readonly [object, number][] = [
    [{}, 15e9],
    [{ LockDelay: '20s' }, 20e9],
    [{ LockDelay: 20 }, 20e9],
    [{ LockDelay: 999 }, 999e9],
    [{ LockDelay: 1000 }, 1000],
    [{ LockDelay: 5_000_000_000 }, 5e9],
  ];
  for (const [body, expected] of delays) {
    const id = await createSession(body);
    assert.equal(api.store.sessions.session(id).value?.LockDelay, expected, JSON.stringify(body));
  }
});

test('a TTL is within session_ttl_min and a day; creation and renewal start its timer', async () => {
  for (const TTL of ['9.999s', '24h0m1s', '86401s', '-10s']) {
    const refused = await api.put('/v1/session/create', { TTL });
    assert.equal(refused.status, 500, TTL);
    assert.match(refused.body, /^Invalid Session TTL '-?\d+', must be between \[10s=24h0m0s\]$/);
  }
  for (const TTL of ['10s', '24h', '0s', '']) await createSession({ TTL });
  assert.equal(renewed.length, 4);
  const id = await createSession({ TTL: '10s', Behavior: 'delete' });
  assert.equal((await api.put(`/v1/session/renew/${id}`)).status, 200);
  assert.deepEqual(renewed.slice(-2), [id, id]);
  assert.equal(await says(api.put('/v1/session/renew/nobody')), "404 Session id 'nobody' not found");
  assert.equal(renewed.length, 6);
});

test('contradicting flags, an empty key and a large value are refused before anything is written', async () => {
  assert.equal(await says(api.put('/v1/kv/a?cas=0&acquire=s', 'x')), '400 Conflicting flags: acquire=s&cas=0\n');
  assert.equal(
    await says(api.put('/v1/kv/a?acquire=s&release=s', 'x')),
    '400 Conflicting flags: acquire=s&release=s\n',
  );
  assert.equal(await says(api.put('/v1/kv/', 'x')), '400 Missing key name');
  assert.equal(await says(api.remove('/v1/kv/')), '400 Missing key name');
  assert.equal((await api.put('/v1/kv/a', 'x'.repeat(65))).status, 413);
  assert.equal((await api.put('/v1/kv/a?dc=elsewhere', 'x')).status, 500);
  assert.deepEqual(api.log.proposed, []);
  assert.equal(await says(api.put('/v1/kv/a', 'x'.repeat(64))), 'true');
});

test('what is absent is 404 with the index of the table, and a list of it wakes when its prefix appears', async () => {
  await api.put('/v1/kv/other', 'x');
  const index = String(api.store.index('kvs'));
  for (const target of ['/v1/kv/none', '/v1/kv/none/?recurse', '/v1/kv/none/?keys']) {
    const missing = await api.get(target);
    assert.equal(missing.status, 404, target);
    assert.equal(missing.body, '');
    assert.equal(missing.headers['x-consul-index'], index, target);
  }
  await api.put('/v1/kv/list/1', 'x');
  const client = new RawClient(api.port);
  client.send(`GET /v1/kv/list/?keys&index=${api.store.index('kvs')}&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n`);
  await waitFor(() => api.server.waitingReads === 1, 'the query to wait');
  await api.put('/v1/kv/elsewhere', 'x');
  assert.equal(api.server.waitingReads, 1);
  await api.put('/v1/kv/list/', 'x');
  assert.equal((await client.answer()).body, '["list/","list/1"]');
  client.close();
});
