import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import { OtherLeader } from '../calls/other-leader.js';
import { type Api, get, RawClient, SETTINGS, startApi } from './fixture.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A GET on its own connection that is waiting in the server when this resolves. */
async function block(target: string, headers = ''): Promise<RawClient> {
  const before = api.server.waitingReads;
  const client = new RawClient(api.port);
  client.send(`GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
  await until(() => api.server.waitingReads > before, `${target} waits`);
  return client;
}

test('refused options, in the recorded words', async () => {
  const refusals: readonly [string, string][] = [
    ['index=-1', 'Invalid index'],
    ['index=abc', 'Invalid index'],
    ['index=18446744073709551616', 'Invalid index'],
    ['wait=10', 'Invalid wait time'],
    ['wait=abc', 'Invalid wait time'],
    ['stale&consistent', 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
    ['consistent&max_stale=5s', 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
    ['cached&consistent', 'Cannot specify ?cached with ?consistent, conflicting semantics.'],
    ['max_stale=soon', 'Invalid max_stale value "soon"'],
  ];
  for (const [query, message] of refusals) {
    const answer = await get(api.port, `/v1/list?${query}`);
    assert.equal(answer.status, 400, query);
    assert.equal(answer.body, message);
    assert.equal(answer.headers['x-consul-index'], undefined);
  }
  for (const value of ['max-age=abc', 'stale-if-error=x', 'max-age']) {
    const answer = await get(api.port, '/v1/list?cached', `Cache-Control: ${value}\r\n`);
    assert.equal(answer.body, 'Invalid Cache-Control header.', value);
  }
  assert.equal((await get(api.port, '/v1/list?cached', 'Cache-Control: Max-Age=5, must-revalidate\r\n')).status, 200);
  assert.equal((await get(api.port, '/v1/list', 'Cache-Control: max-age=abc\r\n')).status, 200);
});

test('the headers of a read, and what consistency shows', async () => {
  const answer = await get(api.port, '/v1/list');
  assert.equal(answer.headers['x-consul-index'], '10');
  assert.equal(answer.headers['x-consul-knownleader'], 'true');
  assert.equal(answer.headers['x-consul-lastcontact'], '0');
  assert.equal(answer.headers['x-consul-query-backend'], 'blocking-query');
  assert.equal(answer.headers['x-consul-effective-consistency'], 'leader');
  assert.equal((await get(api.port, '/v1/list?consistent')).headers['x-consul-effective-consistency'], 'consistent');
  assert.equal((await get(api.port, '/v1/list?max_stale=1s')).headers['x-consul-effective-consistency'], 'stale');
  assert.equal((await get(api.port, '/v1/kv/none')).headers['x-consul-effective-consistency'], undefined);
  assert.equal((await get(api.port, '/v1/kv/none')).headers['x-consul-index'], '10');
  api.store.index = 0;
  assert.equal((await get(api.port, '/v1/list')).headers['x-consul-index'], '1', 'never 0');
});

test('cached: a miss, then hits; off by configuration', async () => {
  assert.equal((await get(api.port, '/v1/list?cached')).headers['x-cache'], 'MISS');
  const hit = await get(api.port, '/v1/list?cached');
  assert.equal(hit.headers['x-cache'], 'HIT');
  assert.match(hit.headers['age'] ?? '', /^\d+$/);
  assert.equal(hit.headers['x-consul-query-backend'], 'streaming');
  assert.equal((await get(api.port, '/v1/list?cached&filter=x')).headers['x-cache'], 'MISS');
  assert.equal((await get(api.port, '/v1/kv/none?cached')).headers['x-cache'], undefined);
  api.server.reload({ ...SETTINGS, http: { ...SETTINGS.http, useCache: false } });
  assert.equal((await get(api.port, '/v1/list?cached')).headers['x-cache'], undefined);
  assert.equal((await get(api.port, '/v1/list?cached&consistent')).status, 200);
});

test('cached: a read that found no leader leaves nothing for the next one to hit', async () => {
  api.leadership.setRole(Role.follower, 1, false);
  for (let time = 0; time < 2; time += 1) {
    const refused = await get(api.port, '/v1/list?cached');
    assert.equal(refused.status, 500);
    assert.equal(refused.body, 'No cluster leader');
  }
  api.leadership.setRole(Role.leader, 2, true);
  assert.equal((await get(api.port, '/v1/list?cached')).headers['x-cache'], 'MISS');
  assert.equal((await get(api.port, '/v1/list?cached')).headers['x-cache'], 'HIT');
});

test('cached: what another server answered is there for the next one to hit', async () => {
  const elsewhere = new OtherLeader(true);
  const follower = await startApi({ leaderless: true, elsewhere });
  try {
    const states: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      const { status, headers } = await get(follower.port, '/v1/list?cached');
      states.push([status, headers['x-cache'], headers['x-consul-index']]);
    }
    assert.deepEqual(states, [
      [200, 'MISS', '9'],
      [200, 'HIT', '9'],
    ]);
    assert.equal(elsewhere.reads, 2);
  } finally {
    await follower.close();
  }
});

test('discovery_max_stale makes catalog reads stale, others not', async () => {
  api.server.reload({ ...SETTINGS, discoveryMaxStaleMs: 1000 });
  assert.equal((await get(api.port, '/v1/list')).headers['x-consul-effective-consistency'], 'stale');
  assert.equal((await get(api.port, '/v1/list?consistent')).headers['x-consul-effective-consistency'], 'consistent');
  assert.equal((await get(api.port, '/v1/list?leader')).headers['x-consul-effective-consistency'], 'leader');
});

test('another datacenter is unknown; datacenter wins over dc', async () => {
  const list = await get(api.port, '/v1/list?dc=DC1');
  assert.equal(list.status, 500);
  assert.equal(list.body, 'No path to datacenter');
  assert.equal(list.headers['x-consul-index'], '1');
  assert.equal(list.headers['x-consul-knownleader'], 'false');
  const kv = await get(api.port, '/v1/kv/a?dc=other');
  assert.equal(kv.status, 500);
  assert.equal(kv.headers['x-consul-index'], undefined);
  assert.equal((await get(api.port, '/v1/list?datacenter=dc1&dc=other')).status, 200);
});

test('a client agent knows no servers, but answers for itself', async () => {
  const client = await startApi({ client: true });
  try {
    for (const target of ['/v1/kv/a', '/v1/list?dc=other']) {
      const answer = await get(client.port, target);
      assert.equal(answer.status, 500);
      assert.equal(answer.body, 'No known Consul servers');
    }
    assert.equal((await get(client.port, '/v1/echo')).status, 200);
  } finally {
    await client.close();
  }
});

test('without a leader: an error after the hold time, or the answer as soon as one is there', async () => {
  api.leadership.setRole(Role.follower, 1, false);
  const started = performance.now();
  const answer = await get(api.port, '/v1/kv/a');
  assert.equal(answer.status, 500);
  assert.equal(answer.body, 'No cluster leader');
  assert.ok(performance.now() - started >= SETTINGS.rpcHoldTimeoutMs - 1);
  const stale = await get(api.port, '/v1/list?stale');
  assert.equal(stale.status, 200);
  assert.equal(stale.headers['x-consul-knownleader'], 'false');

  api.server.reload({ ...SETTINGS, rpcHoldTimeoutMs: 30_000 });
  const client = new RawClient(api.port);
  client.send('GET /v1/list HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => api.server.connections > 0, 'the request is there');
  api.leadership.setRole(Role.leader, 2, true);
  assert.equal((await client.answer('GET', 20_000)).status, 200);
  client.close();
});

test('a stale read needs a leader that was once heard of, and no longer ago than max_stale', async () => {
  const fresh = await startApi({ leaderless: true });
  try {
    assert.equal((await get(fresh.port, '/v1/list?stale')).body, 'No cluster leader');
    fresh.leadership.setRole(Role.follower, 1, true);
    fresh.leadership.setRole(Role.follower, 1, false);
    assert.equal((await get(fresh.port, '/v1/list?stale')).status, 200);
    await until(() => fresh.leadership.lastContactMs > 5, 'the last contact to be some milliseconds ago');
    assert.equal((await get(fresh.port, '/v1/list?max_stale=5ms')).body, 'No cluster leader');
    const recent = await get(fresh.port, '/v1/list?max_stale=1h');
    assert.equal(recent.status, 200);
    assert.ok(Number(recent.headers['x-consul-lastcontact']) > 5);
  } finally {
    await fresh.close();
  }
});

test('a consistent read asks the quorum, at the start and when it wakes', async () => {
  api.verifies = false;
  const refused = await get(api.port, '/v1/kv/a?consistent');
  assert.equal(refused.status, 500);
  assert.equal(refused.body, 'Not ready to serve consistent reads');
  api.verifies = true;
  api.store.put('a', '1');
  const client = await block(`/v1/kv/a?consistent&wait=60s&index=${api.store.index}`);
  api.verifies = false;
  api.store.put('a', '2');
  assert.equal((await client.answer()).body, 'Not ready to serve consistent reads');
  client.close();
});

test('a blocking query answers at once when its index is old, else at the change', async () => {
  api.store.put('a', '1');
  const { index } = api.store;
  assert.equal((await get(api.port, `/v1/kv/a?index=${index - 1}&wait=60s`)).body, '"1"');
  const client = await block(`/v1/kv/a?index=${index}&wait=60s`);
  api.store.put('b', 'x');
  assert.equal(client.pending, '', 'nothing is written while it waits');
  assert.equal(api.server.waitingReads, 1);
  api.store.put('a', '2');
  const answer = await client.answer();
  assert.equal(answer.body, '"2"');
  assert.equal(answer.headers['x-consul-index'], String(api.store.index));
  assert.equal(api.server.waitingReads, 0);
  client.send('GET /v1/kv/a HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal((await client.answer()).status, 200, 'the connection goes on');
  client.close();
});

test('at its deadline a blocking query answers with what there is', async () => {
  api.store.put('a', '1');
  const started = performance.now();
  const answer = await get(api.port, '/v1/kv/a?index=100000&wait=100ms');
  assert.ok(performance.now() - started >= 99);
  assert.equal(answer.status, 200);
  assert.equal(answer.body, '"1"');
  assert.equal(answer.headers['x-consul-index'], String(api.store.index));
});

test('not-found rule: later misses raise the index, only an appearance wakes', async () => {
  const first = await get(api.port, `/v1/kv/none?index=${api.store.index - 1}&wait=60s`);
  assert.equal(first.status, 404, 'the first miss answers when it passes the index');

  const later = await block(`/v1/kv/none?index=${api.store.index}&wait=60s`);
  const readsBefore = api.store.reads;
  api.store.touch('none');
  assert.equal(api.store.reads, readsBefore + 1);
  assert.equal(api.server.waitingReads, 1, 'misses that pass the index do not answer any more');
  api.store.put('none', 'here');
  assert.equal((await later.answer()).body, '"here"');
  later.close();
});

test('a restore answers every waiting query, whatever its index', async () => {
  api.store.put('a', '1');
  const client = await block('/v1/kv/a?index=100000&wait=60s');
  api.store.generation += 1;
  api.store.wake('a');
  assert.equal((await client.answer()).body, '"1"');
  client.close();
});

test('a read that fails when it is woken, or at its deadline, is answered and reported; the agent goes on', async () => {
  api.store.put('a', '1');
  const { index } = api.store;
  const client = await block(`/v1/kv/a?index=${index}&wait=60s`);
  const late = await block(`/v1/kv/b?index=${index}&wait=100ms`);
  const { get: read } = api.store;
  api.store.get = () => {
    throw new Error('planted');
  };
  api.store.wake('a');
  assert.equal((await client.answer()).status, 500);
  assert.equal((await late.answer()).status, 500);
  assert.equal(api.server.waitingReads, 0);
  assert.deepEqual(
    api.logged.map(({ message }) => message),
    ['Request failed', 'Request failed'],
  );
  api.store.get = read;
  client.send('GET /v1/kv/a HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal((await client.answer()).body, '"1"');
  client.close();
  late.close();
});

test('a client that hangs up while leadership is confirmed is counted out once', async () => {
  api.store.put('a', '1');
  const client = await block(`/v1/kv/a?index=${api.store.index}&wait=60s&consistent`);
  api.store.put('a', '2');
  assert.equal(api.server.waitingReads, 0);
  client.socket.destroy();
  await until(() => api.server.connections === 0, 'the server sees it');
  assert.equal(api.server.waitingReads, 0);
});

test('a client that hangs up takes its watch along', async () => {
  const client = await block(`/v1/kv/a?index=${api.store.index}&wait=60s`);
  assert.equal(api.store.waiting, 1);
  client.close();
  await until(() => api.server.waitingReads === 0, 'the query ended');
  assert.equal(api.store.waiting, 0);
});

test('blocking with a stream-capable row shows the streaming headers', async () => {
  const client = await block(`/v1/list?index=${api.store.index}&wait=60s`);
  api.store.put('list', 'x');
  const answer = await client.answer();
  assert.equal(answer.headers['x-consul-query-backend'], 'streaming');
  assert.equal(answer.headers['x-consul-knownleader'], 'false');
  client.close();
});

test('gzip and pretty are remembered while a query waits', async () => {
  const client = await block(`/v1/list?pretty&index=${api.store.index}&wait=60s`, 'Accept-Encoding: gzip\r\n');
  api.store.put('list', 'y'.repeat(3000));
  const answer = await client.answer();
  assert.equal(answer.headers['content-encoding'], 'gzip');
  client.close();
});

test('closing answers what waits, and says that the connection ends', async () => {
  api.store.put('a', '1');
  const client = await block(`/v1/kv/a?index=${api.store.index}&wait=60s`);
  const idle = new RawClient(api.port);
  idle.send('GET /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n');
  await idle.answer();
  const closed = api.server.close(5000);
  const answer = await client.answer();
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['connection'], 'close');
  await idle.end();
  client.close();
  await closed;
  assert.equal(api.server.connections, 0);
});
