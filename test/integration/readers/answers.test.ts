// What clients see of an agent with readers, whichever thread their connection was given to: what was written is there, an index
// doesn't go back, what readers hand over comes back whole, a restore and a stop concern them all.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { putStream } from '../bulk/bulk-client.js';
import { ManyConnections, startWithReaders, withoutReaders } from './readers.js';

const READERS = 2;
const CONNECTIONS = 24;
const ROUNDS = 1_000;

describe('an agent with two readers', { skip: withoutReaders }, () => {
  let agent: AgentProcess;
  let clients: ManyConnections;

  before(async () => {
    agent = await startWithReaders(READERS, [
      '-dev',
      '-hcl=raft_snapshot_threshold = 200',
      '-hcl=telemetry { prometheus_retention_time = "1h" }',
    ]);
    clients = new ManyConnections(agent, CONNECTIONS);
  });
  after(async () => {
    clients.close();
    await agent.stop();
  });

  /** How many reads of keys the threads have answered since the start, as far as it was told. */
  const readsOfKeys = async (): Promise<number> => {
    const { text } = await clients.ask(0, 'GET', '/v1/agent/metrics?format=prometheus');
    const line = text.split('\n').find((one) => /^consul_api_http_count\{.*GET.*v1_kv_/.test(one));
    return Number(line?.split(' ').at(-1) ?? 0);
  };

  test('a write acknowledged on any connection is seen by a read on any other at once, and no index goes back', async () => {
    let highest = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const written = await clients.ask(round, 'PUT', '/v1/kv/seen', `value ${round}`);
      assert.equal(written.text.trim(), 'true');
      const reads = await Promise.all(
        [1, 2, 3, 4].map((step) => clients.ask(round * 7 + step * 5, 'GET', '/v1/kv/seen?raw')),
      );
      for (const { text, headers } of reads) {
        assert.equal(text, `value ${round}`);
        const index = Number(headers['x-consul-index']);
        assert.ok(index >= highest, `${index} after ${highest}`);
        highest = index;
      }
    }
  });

  test('a stream of services is taken on any connection, short or long', async () => {
    for (const count of [3, 2_000]) {
      const lines = Array.from({ length: count }, (_, at) => `{"ID":"bulk-${at}","Name":"bulk","Port":${1 + at}}\n`);
      for (let connection = 0; connection < 6; connection += 1) {
        const { status, text } = await putStream({
          port: agent.ports.http,
          target: '/v1/agent/services/register',
          body: [lines.join('')],
        });
        assert.equal(status, 200, text);
        assert.equal(text.match(/"OK":true/g)?.length, count);
      }
    }
    const services = Object.keys((await agent.json('/v1/agent/services')) as object);
    const removals = services.map((ID) => `${JSON.stringify({ ID })}\n`);
    await putStream({ port: agent.ports.http, target: '/v1/agent/services/deregister', body: removals });
  });

  test('while others write, an index that one connection has shown is behind none that another shows later', async () => {
    let isWriting = true;
    const writer = (async () => {
      for (let at = 0; isWriting; at += 1) await clients.ask(0, 'PUT', '/v1/kv/moving', `${at}`);
    })();
    let highest = 0;
    let last = -1;
    for (let round = 0; round < 2 * ROUNDS; round += 1) {
      const { text, headers, status } = await clients.ask(1 + (round % (CONNECTIONS - 1)), 'GET', '/v1/kv/moving?raw');
      if (status === 404) continue;
      const index = Number(headers['x-consul-index']);
      assert.ok(index >= highest, `${index} after ${highest}`);
      assert.ok(Number(text) >= last, `${text} after ${last}`);
      highest = index;
      last = Number(text);
    }
    isWriting = false;
    await writer;
    assert.ok(last > 10, 'something was written meanwhile');
  });

  test('a service registered on one connection is in the catalog and in health on all', async () => {
    const body = JSON.stringify({ Name: 'web', Port: 80, Check: { TTL: '10m', Status: 'passing' } });
    assert.equal((await clients.ask(3, 'PUT', '/v1/agent/service/register', body)).status, 200);
    for (const { text } of await clients.askAll('GET', '/v1/health/service/web?passing')) {
      assert.equal((JSON.parse(text) as unknown[]).length, 1);
    }
    assert.equal((await clients.ask(4, 'PUT', '/v1/agent/service/deregister/web')).status, 200);
    for (const { text } of await clients.askAll('GET', '/v1/catalog/service/web'))
      assert.deepEqual(JSON.parse(text), []);
  });

  test('a change ends the blocking queries of all connections, with the same answer', async () => {
    await clients.ask(0, 'PUT', '/v1/kv/watched', 'before');
    const index = (await clients.ask(0, 'GET', '/v1/kv/watched')).headers['x-consul-index'];
    const waiting = clients.askAll('GET', `/v1/kv/watched?raw&index=${index}&wait=60s`);
    const writer = new ManyConnections(agent, 1);
    await writer.ask(0, 'PUT', '/v1/kv/watched', 'after');
    const answers = await waiting;
    assert.deepEqual([...new Set(answers.map(({ text }) => text))], ['after']);
    assert.equal(new Set(answers.map(({ headers }) => headers['x-consul-index'])).size, 1);
    writer.close();
  });

  test('what a reader hands over is answered as by the first thread', async () => {
    await clients.ask(0, 'PUT', '/v1/kv/handed', 'value');
    for (const path of [
      '/v1/kv/handed?raw&consistent',
      '/v1/kv/handed?raw&max_stale=5s',
      '/v1/agent/checks',
      '/v1/status/leader',
      '/v1/kv/handed?dc=elsewhere',
      '/v1/nothing',
      '/',
      '/v1/kv/',
      '/v1/kv/handed?index=x',
      '/v1/kv/handed?stale&consistent',
      '/v1/kv/handed?raw&ns=a',
    ]) {
      const answers = await clients.askAll('GET', path);
      const shown = answers.map(({ status, text, headers }) => JSON.stringify([status, text, headers['content-type']]));
      assert.equal(new Set(shown).size, 1, `${path}: ${[...new Set(shown)].join('\n')}`);
    }
    const refused = await Promise.all([0, 1, 2, 3, 4, 5].map((by) => clients.ask(by, 'POST', '/v1/kv/handed')));
    for (const { status, headers } of refused)
      assert.deepEqual([status, headers['allow']], [405, 'OPTIONS,GET,PUT,DELETE']);
    const filters = await clients.askAll('GET', '/v1/catalog/nodes?filter=nonsense');
    assert.equal(new Set(filters.map(({ text }) => text)).size, 1);
  });

  test('bodies of every size arrive whole, by every connection', async () => {
    for (const length of [0, 1, 1_000, 65_535, 65_536, 65_537, 300_000]) {
      for (let by = 0; by < 8; by += 1) {
        const value = Buffer.alloc(length, `${by}`);
        assert.equal((await clients.ask(by, 'PUT', `/v1/kv/body/${length}`, value)).status, 200);
        const read = await clients.ask(by + 5, 'GET', `/v1/kv/body/${length}?raw`);
        assert.equal(read.text, value.toString());
      }
    }
    const tooLong = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((by) => clients.ask(by, 'PUT', '/v1/kv/too-long', Buffer.alloc(600_000))),
    );
    for (const { status } of tooLong) assert.equal(status, 413);
  });

  test('a long definition is read whichever thread it comes to, and one beyond the limit refused', async () => {
    const register = (by: number, length: number) => {
      const check = { CheckID: `long-${by}`, Name: 'long', TTL: '60s', Notes: 'n'.repeat(length) };
      return clients.ask(by, 'PUT', '/v1/agent/check/register', Buffer.from(JSON.stringify(check)));
    };
    const taken = await Promise.all([0, 1, 2, 3, 4, 5].map((by) => register(by, 1_000_000)));
    for (const { status, text } of taken) assert.equal(status, 200, text);
    const refused = await Promise.all([6, 7, 8, 9].map((by) => register(by, 8_400_000)));
    for (const { status, text } of refused) {
      assert.equal(status, 413);
      assert.match(
        text,
        /^Request body\(84[0-9]{5} bytes\) too large, max size: 8388608 bytes\. See .*#http_max_request_body_size\.$/,
      );
    }
  });

  test('a client that hangs up within its body writes nothing', async () => {
    await clients.ask(0, 'PUT', '/v1/kv/cut', 'whole');
    const head = 'PUT /v1/kv/cut HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n';
    for (let round = 0; round < 24; round += 1) {
      const socket = net.connect(agent.ports.http, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(`${head}${'b'.repeat(round % 2 === 0 ? 1_000 : 0)}`);
      await once(socket.resume(), 'close');
    }
    for (const { text } of await clients.askAll('GET', '/v1/kv/cut?raw')) assert.equal(text, 'whole');
  });

  test('what all threads answered is counted together', async () => {
    const before = await readsOfKeys();
    for (let round = 0; round < 10; round += 1) await clients.askAll('GET', '/v1/kv/seen');
    const asked = 10 * CONNECTIONS;
    await waitFor(async () => (await readsOfKeys()) >= before + asked, `${asked} reads more than ${before}`);
  });

  test('a saved state is restored on all threads, and what came after it is gone', async () => {
    await clients.ask(0, 'PUT', '/v1/kv/kept', 'kept');
    const saved = await clients.ask(5, 'GET', '/v1/snapshot');
    assert.equal(saved.status, 200);
    await clients.ask(1, 'PUT', '/v1/kv/lost', 'lost');
    await clients.ask(2, 'PUT', '/v1/kv/kept', 'overwritten');
    const index = (await clients.ask(0, 'GET', '/v1/kv/kept')).headers['x-consul-index'];
    const waiting = clients.askAll('GET', `/v1/kv/kept?raw&index=${index}&wait=60s`);
    const restorer = new ManyConnections(agent, 6);
    const restored = await restorer.ask(3, 'PUT', '/v1/snapshot', Buffer.from(saved.text, 'latin1'));
    assert.equal(restored.status, 200, restored.text);
    for (const { text } of await waiting) assert.equal(text, 'kept');
    for (const { status } of await clients.askAll('GET', '/v1/kv/lost')) assert.equal(status, 404);
    for (const { text } of await clients.askAll('GET', '/v1/kv/kept?raw')) assert.equal(text, 'kept');
    assert.equal((await restorer.ask(0, 'PUT', '/v1/kv/kept', 'new')).status, 200);
    for (const { text } of await clients.askAll('GET', '/v1/kv/kept?raw')) assert.equal(text, 'new');
    restorer.close();
  });
});
