// The uws engine under the same framework: what endpoints and clients rely on, and what is known to differ.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { HttpSettings } from '../../../src/workers/state/http/http-policy.js';
import { type Api, ask, get, RawClient, SETTINGS, startApi } from '../../unit/workers/state/http/fixture.js';
import { withoutUws } from '../../uws.js';

const UWS: Partial<HttpSettings> = { http: { ...SETTINGS.http, engine: 'uws' } };
async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the uws engine', { skip: withoutUws }, () => {
  let api: Api;
  before(async () => {
    api = await startApi({ settings: UWS });
  });
  after(() => api.close());

  test('reads, writes, errors and headers', async () => {
    const put = await ask(api.port, 'PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello');
    assert.equal(put.body, 'true');
    const read = await get(api.port, '/v1/kv/a?pretty');
    assert.equal(read.body, '"hello"\n');
    assert.equal(read.headers['x-consul-index'], String(api.store.index));
    assert.equal(read.headers['content-type'], 'application/json');
    assert.equal(read.headers['x-consul-default-acl-policy'], 'allow');
    assert.equal((await get(api.port, '/v1/nothing')).status, 404);
    assert.equal((await get(api.port, '/v1//echo?x=1')).headers['location'], '/v1/echo?x=1');
    assert.equal((await get(api.port, '/v1/kv/a%00')).status, 400);
    const wrong = await ask(api.port, 'PATCH /v1/kv/a HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.equal(wrong.status, 405);
    assert.equal(wrong.body, 'method PATCH not allowed');
    const head = await ask(api.port, 'HEAD /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n', 'HEAD');
    assert.equal(head.status, 200);
    assert.equal(head.headers['content-length'], '12');
    const token = await get(api.port, '/v1/echo', 'X-Consul-Token: t\r\n');
    assert.match(token.body, /"token":"t"/);
  });

  test('bodies: chunked, large, too large, and on GET', async () => {
    const chunked = await ask(
      api.port,
      'PUT /v1/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    );
    assert.match(chunked.body, /"text":"abcde"/);
    const large = 'y'.repeat(1_000_000);
    const put = await ask(
      api.port,
      `PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${large.length}\r\n\r\n${large}`,
    );
    assert.match(put.body, /^\{"length":1000000,/);
    const over = await ask(
      api.port,
      `PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1025\r\n\r\n${'x'.repeat(1025)}`,
    );
    assert.equal(over.status, 413);
    assert.match(over.body, /^Request body\(1025 bytes\) too large, max size: 1024 bytes\./);
    const onGet = new RawClient(api.port);
    onGet.send('GET /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc');
    assert.equal((await onGet.answer()).status, 200);
    onGet.close();
  });

  test('streams and gzip', async () => {
    assert.equal((await get(api.port, '/v1/stream')).body, 'one\ntwo\n');
    assert.equal((await get(api.port, '/v1/big', 'Accept-Encoding: gzip\r\n')).headers['content-encoding'], 'gzip');
  });

  test('a blocking query waits, wakes, and ends with its client', async () => {
    api.store.put('b', '1');
    const client = new RawClient(api.port);
    client.send(`GET /v1/kv/b?index=${api.store.index}&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until(() => api.server.waitingReads === 1, 'the query waits');
    api.store.put('b', '2');
    assert.equal((await client.answer()).body, '"2"');
    client.send(`GET /v1/kv/b?index=${api.store.index}&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until(() => api.server.waitingReads === 1, 'the next query waits');
    client.close();
    await until(() => api.server.waitingReads === 0, 'the query ended');
    assert.equal(api.store.waiting, 0);
  });

  test('requests in flight count against the limit of a client', async () => {
    const limited = await startApi({ settings: { ...UWS, limits: { ...SETTINGS.limits, httpMaxConnsPerClient: 2 } } });
    try {
      const waiting = [new RawClient(limited.port), new RawClient(limited.port)];
      for (const client of waiting) client.send('GET /v1/kv/b?index=99&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n');
      await until(() => limited.server.waitingReads === 2, 'two queries wait');
      const refused = await get(limited.port, '/v1/echo');
      assert.equal(refused.status, 429);
      assert.equal(refused.headers['connection'], 'close');
      for (const client of waiting) client.close();
      await until(() => limited.server.waitingReads === 0, 'the queries ended');
      assert.equal((await get(limited.port, '/v1/echo')).status, 200);
    } finally {
      await limited.close();
    }
  });

  test('of a client whose last place another thread has just taken no query waits, and a write is answered', async () => {
    const clients = { total: 0, of: () => 0, enter: () => false, leave: () => assert.fail('nobody is counted') };
    const crowded = await startApi({
      settings: { ...UWS, limits: { httpMaxConnsPerClient: 2, httpMaxRequestBodySize: 1024 } },
      clients,
    });
    try {
      const client = new RawClient(crowded.port);
      client.send('GET /v1/kv/b?index=99&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n');
      const refused = await client.answer();
      assert.deepEqual([refused.status, refused.headers['connection']], [429, 'close']);
      await client.end();
      assert.deepEqual([crowded.server.waitingReads, crowded.store.waiting], [0, 0]);
      const put = await ask(crowded.port, 'PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1');
      assert.deepEqual([put.status, put.body], [200, 'true']);
      assert.equal((await get(crowded.port, '/v1/stream')).body, 'one\ntwo\n');
    } finally {
      await crowded.close();
    }
  });

  test('closing answers what waits; a taken port is an error; unix sockets are refused', async () => {
    const other = await startApi({ settings: UWS });
    const client = new RawClient(other.port);
    client.send('GET /v1/kv/b?index=99&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => other.server.waitingReads === 1, 'the query waits');
    await assert.rejects(
      () =>
        startApi({
          settings: {
            http: {
              ...SETTINGS.http,
              engine: 'uws',
              listeners: [{ kind: 'tcp', address: '127.0.0.1', port: other.port }],
            },
          },
        }),
      /address already in use/,
    );
    await assert.rejects(
      () =>
        startApi({
          settings: { http: { ...SETTINGS.http, engine: 'uws', listeners: [{ kind: 'unix', path: '/x' }] } },
        }),
      /serves TCP only/,
    );
    const closed = other.close();
    assert.equal((await client.answer()).status, 404);
    await client.end();
    await closed;
    assert.equal(other.server.connections, 0);
  });

  test('known differences: HTTP/1.0 is refused with its reason, and the connection closed', async () => {
    const client = new RawClient(api.port);
    client.send('GET /v1/echo HTTP/1.0\r\nHost: x\r\n\r\n');
    await client.end();
    assert.match(client.pending, /^HTTP\/1\.1 505 HTTP Version Not Supported\r\n/);
    client.close();
    assert.equal((await get(api.port, '/v1/echo')).status, 200, 'the engine goes on');
  });
});
