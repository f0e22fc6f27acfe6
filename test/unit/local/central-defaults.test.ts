// What config entries say of proxies, in what the agent shows and registers: from the first write to the catalog on, whenever it
// changes, with each proxy's own settings first; and nothing of it where it is turned off or can't be asked for.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Command, CommandType } from '../../../src/wire/commands.js';
import { type EntryKind, type EntryOf, emptyEntry } from '../../../src/wire/config-entries/entries.js';
import { Role } from '../../../src/wire/raft/leadership.js';
import type { ServiceRecord } from '../../../src/wire/records.js';
import type { Calls } from '../../../src/workers/state/calls/calls.js';
import { NO_PROXY } from '../../../src/workers/state/records/zero-values.js';
import { waitFor } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';
import { testCalls } from '../calls/test-calls.js';
import { settle } from './fake-clock.js';
import { FakeLeader, type Fixture, type FixtureOptions, openLocal } from './local-fixture.js';
import { registration } from './registrations.js';

function write<K extends EntryKind>(kind: K, name: string, fields: Partial<EntryOf<K>>, Op = 'upsert'): Command {
  const Entry = { ...emptyEntry(kind, name), ...fields } as EntryOf<K>;
  return { type: CommandType.configEntry, body: { Datacenter: 'dc1', Token: '', Op, Entry } };
}

function proxyOf(DestinationServiceName: string, ID = `${DestinationServiceName}-proxy`): Partial<ServiceRecord> {
  const proxy = { ...NO_PROXY, DestinationServiceName, Config: { own: 1 } };
  return { ID, Service: `${DestinationServiceName}-proxy`, Kind: 'connect-proxy', Port: 20000, Proxy: proxy };
}

async function open(t: TestContext, options: FixtureOptions = {}): Promise<Fixture> {
  const fixture = await openLocal(options);
  t.after(() => fixture.local.stop());
  return fixture;
}

function shown({ local }: Fixture, id: string): unknown {
  return local.state.service(id)?.definition.Proxy.Config;
}

function inCatalog({ leader }: Fixture, id: string): unknown {
  return leader.store.catalog.nodeService('node1', id)?.Proxy.Config;
}

/** Writes to the catalog that had the service in them. */
function writesOf({ leader }: Fixture, id: string): number {
  return leader.proposed.filter((command) => command.type === 0 && command.body.Service?.ID === id).length;
}

test('a proxy comes into the catalog with what is said of it, its own settings first, and in one write', async (t) => {
  const fixture = await open(t);
  const { local, leader } = fixture;
  leader.applyNow(write('proxy-defaults', 'global', { Config: { own: 2, all: 'x' } }));
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'http' }));
  local.start();
  await waitFor(() => local.state.nodeInfoInSync, 'the first sync');
  assert.deepEqual(await local.registerService(registration(proxyOf('web'))), { ok: true });
  const merged = { all: 'x', protocol: 'http', own: 1 };
  assert.deepEqual(shown(fixture, 'web-proxy'), merged);
  assert.deepEqual(inCatalog(fixture, 'web-proxy'), merged);
  assert.equal(writesOf(fixture, 'web-proxy'), 1);
});

/** The same calls, but for reads. */
function withReads(calls: Calls, read: Calls['read']): Calls {
  return {
    read,
    write: (method, request, datacenter, caller) => calls.write(method, request, datacenter, caller),
    flush: () => calls.flush(),
    direct: (method, request, datacenter, caller) => calls.direct(method, request, datacenter, caller),
    get obstacle() {
      return calls.obstacle;
    },
    awaitReadable: () => calls.awaitReadable(),
    get waiting() {
      return calls.waiting;
    },
    stop: () => calls.stop(),
  };
}

/** Calls whose answers about proxies come when they are let through. */
function held(leader: FakeLeader): {
  readonly calls: Calls;
  readonly waiting: () => number;
  readonly letThrough: () => void;
} {
  const calls = testCalls({ store: leader.store, consensus: leader });
  const questions: (() => void)[] = [];
  let isOpen = false;
  return {
    waiting: () => questions.length,
    letThrough() {
      isOpen = true;
      for (const ask of questions.splice(0)) ask();
    },
    calls: withReads(calls, (run, call) => {
      const ask = (): void => calls.read(run, call);
      if (isOpen || call.method.name !== 'ConfigEntry.ResolveServiceConfig') ask();
      else questions.push(ask);
    }),
  };
}

