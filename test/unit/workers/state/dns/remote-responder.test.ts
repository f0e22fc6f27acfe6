// DNS on a client agent: what it says is what a server would say, how fresh it is is what `dns_config` says, and what its cache
// has costs no server anything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import fc from 'fast-check';
import type { DnsConfig } from '../../../../../src/wire/config.js';
import { RemoteResponder } from '../../../../../src/workers/state/dns/remote-responder.js';
import { Responder } from '../../../../../src/workers/state/dns/responder.js';
import type { Response } from '../../../../../src/workers/state/dns/response.js';
import { waitFor } from '../../../../agent-process.js';
import { defaultDns } from '../../../../integration/dns/catalog.js';
import { runSeed } from '../../../../random.js';
import { CatalogServer, clientOf } from '../calls/catalog-server.js';
import { questionPacket } from './message.js';

function opened(given: Partial<DnsConfig> = {}) {
  const server = new CatalogServer();
  const calls = clientOf(server);
  const config = { ...defaultDns, ...given };
  const settings = { config, datacenter: 'dc1', nodeName: 'n1', random: () => 0, nowMs: () => 0 };
  let stale = 0;
  const client = new RemoteResponder({
    ...settings,
    calls,
    kept: calls.kept,
    tokens: { dns: '' },
    staleQuery: () => {
      stale += 1;
    },
  });
  const atServer = new Responder({ ...settings, local: server.catalog.local });
  const ask = async (name: string, type = 'A'): Promise<packet.DecodedPacket> => {
    const response = await client.respond(questionPacket({ name, type, edns: 4096 }), 'udp');
    assert.ok(response !== null);
    return packet.decode(response.bytes);
  };
  const register = (node: number, status = 'passing', name = 'web'): void =>
    server.catalog.register({
      Node: `n${node}`,
      Address: `10.0.0.${node}`,
      Service: { ID: name, Service: name, Port: 80 },
      Checks: [{ CheckID: name, ServiceID: name, Status: status }],
    });
  return {
    server,
    calls,
    client,
    atServer,
    ask,
    register,
    count: async (name = 'web.service.consul') => ((await ask(name)).answers ?? []).length,
    stale: () => stale,
  };
}

/** Answers are shuffled. */
function unordered(response: Response | null): unknown {
  assert.ok(response !== null);
  const { answers, authorities, additionals, ...rest } = packet.decode(response.bytes);
  const sorted = (records: readonly unknown[] = []) => records.map((record) => JSON.stringify(record)).sort();
  return { ...rest, answers: sorted(answers), authorities: sorted(authorities), additionals: sorted(additionals) };
}

function rcode(reply: packet.DecodedPacket): string {
  return (reply as { rcode?: string }).rcode ?? '';
}

const NAMES = [
  ['web.service.consul', 'A'],
  ['WEB.service.dc1.CONSUL', 'SRV'],
  ['db.service.consul', 'ANY'],
  ['n1.node.consul', 'A'],
  ['n2.node.consul', 'TXT'],
  ['1.0.0.10.in-addr.arpa', 'PTR'],
  ['any.consul', 'NS'],
  ['any.consul', 'SOA'],
  ['0a000001.addr.dc1.consul', 'A'],
  ['nonsense.consul', 'A'],
  ['example.com', 'A'],
] as const;

const step = fc.oneof(
  fc.record({
    node: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('passing', 'warning', 'critical'),
    service: fc.constantFrom('web', 'db', 'consul'),
  }),
  fc.record({ question: fc.constantFrom(...NAMES), overTcp: fc.boolean() }),
);

for (const useCache of [false, true]) {
  test(`a client says what a server says, ${useCache ? 'with' : 'without'} its cache`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { server, calls, client, atServer, register } = opened({ useCache });
        for (const one of steps) {
          if ('node' in one) {
            register(one.node, one.status, one.service);
            // What changed comes to the cache before the next question.
            await waitFor(() => server.held.size === calls.kept.size, 'the cache to be up to date');
            continue;
          }
          const [name, type] = one.question;
          const asked = questionPacket({ name, type, edns: 4096 });
          const transport = one.overTcp ? 'tcp' : 'udp';
          const said = await client.respond(asked, transport);
          assert.deepEqual(unordered(said), unordered(atServer.respond(asked, transport)), `${name} ${type}`);
        }
        calls.stop();
      }),
      { seed: runSeed, numRuns: 40 },
    );
  });
}

