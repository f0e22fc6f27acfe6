import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { CommandType } from '../../../../../src/wire/commands.js';
import { emptyEntry } from '../../../../../src/wire/config-entries/entries.js';
import type { LeaderDuties } from '../../../../../src/workers/state/leader/leader-duties.js';
import { createSession, kv, register } from '../replica/store/commands.js';
import { readAll, writeAll } from '../replica/store/stream.js';
import { CONFIG, type LeaderFixture, leaderDuties, leaderFixture, pass, settle } from './leader-fixture.js';

const MINUTE = 60_000;
let fixture: LeaderFixture;
let duties: LeaderDuties;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  fixture = leaderFixture();
  duties = leaderDuties(fixture);
});

afterEach(() => {
  duties.stop();
  mock.timers.reset();
});

function proposals(type: number): number {
  return fixture.log.proposed.filter((command) => command.type === type).length;
}

test('a new leader writes the autopilot configuration, where intentions stand and the flags of virtual addresses, then registers itself', async () => {
  await duties.gainLeadership();
  assert.deepEqual(
    fixture.log.proposed.map((command) => command.type),
    [
      CommandType.autopilot,
      CommandType.intention,
      CommandType.systemMetadata,
      CommandType.systemMetadata,
      CommandType.register,
    ],
  );
  assert.equal(fixture.store.autopilotConfig?.LastContactThreshold, 200_000_000);
  assert.equal(fixture.store.autopilotConfig?.CreateIndex, 1);
  for (const flag of ['virtual-ips', 'virtual-ips-term-gateway']) {
    assert.equal(fixture.store.systemMetadata(flag)?.Value, 'true');
  }
  assert.equal(duties.established, true);
  assert.deepEqual(fixture.lines, [
    'info cluster leadership acquired',
    'info member joined, marking health alive member=srv-one partition=default',
  ]);
});

test('a new leader writes the entries of its configuration that nobody has written, and leaves the others as they are', async () => {
  const web = { ...emptyEntry('service-defaults', 'web'), Protocol: 'http' };
  const refused = { ...emptyEntry('service-defaults', 'api'), MutualTLSMode: 'permissive' };
  const own = leaderDuties(fixture, [web, refused, { ...emptyEntry('service-defaults', 'db'), Protocol: 'tcp' }]);
  const body = { Datacenter: '', Token: '', Op: 'upsert', Entry: { ...web, Protocol: 'grpc' } };
  fixture.store.runAll({ type: CommandType.configEntry, body });
  await own.gainLeadership();
  assert.equal(own.established, true, 'one that is refused holds nothing up');
  const entries = fixture.store.configEntries.list('service-defaults').value;
  assert.deepEqual(
    entries.map(({ Name, Protocol }) => [Name, Protocol]),
    [
      ['db', 'tcp'],
      ['web', 'grpc'],
    ],
  );
  assert.notEqual(entries[0]?.Hash, 0);
  assert.match(fixture.lines.join('\n'), /error failed to write a config entry.* entry=service-defaults\/api/);
  own.stop();
});

test('the registration is the one stock servers make', async () => {
  await duties.gainLeadership();
  const dump = fixture.store.catalog.nodeDump('srv-one');
  assert.equal(dump?.node.ID, CONFIG.nodeId);
  assert.equal(dump.node.Address, '127.0.0.1');
  assert.deepEqual(dump.node.Meta, { 'consul-version': '1.21.4' });
  assert.equal(dump.node.TaggedAddresses, null);
  const [consul] = dump.services;
  assert.equal(consul?.ID, 'consul');
  assert.equal(consul.Port, 8300);
  assert.equal(consul.Tags, null);
  assert.deepEqual(consul.Weights, { Passing: 1, Warning: 1 });
  assert.deepEqual(consul.Meta, {
    grpc_port: '8502',
    grpc_tls_port: '8503',
    non_voter: 'false',
    raft_version: '3',
    read_replica: 'false',
    serf_protocol_current: '2',
    serf_protocol_max: '5',
    serf_protocol_min: '1',
    version: '1.21.4',
  });
  const [serf] = dump.checks;
  assert.equal(serf?.CheckID, 'serfHealth');
  assert.equal(serf.Name, 'Serf Health Status');
  assert.equal(serf.Status, 'passing');
  assert.equal(serf.Output, 'Agent alive and reachable');
  assert.equal(serf.ServiceID, '');
});

