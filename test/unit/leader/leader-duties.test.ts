import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { CommandType } from '../../../src/wire/commands.js';
import type { LeaderDuties } from '../../../src/workers/state/leader/leader-duties.js';
import { createSession, kv, register } from '../store/commands.js';
import { readAll, writeAll } from '../store/stream.js';
import { CONFIG, leaderDuties, pass, type Surroundings, settle, surroundings } from './surroundings.js';

const MINUTE = 60_000;
let around: Surroundings;
let duties: LeaderDuties;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  around = surroundings();
  duties = leaderDuties(around);
});

afterEach(() => {
  duties.stop();
  mock.timers.reset();
});

function proposals(type: number): number {
  return around.log.proposed.filter((command) => command.type === type).length;
}

test('a new leader writes the autopilot configuration, then registers itself', async () => {
  await duties.gainLeadership();
  assert.deepEqual(
    around.log.proposed.map((command) => command.type),
    [CommandType.autopilot, CommandType.register],
  );
  assert.equal(around.store.autopilotConfig?.LastContactThreshold, 200_000_000);
  assert.equal(around.store.autopilotConfig?.CreateIndex, 1);
  assert.equal(duties.established, true);
  assert.deepEqual(around.lines, [
    'info cluster leadership acquired',
    'info member joined, marking health alive member=srv-one partition=default',
  ]);
});

test('the registration is the one stock servers make', async () => {
  await duties.gainLeadership();
  const dump = around.store.catalog.nodeDump('srv-one');
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
  const before = around.store.appliedIndex;
  await pass(3 * MINUTE);
  assert.equal(around.store.appliedIndex, before);
  assert.ok(around.log.barriers >= 4, 'each round waits for a barrier');

  around.store.runAll({
    type: CommandType.deregister,
    body: { Datacenter: 'dc1', Token: '', Node: 'srv-one', ServiceID: 'consul', CheckID: '', PeerName: '' },
  });
  assert.equal(around.store.catalog.nodeService('srv-one', 'consul'), undefined);
  await pass(MINUTE);
  assert.ok(around.store.catalog.nodeService('srv-one', 'consul'));
});

test("a known node keeps what its agent's own sync wrote", async () => {
  const TaggedAddresses = { lan: '127.0.0.1' };
  const NodeMeta = { 'consul-version': '1.21.4', zone: 'a' };
  around.store.runAll(
    register({ Node: 'srv-one', ID: CONFIG.nodeId, Address: '127.0.0.9', TaggedAddresses, NodeMeta }),
  );
  await duties.gainLeadership();
  const node = around.store.catalog.node('srv-one');
  assert.deepEqual(node?.TaggedAddresses, TaggedAddresses);
  assert.deepEqual(node?.Meta, NodeMeta);
  assert.equal(node?.Address, '127.0.0.1');
});

test('a second term finds everything in order and proposes nothing', async () => {
  await duties.gainLeadership();
  duties.loseLeadership();
  assert.equal(duties.established, false);
  around.log.proposed.length = 0;
  await duties.gainLeadership();
  assert.deepEqual(around.log.proposed, []);
  assert.equal(duties.established, true);
});

test('a beginning that fails is tried again', async () => {
  around.log.failure = 'queue-full';
  await duties.gainLeadership();
  assert.equal(duties.established, false);
  around.log.failure = null;
  await pass(5_000);
  assert.equal(duties.established, true);
  assert.ok(around.store.catalog.node('srv-one'));
});

test('leadership lost while waiting for the barrier leaves nothing behind', async () => {
  around.log.gate = new Promise(() => {});
  const gained = duties.gainLeadership();
  duties.loseLeadership();
  await gained;
  await pass(2 * MINUTE);
  assert.deepEqual(around.log.proposed, []);
  assert.equal(duties.established, false);
});

test('a session ends twice its TTL after it was created or renewed', async () => {
  await duties.gainLeadership();
  around.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }));
  around.store.runAll(createSession({ ID: 'b', Node: 'srv-one', TTL: '10s' }));
  around.store.runAll(createSession({ ID: 'forever', Node: 'srv-one' }));
  assert.equal(duties.activeSessionTimers, 2);
  await pass(15_000);
  duties.renewSession('B');
  await pass(10_000);
  assert.equal(around.store.sessions.session('a').value, null);
  assert.ok(around.store.sessions.session('b').value);
  assert.ok(around.lines.includes('debug Session TTL expired session=a'));
  await pass(10_000);
  assert.equal(around.store.sessions.session('b').value, null);
  assert.ok(around.store.sessions.session('forever').value);
  assert.equal(duties.activeSessionTimers, 0);
});

