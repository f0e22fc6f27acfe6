// The server over real sockets: with dig as the client, over split and pipelined TCP, under bad input, and while what it
// answers about changes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import packet from 'dns-packet';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import type { DnsConfig } from '../../../src/wire/config.js';
import { Responder } from '../../../src/workers/state/dns/responder.js';
import { DnsServer } from '../../../src/workers/state/dns/server.js';
import { Random, runSeed } from '../../random.js';
import { questionPacket } from '../../unit/workers/state/dns/message.js';
import { ask, converse, framed } from './ask.js';
import { Catalog, defaultDns } from './catalog.js';

const run = promisify(execFile);

interface Running {
  readonly catalog: Catalog;
  readonly server: DnsServer;
  readonly metrics: Metrics;
  readonly port: number;
}

async function start(t: TestContext, config: Partial<DnsConfig> = {}, isReady = true): Promise<Running> {
  const catalog = new Catalog(isReady);
  catalog.registerServer('agent-one', 8300);
  const metrics = new Metrics();
  const server = new DnsServer({
    config: { ...defaultDns, ...config },
    answers: (settings) => new Responder({ ...settings, local: catalog.local }),
    datacenter: 'dc1',
    nodeName: 'agent-one',
    metrics,
    logger: new Logger('agent.dns', new LogSink('error', () => {})),
  });
  await server.listen();
  t.after(() => server.close());
  const [bound] = server.bound;
  assert.ok(bound !== undefined);
  const running: Running = { catalog, server, metrics, port: bound.port };
  return running;
}