test('a catalog that agrees is not written again, one that differs is, a minute later', async () => {
  await duties.gainLeadership();
  const before = fixture.store.appliedIndex;
  await pass(3 * MINUTE);
  assert.equal(fixture.store.appliedIndex, before);
  assert.ok(fixture.log.barriers >= 4, 'each round waits for a barrier');

  fixture.store.runAll({
    type: CommandType.deregister,
    body: { Datacenter: 'dc1', Token: '', Node: 'srv-one', ServiceID: 'consul', CheckID: '', PeerName: '' },
  });
  assert.equal(fixture.store.catalog.nodeService('srv-one', 'consul'), undefined);
  await pass(MINUTE);
  assert.ok(fixture.store.catalog.nodeService('srv-one', 'consul'));
});

test("a known node keeps what its agent's own sync wrote", async () => {
  const TaggedAddresses = { lan: '127.0.0.1' };
  const NodeMeta = { 'consul-version': '1.21.4', zone: 'a' };
  fixture.store.runAll(
    register({ Node: 'srv-one', ID: CONFIG.nodeId, Address: '127.0.0.9', TaggedAddresses, NodeMeta }),
  );
  await duties.gainLeadership();
  const node = fixture.store.catalog.node('srv-one');
  assert.deepEqual(node?.TaggedAddresses, TaggedAddresses);
  assert.deepEqual(node?.Meta, NodeMeta);
  assert.equal(node?.Address, '127.0.0.1');
});

test('a second term finds everything in order and proposes nothing', async () => {
  await duties.gainLeadership();
  duties.loseLeadership();
  assert.equal(duties.established, false);
  fixture.log.proposed.length = 0;
  await duties.gainLeadership();
  assert.deepEqual(fixture.log.proposed, []);
  assert.equal(duties.established, true);
});

test('a beginning that fails is tried again', async () => {
  fixture.log.failure = 'queue-full';
  await duties.gainLeadership();
  assert.equal(duties.established, false);
  fixture.log.failure = null;
  await pass(5_000);
  assert.equal(duties.established, true);
  assert.ok(fixture.store.catalog.node('srv-one'));
});

test('leadership lost while waiting for the barrier leaves nothing behind', async () => {
  fixture.log.gate = new Promise(() => {});
  const gained = duties.gainLeadership();
  duties.loseLeadership();
  await gained;
  await pass(2 * MINUTE);
  assert.deepEqual(fixture.log.proposed, []);
  assert.equal(duties.established, false);
});

test('a session ends twice its TTL after it was created or renewed', async () => {
  await duties.gainLeadership();
  fixture.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }));
  fixture.store.runAll(createSession({ ID: 'b', Node: 'srv-one', TTL: '10s' }));
  fixture.store.runAll(createSession({ ID: 'forever', Node: 'srv-one' }));
  assert.equal(duties.activeSessionTimers, 2);
  await pass(15_000);
  duties.renewSession('B');
  await pass(10_000);
  assert.equal(fixture.store.sessions.session('a').value, null);
  assert.ok(fixture.store.sessions.session('b').value);
  assert.ok(fixture.lines.includes('debug Session TTL expired session=a'));
  await pass(10_000);
  assert.equal(fixture.store.sessions.session('b').value, null);
  assert.ok(fixture.store.sessions.session('forever').value);
  assert.equal(duties.activeSessionTimers, 0);
});

test('a destroyed session needs no timer; a new leader gives every session its full time again', async () => {
  await duties.gainLeadership();
  fixture.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }));
  fixture.store.runAll(createSession({ ID: 'b', Node: 'srv-one', TTL: '10s' }));
  fixture.store.runAll({
    type: CommandType.session,
    body: { Datacenter: 'dc1', Token: '', Op: 'destroy', Session: { ...sessionOf('a') } },
  });
  assert.equal(duties.activeSessionTimers, 1);
  await pass(15_000);
  duties.loseLeadership();
  assert.equal(duties.activeSessionTimers, 0);
  await duties.gainLeadership();
  await pass(15_000);
  assert.ok(fixture.store.sessions.session('b').value, 'its time began again with the new term');
  await pass(5_000);
  assert.equal(fixture.store.sessions.session('b').value, null);
});

test('an expiry that fails is tried again, ever later', async () => {
  await duties.gainLeadership();
  fixture.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }));
  fixture.log.failure = 'queue-full';
  await pass(20_000);
  assert.equal(proposals(CommandType.session), 1);
  await pass(10_000);
  assert.equal(proposals(CommandType.session), 2);
  await pass(20_000);
  assert.equal(proposals(CommandType.session), 3);
  fixture.log.failure = null;
  await pass(40_000);
  assert.equal(fixture.store.sessions.session('a').value, null);
});

test('six failures are the end of it', async () => {
  await duties.gainLeadership();
  fixture.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }));
  fixture.log.failure = 'queue-full';
  await pass(60 * MINUTE);
  assert.equal(proposals(CommandType.session), 6);
  assert.ok(fixture.lines.some((line) => line.startsWith('error maximum revoke attempts')));
});

