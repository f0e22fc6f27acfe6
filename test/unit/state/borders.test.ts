// An error that nobody expected, at each border by which work comes into the state worker: the others go on.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import packet from 'dns-packet';
import { type Deadline, DeadlineQueue } from '../../../src/deadlines/deadline-queue.js';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import { type Command, CommandType } from '../../../src/wire/commands.js';
import { Responder } from '../../../src/workers/state/dns/responder.js';
import { DnsServer } from '../../../src/workers/state/dns/server.js';
import type { EndpointTable } from '../../../src/workers/state/http/endpoint.js';
import { action } from '../../../src/workers/state/http/operation.js';
import { json } from '../../../src/workers/state/http/reply.js';
import { StateStore } from '../../../src/workers/state/replica/state-store.js';
import { WatchList } from '../../../src/workers/state/replica/store/watches.js';
import { Catalog, defaultDns } from '../../integration/dns/catalog.js';
import { questionPacket } from '../dns/message.js';
import { get, startApi } from '../http/fixture.js';
import { surviving } from './surviving.js';

function set(key: string): Command {
  const entry = { Key: key, Value: null, Flags: 0, Session: '', LockIndex: 0, CreateIndex: 0, ModifyIndex: 0 };
  return { type: CommandType.kvs, body: { Datacenter: 'dc1', Token: '', Op: 'set', DirEnt: entry } };
}

function planted(): never {
  throw new Error('planted');
}

test('a timer that throws leaves the other deadlines alone', async (t) => {
  const seen = surviving(t);
  const queue = new DeadlineQueue();
  const deadline = (at: number, expire: () => void): Deadline => ({ dueMs: at, slot: -1, order: 0, expire });
  await new Promise<void>((resolve) => {
    queue.add(deadline(0, planted));
    queue.add(deadline(1, () => queue.add(deadline(2, resolve))));
  });
  await seen('planted');
  let ended = 0;
  queue.add(deadline(Number.MAX_SAFE_INTEGER, planted));
  queue.add(deadline(Number.MAX_SAFE_INTEGER, () => ended++));
  queue.expireAll();
  assert.equal(ended, 1);
  await seen('planted', 2);
});

test('a waiting reader that throws leaves the other readers alone', async (t) => {
  const seen = surviving(t);
  const watches = new WatchList();
  let woken = 0;
  const targets = [{ kind: 'kv', key: 'a' }] as const;
  for (const wake of [planted, () => woken++, planted, () => woken++]) watches.watch(targets, wake);
  watches.noteAll();
  watches.flush();
  assert.equal(woken, 2);
  await seen('planted', 2);
});

test('what follows the state may throw: the command is applied and the next follower told', async (t) => {
  const seen = surviving(t);
  const store = new StateStore();
  let told = 0;
  store.observe({ changed: planted, restored: () => {} });
  store.observe({ changed: () => told++, restored: () => {} });
  assert.deepEqual(store.apply(1, set('a')), { kind: 'nil' });
  assert.equal(store.kv.get('a').value?.ModifyIndex, 1);
  assert.equal(told, 1);
  await seen('planted');
});

test('a reply that cannot be made is a 500, and the next request is answered', async (t) => {
  const row = { answeredBy: 'agent' } as const;
  const shown = { summary: 'of a test', acl: ['none'], answer: 'any' } as const;
  const unshowable = { ...json('{}'), headers: [['X', null as unknown as string]] } as const;
  const table: EndpointTable = [
    {
      ...row,
      path: '/v1/unshowable',
      methods: {
        GET: action({ ...shown, run: () => unshowable }),
        PUT: action({ ...shown, run: () => Promise.resolve(unshowable) }),
      },
    },
    {
      ...row,
      path: '/v1/stream',
      methods: { GET: action({ ...shown, run: () => ({ ...json(''), body: { start: planted } }) }) },
    },
    { ...row, path: '/v1/fine', methods: { GET: action({ ...shown, run: () => json('1') }) } },
  ];
  const api = await startApi({ table });
  t.after(() => api.close());
  const errors = () => api.logged.filter(({ level }) => level === 'error').length;
  assert.equal((await get(api.port, '/v1/unshowable')).status, 500);
  assert.equal(errors(), 1);
  assert.equal((await fetch(`http://127.0.0.1:${api.port}/v1/unshowable`, { method: 'PUT' })).status, 500);
  assert.equal(errors(), 2);
  // Its head is on the way before anything goes wrong: the connection ends without the end of the body.
  await assert.rejects(fetch(`http://127.0.0.1:${api.port}/v1/stream`).then((response) => response.text()));
  assert.equal(errors(), 3);
  assert.equal((await get(api.port, '/v1/fine')).status, 200);
});

test('a packet that the DNS server cannot cope with gets SERVFAIL, and the next one its answer', async (t) => {
  const catalog = new Catalog(true);
  catalog.registerServer('agent-one', 8300);
  let isBroken = true;
  const local = new Proxy(catalog.local, {
    get: (target, name) => (isBroken ? planted() : Reflect.get(target, name)),
  });
  const logged: string[] = [];
  const server = new DnsServer({
    config: defaultDns,
    answers: (settings) => new Responder({ ...settings, local }),
    datacenter: 'dc1',
    nodeName: 'agent-one',
    metrics: new Metrics(),
    logger: new Logger('agent.dns', new LogSink('error', ({ fields }) => logged.push(String(fields)))),
  });
  await server.listen();
  t.after(() => server.close());
  const socket = dgram.createSocket('udp4');
  t.after(() => socket.close());
  const ask = async () => {
    socket.send(questionPacket({ name: 'agent-one.node.consul', type: 'A' }), server.bound[0]?.port ?? 0, '127.0.0.1');
    const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(60_000) })) as [Buffer];
    return packet.decode(reply);
  };
  assert.equal(Reflect.get(await ask(), 'rcode'), 'SERVFAIL');
  assert.match(logged.join(), /planted/);
  isBroken = false;
  assert.equal((await ask()).answers?.length, 1);
});