test('a destroyed session needs no timer; a new leader gives every session its full time again', async () => {
  await duties.gainLeadership();
  around.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }));
  around.store.runAll(createSession({ ID: 'b', Node: 'srv-one', TTL: '10s' }));
  around.store.runAll({
    type: CommandType.session,
    body: { Datacenter: 'dc1', Token: '', Op: 'destroy', Session: { ...sessionOf('a') } },
  });
  assert.equal(duties.activeSessionTimers, 1);
  await pass(15_000);
  duties.loseLeadership();
  assert.equal(duties.activeSessionTimers, 0);
  await duties.gainLeadership();
  await pass(15_000);
  assert.ok(around.store.sessions.session('b').value, 'its time began again with the new term');
  await pass(5_000);
  assert.equal(around.store.sessions.session('b').value, null);
});

test('an expiry that fails is tried again, ever later', async () => {
  await duties.gainLeadership();
  around.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }));
  around.log.failure = 'queue-full';
  await pass(20_000);
  assert.equal(proposals(CommandType.session), 1);
  await pass(10_000);
  assert.equal(proposals(CommandType.session), 2);
  await pass(20_000);
  assert.equal(proposals(CommandType.session), 3);
  around.log.failure = null;
  await pass(40_000);
  assert.equal(around.store.sessions.session('a').value, null);
});

test('six failures are the end of it', async () => {
  await duties.gainLeadership();
  around.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }));
  around.log.failure = 'queue-full';
  await pass(60 * MINUTE);
  assert.equal(proposals(CommandType.session), 6);
  assert.ok(around.lines.some((line) => line.startsWith('error maximum revoke attempts')));
});

test('when many sessions end at once, only some destroy commands are under way together', async () => {
  await duties.gainLeadership();
  for (let at = 0; at < 1000; at += 1) {
    around.store.runAll(createSession({ ID: `s${at}`, Node: 'srv-one', TTL: '10s' }));
  }
  let open: () => void = () => {};
  around.log.proposalGate = new Promise((resolve) => {
    open = resolve;
  });
  await pass(20_000);
  assert.equal(proposals(CommandType.session), 256);
  open();
  await pass(5_000);
  assert.equal(proposals(CommandType.session), 1000);
  assert.deepEqual(around.store.sessions.list().value, []);
});

test('a restore under a leader begins its duties anew', async () => {
  const other = surroundings();
  other.store.runAll(register({ Node: 'elsewhere' }), createSession({ ID: 'old', Node: 'elsewhere', TTL: '10s' }));
  await duties.gainLeadership();
  around.store.runAll(createSession({ ID: 'mine', Node: 'srv-one', TTL: '10s' }));
  readAll(around.store, writeAll(other.store));
  assert.equal(duties.activeSessionTimers, 1);
  await pass(5_000);
  assert.ok(around.store.autopilotConfig);
  assert.ok(around.store.catalog.node('srv-one'));
  await pass(20_000);
  assert.equal(around.store.sessions.session('old').value, null);
});

test('tombstones are collected after a quarter of an hour', async () => {
  await duties.gainLeadership();
  around.store.runAll(kv('set', { Key: 'a' }), kv('delete', { Key: 'a' }));
  const index = around.store.appliedIndex;
  assert.equal(around.store.kv.list('a').index, index);
  await pass(14 * MINUTE);
  around.store.runAll(kv('set', { Key: 'b' }), kv('delete', { Key: 'b' }));
  const later = around.store.appliedIndex;
  await pass(2 * MINUTE);
  const reaps = around.log.proposed.filter((command) => command.type === CommandType.tombstone);
  assert.ok(reaps.some((command) => command.type === CommandType.tombstone && command.body.ReapIndex === index));
  assert.ok(reaps.every((command) => command.type === CommandType.tombstone && command.body.ReapIndex < later));
  assert.equal(around.store.tables.kv.tombstones.size, 1, 'the later one is still there');
  await pass(15 * MINUTE);
  assert.equal(around.store.tables.kv.tombstones.size, 0);
});

test('nothing runs after leadership is lost', async () => {
  await duties.gainLeadership();
  around.store.runAll(createSession({ ID: 'a', Node: 'srv-one', TTL: '10s' }), kv('set', { Key: 'a' }));
  around.store.runAll(kv('delete', { Key: 'a' }));
  duties.loseLeadership();
  around.log.proposed.length = 0;
  await pass(30 * MINUTE);
  await settle();
  assert.deepEqual(around.log.proposed, []);
});

function sessionOf(id: string) {
  const found = around.store.sessions.session(id).value;
  assert.ok(found);
  return found;
}