test('when many sessions end at once, only some destroy commands are under way together', async () => {
  await duties.gainLeadership();
  for (let at = 0; at < 1000; at += 1) {
    fixture.store.runAll(createSession({ ID: `s${at}`, Node: 'srv-one', TTL: '10s' }));
  }
  let open: () => void = () => {};
  fixture.log.proposalGate = new Promise((resolve) => {
    open = resolve;
  });
  await pass(20_000);
  assert.equal(proposals(CommandType.session), 256);
  open();
  await pass(5_000);
  assert.equal(proposals(CommandType.session), 1000);
  assert.deepEqual(fixture.store.sessions.list().value, []);
});

test('a restore under a leader begins its duties anew', async () => {
  const other = leaderFixture();
  other.store.runAll(register({ Node: 'elsewhere' }), createSession({ ID: 'old', Node: 'elsewhere', TTL: '10s' }));
  await duties.gainLeadership();
  fixture.store.runAll(createSession({ ID: 'mine', Node: 'srv-one', TTL: '10s' }));
  readAll(fixture.store, writeAll(other.store));
  assert.equal(duties.activeSessionTimers, 1);
  await pass(5_000);
  assert.ok(fixture.store.autopilotConfig);
  assert.ok(fixture.store.catalog.node('srv-one'));
  await pass(20_000);
  assert.equal(fixture.store.sessions.session('old').value, null);
});

test('after a restore the state is in order once the duties were begun anew', async () => {
  await duties.gainLeadership();
  assert.equal(await duties.awaitEstablished(), true);
  let isInOrder: boolean | null = null;
  fixture.log.gate = new Promise(() => {});
  readAll(fixture.store, writeAll(leaderFixture().store));
  void duties.awaitEstablished().then((established) => {
    isInOrder = established;
  });
  await pass(5_000);
  assert.equal(isInOrder, null, 'nothing says so before the barrier');
  duties.loseLeadership();
  await settle();
  assert.equal(isInOrder, false);
  fixture.log.gate = Promise.resolve();
  await duties.gainLeadership();
  readAll(fixture.store, writeAll(leaderFixture().store));
  assert.equal(duties.established, false);
  const again = duties.awaitEstablished();
  await pass(5_000);
  assert.equal(await again, true);
  assert.ok(fixture.store.autopilotConfig);
});

test('a restore in the middle of the beginning begins it anew, once', async () => {
  let open: () => void = () => {};
  fixture.log.proposalGate = new Promise((resolve) => {
    open = resolve;
  });
  const restored = leaderFixture().store;
  void duties.gainLeadership();
  await settle();
  const begun = fixture.log.proposed.length;
  assert.ok(begun > 0);
  readAll(fixture.store, writeAll(restored));
  fixture.log.gate = new Promise(() => {});
  open();
  await pass(5_000);
  assert.equal(duties.established, false, 'what the earlier beginning wrote is no part of the new state');
  duties.loseLeadership();
  fixture.log.gate = Promise.resolve();
  await duties.gainLeadership();
  assert.equal(duties.established, true);
});

test('tombstones are collected after a quarter of an hour', async () => {
  await duties.gainLeadership();
  fixture.store.runAll(kv('set', { Key: 'a' }), kv('delete', { Key: 'a' }));
  const index = fixture.store.appliedIndex;
  assert.equal(fixture.store.kv.list('a').index, index);
  await pass(14 * MINUTE);
  fixture.store.runAll(kv('set', { Key: 'b' }), kv('delete', { Key: 'b' }));
  const later = fixture.store.appliedIndex;
  await pass(2 * MINUTE);
  const reaps = fixture.log.proposed.filter((command) => command.type === CommandType.tombstone);
  assert.ok(reaps.some((command) => command.type === CommandType.tombstone && command.body.ReapIndex === index));
  assert.ok(reaps.every((command) => command.type === CommandType.tombstone && command.body.ReapIndex < later));
  assert.equal(fixture.store.tables.kv.tombstones.size, 1, 'the later one is still there');
  await pass(15 * MINUTE);
  assert.equal(fixture.store.tables.kv.tombstones.size, 0);
});

test('nothing runs after leadership is lost', async () => {
  await duties.gainLeadership();
  fixture.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }), kv('set', { Key: 'a' }));
  fixture.store.runAll(kv('delete', { Key: 'a' }));
  duties.loseLeadership();
  fixture.log.proposed.length = 0;
  await pass(30 * MINUTE);
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
});

function sessionOf(id: string) {
  const found = fixture.store.sessions.session(id).value;
  assert.ok(found);
  return found;
}