test('equal questions at the same time are one call, and the next one is another', async () => {
  const { server, calls, register, count } = opened();
  register(1);
  await Promise.all(Array.from({ length: 50 }, () => count()));
  assert.equal(server.asked.length, 1);
  register(2);
  assert.equal(await count(), 2);
  assert.equal(server.asked.length, 2);
  assert.equal(server.held.size, 0);
  calls.stop();
});

test('any server is asked while allow_stale is set, and the leader again where its answer is older than max_stale', async () => {
  const cases: readonly (readonly [Partial<DnsConfig>, readonly string[], number])[] = [
    [{}, ['stale'], 1],
    [{ maxStaleMs: 10_000 }, ['stale'], 1],
    [{ maxStaleMs: 5_000 }, ['stale', 'default'], 0],
    [{ maxStaleMs: 0 }, ['default'], 0],
    [{ allowStale: false }, ['default'], 0],
    // With the cache the first answer is what it would be without; allow_stale is implied.
    [{ useCache: true, allowStale: false }, ['stale'], 1],
    [{ useCache: true, maxStaleMs: 5_000 }, ['stale', 'default'], 0],
  ];
  for (const [config, expected, counted] of cases) {
    const { server, calls, register, count, stale } = opened(config);
    register(1);
    server.lastContactMs = 9_000;
    await count();
    const asked = server.asked.filter(({ minIndex }) => minIndex === 0).map(({ consistency }) => consistency);
    assert.deepEqual(asked, expected, JSON.stringify(config));
    assert.equal(stale(), counted, JSON.stringify(config));
    calls.stop();
  }
});

test('with use_cache a service is asked for once, whatever the question, and nodes each time', async () => {
  const { server, calls, ask, register, count } = opened({ useCache: true });
  register(1);
  assert.equal(await count(), 1);
  await waitFor(() => server.held.size === 1, 'the query behind it');
  for (let i = 0; i < 10; i += 1) {
    assert.equal(await count(), 1);
    assert.equal(await count('WEB.service.consul'), 1);
    assert.equal((await ask('web.service.consul', 'SRV')).answers?.length, 1);
  }
  assert.equal(server.asked.length, 2);
  await ask('n1.node.consul');
  await ask('n1.node.consul');
  assert.equal(server.asked.length, 4);
  register(2);
  await waitFor(async () => (await count()) === 2, 'the second instance');
  calls.stop();
});

test('the cache answers without a server for as long as max_stale and cache_max_age allow, then SERVFAIL', async () => {
  for (const [config, expected] of [
    [{}, 'NOERROR'],
    [{ maxStaleMs: 30 }, 'SERVFAIL'],
    [{ cacheMaxAgeMs: 30 }, 'SERVFAIL'],
    [{ cacheMaxAgeMs: 60_000 }, 'NOERROR'],
  ] as const) {
    const { server, calls, ask, register } = opened({ useCache: true, ...config });
    register(1);
    assert.equal(rcode(await ask('web.service.consul')), 'NOERROR');
    await waitFor(() => server.held.size === 1, 'the query behind it');
    server.goAway();
    const until = performance.now() + 50;
    await waitFor(() => performance.now() > until, 'time to pass');
    assert.equal(rcode(await ask('web.service.consul')), expected, JSON.stringify(config));
    assert.equal(rcode(await ask('n1.node.consul')), 'SERVFAIL');
    calls.stop();
  }
});

test('an answer that nobody has confirmed for cache_max_age is asked for again', async () => {
  const { server, calls, register, count } = opened({ useCache: true, cacheMaxAgeMs: 30 });
  register(1);
  await count();
  await waitFor(() => server.held.size === 1, 'the query behind it');
  const before = server.asked.length;
  await waitFor(async () => (await count()) === 1 && server.asked.length > before, 'another call');
  calls.stop();
});

test('a reload takes the cache away, and gives it back', async () => {
  const { server, calls, client, register, count } = opened({ useCache: true });
  register(1);
  await count();
  await waitFor(() => server.held.size === 1, 'the query behind it');
  client.reload({ ...defaultDns, useCache: false });
  await count();
  await count();
  assert.equal(server.asked.length, 4);
  client.reload({ ...defaultDns, useCache: true, onlyPassing: true });
  register(2, 'warning');
  await waitFor(() => server.held.size === 1, 'the query to go on');
  assert.equal(await count(), 1);
  calls.stop();
});