async function dig(port: number, ...question: readonly string[]): Promise<string[]> {
  const { stdout } = await run('dig', ['@127.0.0.1', '-p', String(port), '+short', '+tries=1', '+time=5', ...question]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

test('dig sees nodes, services and their changes', async (t) => {
  const { port, catalog } = await start(t);
  const web = (index: number, Port: number) =>
    catalog.register({ Node: `w${index}`, Address: `10.30.0.${index}`, Service: { ID: 'web', Service: 'web', Port } });
  for (const index of [1, 2, 3]) web(index, 8080);
  assert.deepEqual(await dig(port, 'w1.node.consul'), ['10.30.0.1']);
  assert.deepEqual(await dig(port, 'web.service.consul'), ['10.30.0.1', '10.30.0.2', '10.30.0.3']);
  assert.deepEqual(await dig(port, '+tcp', 'web.service.consul', 'SRV'), [
    '1 1 8080 w1.node.dc1.consul.',
    '1 1 8080 w2.node.dc1.consul.',
    '1 1 8080 w3.node.dc1.consul.',
  ]);
  assert.deepEqual(await dig(port, '-x', '10.30.0.2'), ['w2.node.dc1.consul.']);
  web(1, 9999);
  catalog.deregister({ Node: 'w2' });
  catalog.register({ Node: 'w3', Address: '10.30.0.3', Check: { CheckID: 'disk', Status: 'critical' } });
  assert.deepEqual(await dig(port, 'web.service.consul', 'SRV'), ['1 1 9999 w1.node.dc1.consul.']);
  assert.deepEqual(await dig(port, 'w2.node.consul'), []);
  catalog.register({ Node: 'w1', Address: '10.30.0.77' });
  assert.deepEqual(await dig(port, 'web.service.consul'), ['10.30.0.77']);
  assert.deepEqual(await dig(port, 'w1.node.consul'), ['10.30.0.77']);
  assert.deepEqual(await dig(port, '-x', '10.30.0.1'), []);
});

test('what was absent is seen once it exists, whatever its spelling', async (t) => {
  const { port, catalog } = await start(t);
  assert.deepEqual(await dig(port, 'new.service.consul'), []);
  catalog.register({ Node: 'n1', Address: '10.1.0.1', Service: { ID: 'a', Service: 'New' } });
  assert.deepEqual(await dig(port, 'new.service.consul'), ['10.1.0.1']);
  catalog.deregister({ Node: 'n1', ServiceID: 'a' });
  assert.deepEqual(await dig(port, 'new.service.consul'), []);
});

test('each spelling of a name gets its own back', async (t) => {
  const { port, catalog } = await start(t);
  catalog.register({ Node: 'w1', Address: '10.30.0.1', Service: { ID: 'web', Service: 'web', Port: 80 } });
  for (const name of ['web.service.consul', 'wEB.sErvice.consul', 'web.service.CONSUL', 'WEB.SERVICE.CONSUL']) {
    for (const round of [1, 2]) {
      const reply = await ask(port, questionPacket({ name, type: 'SRV', id: round }));
      assert.equal(reply.id, round);
      const [answer] = reply.answers ?? [];
      assert.ok(answer?.type === 'SRV');
      assert.equal(answer.name, name);
      assert.equal(answer.data.target, `w1.node.dc1.${name.slice(-6)}`);
      assert.equal(reply.questions?.[0]?.name, name);
    }
  }
});

test('a kept reply repeats the flags and the time of each question', async (t) => {
  const { port } = await start(t);
  const flagsOf = async (flags: number) =>
    (await ask(port, questionPacket({ name: 'x.consul', type: 'A', flags }))).flags ?? 0;
  for (const round of [1, 2]) {
    const plain = await flagsOf(0);
    assert.equal(plain & packet.AUTHORITATIVE_ANSWER, packet.AUTHORITATIVE_ANSWER, String(round));
    assert.equal(plain & packet.RECURSION_DESIRED, 0);
    assert.equal((await flagsOf(packet.RECURSION_DESIRED)) & packet.RECURSION_DESIRED, packet.RECURSION_DESIRED);
    assert.equal((await flagsOf(packet.CHECKING_DISABLED)) & packet.CHECKING_DISABLED, packet.CHECKING_DISABLED);
    const reply = await ask(port, questionPacket({ name: 'x.consul', type: 'A' }));
    const [soa] = reply.authorities ?? [];
    assert.ok(soa?.type === 'SOA' && Math.abs((soa.data.serial ?? 0) - Date.now() / 1000) < 5);
  }
});

test('settings are taken over while it runs', async (t) => {
  const { port, catalog, server } = await start(t);
  catalog.register({ Node: 'n1', Address: '10.1.0.1' });
  const ttl = async () => {
    const [answer] = (await ask(port, questionPacket({ name: 'n1.node.consul', type: 'A' }))).answers ?? [];
    return answer?.type === 'A' ? answer.ttl : undefined;
  };
  assert.equal(await ttl(), 0);
  server.reload({ ...defaultDns, domain: 'other', nodeTtlMs: 12_000 });
  assert.equal(await ttl(), 12);
});

test('without a leader ever heard of, the zone is SERVFAIL', async (t) => {
  const running = await start(t, {}, false);
  const reply = await ask(running.port, questionPacket({ name: 'agent-one.node.consul', type: 'A' }));
  assert.equal((reply.flags ?? 0) & 0xf, 2);
  assert.equal(reply.questions?.length, 1);
  running.catalog.lead();
  assert.deepEqual(await dig(running.port, 'agent-one.node.consul'), ['127.0.0.1']);
});

test('TCP answers pipelined and split questions in order, and at most 128', async (t) => {
  const { port } = await start(t);
  const frames = Array.from({ length: 140 }, (_, id) => framed(questionPacket({ name: 'consul', type: 'SOA', id })));
  const replies = await converse(port, [Buffer.concat(frames)], 140);
  assert.deepEqual(
    replies.map((reply) => reply.id),
    Array.from({ length: 128 }, (_, id) => id),
  );
  const bytes = [...Buffer.concat(frames.slice(0, 3))].map((byte) => Buffer.of(byte));
  assert.equal((await converse(port, bytes, 3)).length, 3);
});

test('a silent connection and a frame that is no question end soon', { timeout: 10_000 }, async (t) => {
  const { port } = await start(t);
  const silent = net.connect(port, '127.0.0.1');
  const confused = net.connect(port, '127.0.0.1');
  confused.write(Buffer.of(0, 2, 0x12, 0x34));
  for (const socket of [silent, confused]) socket.resume();
  await Promise.all([once(silent, 'close'), once(confused, 'close')]);
  assert.deepEqual(await dig(port, '+tcp', 'agent-one.node.consul'), ['127.0.0.1']);
});

test('random bytes over both transports leave it answering', async (t) => {
  const { port, catalog } = await start(t);
  catalog.register({ Node: 'n1', Address: '10.1.0.1' });
  const socket = dgram.createSocket('udp4');
  t.after(() => socket.close());
  const random = new Random(runSeed);
  for (let round = 0; round < 500; round++) {
    const bytes = random.bytes(1 + random.below(200));
    if (bytes.length > 2) bytes[2] = 1;
    socket.send(bytes, port, '127.0.0.1');
    if (round % 50 === 0) {
      const client = net.connect(port, '127.0.0.1');
      client.on('error', () => {});
      client.end(random.bytes(300));
    }
  }
  assert.deepEqual(await dig(port, 'n1.node.consul'), ['10.1.0.1']);
  assert.deepEqual(await dig(port, '+tcp', 'n1.node.consul'), ['10.1.0.1']);
});

test('a port in use is an error, and leaves nothing bound', async (t) => {
  const { port } = await start(t);
  const second = new DnsServer({
    config: { ...defaultDns, listeners: [{ kind: 'tcp', address: '127.0.0.1', port }] },
    answers: (settings) => new Responder({ ...settings, local: new Catalog().local }),
    datacenter: 'dc1',
    nodeName: 'agent-two',
    metrics: new Metrics(),
    logger: new Logger('agent.dns', new LogSink('error', () => {})),
  });
  await assert.rejects(second.listen(), { code: 'EADDRINUSE' });
  assert.deepEqual(second.bound, []);
});

test('questions are counted by type, and timed', async (t) => {
  const { port, metrics } = await start(t);
  await dig(port, 'agent-one.node.consul');
  await dig(port, '-x', '127.0.0.1');
  await dig(port, 'www.example.test');
  const { counters, samples } = metrics.report();
  assert.deepEqual(
    counters.map(({ name, labels, count }) => [name, labels[1]?.[1], count]),
    [
      ['dns.query', 'A', 2],
      ['dns.query', 'PTR', 1],
    ],
  );
  assert.deepEqual(
    samples.map(({ name, count }) => [name, count]),
    [
      ['dns.domain_query', 1],
      ['dns.ptr_query', 1],
    ],
  );
});