test('a registration waits until it is known what is said of the proxy, but not for ever', async (t) => {
  const leader = new FakeLeader();
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'http' }));
  const { calls, waiting, letThrough } = held(leader);
  const fixture = await open(t, { leader, calls });
  const { local, clock } = fixture;
  local.start();
  await waitFor(() => local.state.nodeInfoInSync, 'the first sync');
  const known = local.registerService(registration(proxyOf('web')));
  await settle();
  assert.equal(waiting(), 1);
  assert.equal(local.state.service('web-proxy'), undefined);
  await clock.advance(2_000);
  assert.deepEqual(await known, { ok: true });
  assert.deepEqual(inCatalog(fixture, 'web-proxy'), { own: 1 });
  letThrough();
  await waitFor(() => JSON.stringify(inCatalog(fixture, 'web-proxy')) === '{"protocol":"http","own":1}', 'the rest');
});

test('a change of the entries reaches the agent and the catalog, and so does their end', async (t) => {
  const fixture = await open(t);
  const { local, leader } = fixture;
  local.start();
  await local.registerService(registration(proxyOf('web')));
  await local.registerService(registration({ Service: 'plain' }));
  assert.deepEqual(shown(fixture, 'web-proxy'), { own: 1 });
  let woken = 0;
  local.state.watches.watch('web-proxy', () => {
    woken += 1;
  });
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'grpc' }));
  await waitFor(() => JSON.stringify(shown(fixture, 'web-proxy')) === '{"protocol":"grpc","own":1}', 'the protocol');
  assert.equal(woken, 1);
  const both = '{"protocol":"grpc","own":1}';
  await waitFor(() => JSON.stringify(inCatalog(fixture, 'web-proxy')) === both, 'the catalog to have it');
  leader.applyNow(write('service-defaults', 'web', {}, 'delete'));
  await waitFor(() => JSON.stringify(shown(fixture, 'web-proxy')) === '{"own":1}', 'the registration alone');
  await waitFor(() => JSON.stringify(inCatalog(fixture, 'web-proxy')) === '{"own":1}', 'the catalog to follow');
});

test('registering a proxy again as it was changes nothing, whatever is said of it', async (t) => {
  const fixture = await open(t);
  const { local, leader } = fixture;
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'http' }));
  local.start();
  await waitFor(() => local.state.nodeInfoInSync, 'the first sync');
  await local.registerService(registration(proxyOf('web')));
  const entry = local.state.service('web-proxy');
  await local.registerService(registration(proxyOf('web')));
  assert.equal(local.state.service('web-proxy'), entry);
  assert.equal(writesOf(fixture, 'web-proxy'), 1);
});

test('a sidecar and a gateway have theirs, and a proxy that comes to speak for another service has that one’s', async (t) => {
  const fixture = await open(t);
  const { local, leader } = fixture;
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'http' }));
  leader.applyNow(write('service-defaults', 'edge', { Protocol: 'grpc' }));
  local.start();
  const sidecar = { service: registration({}).service, checks: [] };
  await local.registerService(registration({ Service: 'web', Port: 80 }, [], { sidecar }));
  assert.deepEqual(shown(fixture, 'web-sidecar-proxy'), { protocol: 'http' });
  await local.registerService(registration({ Service: 'edge', Kind: 'mesh-gateway', Port: 443 }));
  assert.deepEqual(shown(fixture, 'edge'), { protocol: 'grpc' });
  await local.registerService(registration(proxyOf('web', 'p')));
  await local.registerService(registration(proxyOf('edge', 'p')));
  assert.deepEqual(shown(fixture, 'p'), { protocol: 'grpc', own: 1 });
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'http2' }));
  await waitFor(
    () => JSON.stringify(shown(fixture, 'web-sidecar-proxy')) === '{"protocol":"http2"}',
    'the sidecar to have it',
  );
  assert.deepEqual(shown(fixture, 'p'), { protocol: 'grpc', own: 1 });
});

test('what was registered is what is stored: defaults are asked for anew after a restart, before the first sync', async (t) => {
  const leader = new FakeLeader();
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'http' }));
  const dataDir = temporaryDirectory(t);
  const first = await openLocal({ leader, config: { dataDir } });
  first.local.start();
  await first.local.registerService(registration(proxyOf('web')));
  assert.deepEqual(shown(first, 'web-proxy'), { protocol: 'http', own: 1 });
  await first.local.stop();
  const { calls, waiting, letThrough } = held(leader);
  const second = await open(t, { leader, calls, config: { dataDir } });
  assert.deepEqual(shown(second, 'web-proxy'), { own: 1 });
  const before = writesOf(second, 'web-proxy');
  second.local.start();
  await waitFor(() => waiting() === 1, 'the question');
  await settle();
  letThrough();
  await waitFor(() => second.local.state.service('web-proxy')?.inSync === true, 'the first sync');
  assert.deepEqual(shown(second, 'web-proxy'), { protocol: 'http', own: 1 });
  assert.equal(writesOf(second, 'web-proxy'), before);
});

test('without a leader a proxy is registered as it is, and has the rest when there is one', async (t) => {
  const leader = new FakeLeader();
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'http' }));
  leader.obstacle = 'no-leader';
  leader.leadership.setRole(Role.follower, 1, false);
  const fixture = await open(t, { leader });
  await fixture.local.registerService(registration(proxyOf('web')));
  assert.deepEqual(shown(fixture, 'web-proxy'), { own: 1 });
  leader.obstacle = null;
  leader.leadership.setRole(Role.leader, 2, true);
  fixture.local.start();
  await waitFor(() => JSON.stringify(inCatalog(fixture, 'web-proxy')) === '{"protocol":"http","own":1}', 'the rest');
});

test('turned off, nothing is asked', async (t) => {
  const fixture = await open(t, { config: { centralServiceConfig: false } });
  fixture.leader.applyNow(write('service-defaults', 'web', { Protocol: 'http' }));
  fixture.local.start();
  await fixture.local.registerService(registration(proxyOf('web')));
  assert.deepEqual(shown(fixture, 'web-proxy'), { own: 1 });
  assert.deepEqual(inCatalog(fixture, 'web-proxy'), { own: 1 });
});

test('what nobody registers any more is not followed', async (t) => {
  const leader = new FakeLeader();
  const calls = testCalls({ store: leader.store, consensus: leader });
  const { local } = await open(t, { leader, calls });
  local.start();
  await local.registerService(registration(proxyOf('web', 'a')));
  await local.registerService(registration(proxyOf('web', 'b')));
  await waitFor(() => calls.waiting === 1, 'one question to wait for both');
  await local.registrar.deregisterService('a');
  assert.equal(calls.waiting, 1);
  await local.registrar.deregisterService('b');
  await waitFor(() => calls.waiting === 0, 'the question to be given up');
});

test('a server that stops answers at once what it said before: it is asked again after a pause', async (t) => {
  const leader = new FakeLeader();
  const calls = testCalls({ store: leader.store, consensus: leader });
  let asked = 0;
  const counted = withReads(calls, (run, call) => {
    asked += 1;
    // Without a pause the answers would keep the thread for themselves, and nothing could say so.
    if (asked < 1000) calls.read(run, call);
  });
  const { local, clock } = await open(t, { leader, calls: counted });
  local.start();
  await local.registerService(registration(proxyOf('web')));
  await waitFor(() => calls.waiting === 1, 'the question to wait');
  calls.stop();
  const before = asked;
  leader.applyNow(write('service-defaults', 'web', { Protocol: 'http' }));
  await settle();
  assert.ok(asked - before <= 2, `asked ${asked - before} times`);
  await clock.advance(1_000);
  await settle();
  assert.ok(asked - before >= 2, 'asked again');
});
