import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { MEMBER_STATUS } from '../../../../../src/wire/gossip-pools.js';
import type { LeaderDuties } from '../../../../../src/workers/state/leader/leader-duties.js';
import { check, createSession, register, service } from '../replica/store/commands.js';
import {
  CLIENT_TAGS,
  client,
  type LeaderFixture,
  leaderDuties,
  leaderFixture,
  member,
  nodeId,
  pass,
  SELF,
  SERVER_TAGS,
  settle,
} from './leader-fixture.js';

const MINUTE = 60_000;
const { failed, left, leaving, none } = MEMBER_STATUS;
let fixture: LeaderFixture;
let duties: LeaderDuties;

beforeEach(async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  fixture = leaderFixture();
  duties = leaderDuties(fixture);
  await duties.gainLeadership();
  forget();
});

afterEach(() => {
  duties.stop();
  mock.timers.reset();
});

/** Forgets what was logged and proposed so far. */
function forget(): void {
  fixture.lines.length = 0;
  fixture.log.proposed.length = 0;
}

function health(node: string): string | undefined {
  const found = fixture.store.catalog.check(node, 'serfHealth');
  return found && `${found.Status}: ${found.Output}`;
}

const ALIVE = 'passing: Agent alive and reachable';
const FAILED = 'critical: Agent not live or unreachable';

/** A client that is in the pool and in the catalog. */
async function joined(number = 1): Promise<void> {
  fixture.pool.change(duties, client(number));
  await settle();
  assert.equal(health(`client-${number}`), ALIVE);
  forget();
}

test('a client that joins is registered at once', async () => {
  fixture.pool.change(duties, client(1));
  await settle();
  assert.deepEqual(fixture.lines, ['info member joined, marking health alive member=client-1 partition=default']);
  const dump = fixture.store.catalog.nodeDump('client-1');
  assert.equal(dump?.node.ID, nodeId(1));
  assert.equal(dump.node.Address, '10.1.0.1');
  assert.deepEqual(dump.node.Meta, { 'consul-version': '1.21.4' });
  assert.equal(dump.node.TaggedAddresses, null);
  assert.deepEqual(dump.services, []);
  assert.deepEqual(
    dump.checks.map(({ CheckID, Name, Status, ServiceID }) => [CheckID, Name, Status, ServiceID]),
    [['serfHealth', 'Serf Health Status', 'passing', '']],
  );
  assert.equal(health('client-1'), ALIVE);
});

test('a server that joins brings the service consul with what its tags say', async () => {
  const tags = { ...SERVER_TAGS, id: nodeId(7), port: '18300', nonvoter: '1', read_replica: '1', grpc_tls_port: '-1' };
  fixture.pool.change(duties, member('srv-two', tags, { address: '10.0.0.2', protocolCurrent: 4 }));
  await settle();
  const consul = fixture.store.catalog.nodeService('srv-two', 'consul');
  assert.equal(consul?.Port, 18_300);
  assert.deepEqual(consul.Meta, {
    grpc_port: '8502',
    non_voter: 'true',
    raft_version: '3',
    read_replica: 'true',
    serf_protocol_current: '4',
    serf_protocol_max: '5',
    serf_protocol_min: '1',
    version: '1.21.4',
  });
  fixture.pool.change(
    duties,
    member('srv-two', { ...tags, port: '28300' }, { address: '10.0.0.2', protocolCurrent: 4 }),
  );
  await settle();
  assert.equal(fixture.store.catalog.nodeService('srv-two', 'consul')?.Port, 28_300);
  const upgraded = { ...tags, build: '1.22.0:00000000' };
  fixture.pool.change(duties, member('srv-two', upgraded, { address: '10.0.0.2', protocolCurrent: 4 }));
  await settle();
  assert.equal(fixture.store.catalog.nodeService('srv-two', 'consul')?.Meta?.['version'], '1.22.0');
});

test('a member the catalog agrees with is neither written nor mentioned', async () => {
  await joined();
  fixture.pool.change(duties, client(1));
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
  assert.deepEqual(fixture.lines, []);
});

test('a member that moved is registered with its new address and keeps what its own sync wrote', async () => {
  const NodeMeta = { 'consul-version': '1.21.4', rack: 'r1' };
  const TaggedAddresses = { lan: '10.9.9.9' };
  fixture.store.runAll(
    register({ Node: 'client-1', ID: nodeId(1), Address: '10.9.9.9', NodeMeta, TaggedAddresses, Service: service({}) }),
  );
  fixture.pool.change(duties, client(1));
  await settle();
  const dump = fixture.store.catalog.nodeDump('client-1');
  assert.equal(dump?.node.Address, '10.1.0.1');
  assert.deepEqual(dump.node.Meta, NodeMeta);
  assert.deepEqual(dump.node.TaggedAddresses, TaggedAddresses);
  assert.equal(dump.services.length, 1);
});

test('a node that was registered without its ID gets it', async () => {
  const serfHealth = check({ Node: 'client-1', CheckID: 'serfHealth' });
  fixture.store.runAll(register({ Node: 'client-1', Address: '10.1.0.1', Check: serfHealth }));
  fixture.pool.change(duties, client(1));
  await settle();
  assert.equal(fixture.store.catalog.node('client-1')?.ID, nodeId(1));
});

test('a member that fails turns critical, its node stays as it is', async () => {
  await joined();
  const before = fixture.store.catalog.node('client-1');
  fixture.pool.change(duties, client(1, { status: failed, address: '10.7.7.7' }));
  await settle();
  assert.deepEqual(fixture.lines, ['info member failed, marking health critical member=client-1 partition=default']);
  assert.equal(health('client-1'), FAILED);
  assert.deepEqual(fixture.store.catalog.node('client-1'), before);
  forget();
  fixture.pool.change(duties, client(1, { status: failed }));
  await settle();
  assert.deepEqual(fixture.log.proposed, [], 'it is said once');

  fixture.pool.change(duties, client(1));
  await settle();
  assert.equal(health('client-1'), ALIVE);
});

test('a failed member that was never registered stays unknown', async () => {
  fixture.pool.change(duties, client(1, { status: failed }));
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
  assert.deepEqual(fixture.lines, []);
});

test('a member that left is deregistered with its services and sessions', async () => {
  await joined();
  fixture.store.runAll(register({ Node: 'client-1', ID: nodeId(1), Address: '10.1.0.1', Service: service({}) }));
  fixture.store.runAll(createSession({ ID: 'a', Node: 'client-1' }));
  fixture.pool.change(duties, client(1, { status: left }));
  await settle();
  assert.deepEqual(fixture.lines, ['info deregistering member member=client-1 partition=default reason=left']);
  assert.equal(fixture.store.catalog.node('client-1'), undefined);
  assert.deepEqual(fixture.store.sessions.list().value, []);
  forget();
  await pass(2 * MINUTE);
  assert.deepEqual(fixture.log.proposed, [], 'it is remembered as left for a day, and gone from the catalog');
});

test('a member that gossip forgets is deregistered as reaped', async () => {
  await joined();
  fixture.pool.remove(duties, 'client-1');
  await settle();
  assert.deepEqual(fixture.lines, ['info deregistering member member=client-1 partition=default reason=reaped']);
  assert.equal(fixture.store.catalog.node('client-1'), undefined);
});

test('a member on its way out, or of no known status, is left alone', async () => {
  await joined();
  for (const status of [leaving, none]) fixture.pool.change(duties, client(1, { status }));
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
  assert.equal(health('client-1'), ALIVE);
});

test('the leader does not deregister itself', async () => {
  fixture.pool.change(duties, { ...SELF, status: left });
  await settle();
  assert.deepEqual(fixture.lines, [
    'warn deregistering self should be done by follower name=srv-one partition=default',
  ]);
  fixture.pool.change(duties, member('SRV-ONE', { ...CLIENT_TAGS, id: nodeId(1) }, { status: left }));
  fixture.pool.remove(duties, 'srv-one');
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
  assert.ok(fixture.store.catalog.node('srv-one'));
});

test('members that are no agents of this datacenter are ignored', async () => {
  const elsewhere = { ...CLIENT_TAGS, id: nodeId(1), dc: 'dc2' };
  fixture.pool.change(
    duties,
    member('far', elsewhere),
    member('monitor', { ...CLIENT_TAGS, role: 'monitor' }),
    member('odd', { ...SERVER_TAGS, port: 'x' }),
    { ...member('broken', {}), tags: '{' },
  );
  fixture.store.runAll(register({ Node: 'far', Check: check({ Node: 'far', CheckID: 'serfHealth' }) }));
  fixture.pool.change(duties, member('far', elsewhere, { status: left }));
  await settle();
  await pass(MINUTE);
  assert.deepEqual(fixture.log.proposed, []);
  assert.ok(fixture.store.catalog.node('far'));
});

test('changes of the WAN pool are nothing to the catalog', async () => {
  duties.membersChanged({ pool: 'wan', changed: [client(1)], removed: ['srv-one'] });
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
});

test('a node with serfHealth that is no member is reaped at the next full pass; one without it is not', async () => {
  fixture.store.runAll(
    register({ Node: 'ghost', Check: check({ Node: 'ghost', CheckID: 'serfHealth' }) }),
    register({ Node: 'outside', Check: check({ Node: 'outside', CheckID: 'other' }) }),
    register({ Node: 'CLIENT-1', ID: nodeId(1), Check: check({ Node: 'CLIENT-1', CheckID: 'serfHealth' }) }),
  );
  fixture.pool.put(client(1, { status: leaving }));
  await pass(MINUTE);
  assert.deepEqual(
    fixture.lines.filter((line) => line.includes('deregistering')),
    ['info deregistering member member=ghost partition=default reason=reaped'],
  );
  assert.equal(fixture.store.catalog.node('ghost'), undefined);
  assert.ok(fixture.store.catalog.node('outside'));
  assert.ok(fixture.store.catalog.node('client-1'), 'a name counts without regard to case');
});

test('a new leader reaps too, after it registered who is there', async () => {
  await pass(MINUTE);
  fixture.store.runAll(register({ Node: 'ghost', Check: check({ Node: 'ghost', CheckID: 'serfHealth' }) }));
  duties.loseLeadership();
  fixture.pool.put(client(1));
  forget();
  await duties.gainLeadership();
  assert.deepEqual(fixture.lines.slice(-2), [
    'info member joined, marking health alive member=client-1 partition=default',
    'info deregistering member member=ghost partition=default reason=reaped',
  ]);
});

test('a leader that has just come into the pool reaps nobody until it has been there for a minute', async () => {
  fixture.store.runAll(register({ Node: 'ghost', Check: check({ Node: 'ghost', CheckID: 'serfHealth' }) }));
  duties.loseLeadership();
  const newcomer = leaderDuties(fixture);
  await newcomer.gainLeadership();
  await pass(MINUTE - 5_000);
  assert.ok(fixture.store.catalog.node('ghost'));
  await pass(5_000);
  assert.equal(fixture.store.catalog.node('ghost'), undefined);
  newcomer.stop();
});

test('a name that gossip forgets takes no node with it that is not an agent', async () => {
  fixture.store.runAll(register({ Node: 'printer' }));
  fixture.pool.put(member('printer', { role: 'monitor' }));
  fixture.pool.remove(duties, 'printer');
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
});

test('a pool that does not even hold this server is no reason to reap anybody', async () => {
  await joined();
  fixture.pool.forget('srv-one', 'client-1');
  await pass(MINUTE);
  assert.deepEqual(fixture.log.proposed, []);
  assert.deepEqual(fixture.lines, ['warn this server is not among the members, no node is reaped']);
});

test('names that differ by case alone do not fight over a node', async () => {
  await joined();
  const shouting = (status: number) => member('CLIENT-1', { ...CLIENT_TAGS, id: nodeId(2) }, { status });
  for (const status of [failed, left]) {
    fixture.pool.change(duties, shouting(status));
    await settle();
  }
  fixture.pool.remove(duties, 'CLIENT-1');
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
  assert.equal(health('client-1'), ALIVE);
});

test('a second server in bootstrap mode is not added, the first one is', async () => {
  duties.loseLeadership();
  fixture.pool.put(member('srv-one', { ...SERVER_TAGS, bootstrap: '1' }));
  forget();
  await duties.gainLeadership();
  const other = member('another', { ...SERVER_TAGS, id: nodeId(7), port: '8307', bootstrap: '1' });
  forget();
  fixture.pool.change(duties, other);
  await settle();
  const refusal = 'error two servers are in bootstrap mode, the second is not added member=another first=srv-one';
  assert.deepEqual(fixture.lines, [refusal]);
  assert.deepEqual(fixture.log.proposed, []);

  fixture.pool.change(duties, member('another', { ...SERVER_TAGS, id: nodeId(7), port: '8307' }));
  await settle();
  assert.ok(fixture.store.catalog.nodeService('another', 'consul'), 'without the mode it is welcome');
});

test('a server that was added before another said it was in bootstrap mode stays, and comes back after a failure', async () => {
  const known = { ...SERVER_TAGS, id: nodeId(7), port: '8307' };
  fixture.pool.change(duties, member('another', known));
  await settle();
  const tags = { ...known, bootstrap: '1' };
  fixture.pool.put(member('srv-one', { ...SERVER_TAGS, bootstrap: '1' }));
  fixture.pool.change(duties, member('another', tags, { status: failed }));
  await settle();
  assert.equal(health('another'), FAILED);
  fixture.pool.change(duties, member('another', tags));
  await settle();
  assert.equal(health('another'), ALIVE);
});

test('of two servers in bootstrap mode beside a leader that is not, one is added', async () => {
  const inBootstrapMode = (name: string, number: number) =>
    member(name, { ...SERVER_TAGS, id: nodeId(number), port: `830${number}`, bootstrap: '1' });
  fixture.pool.change(duties, inBootstrapMode('b', 2), inBootstrapMode('a', 1));
  await settle();
  assert.ok(fixture.store.catalog.nodeService('a', 'consul'));
  assert.equal(fixture.store.catalog.nodeService('b', 'consul'), undefined);
});

test('what the catalog refuses is logged and stops nobody else', async () => {
  await joined();
  const impostor = member('Client-1', { ...CLIENT_TAGS, id: nodeId(9) });
  fixture.pool.change(duties, impostor, client(2));
  await settle();
  assert.equal(health('client-2'), ALIVE);
  assert.equal(fixture.store.catalog.node('client-1')?.ID, nodeId(1));
  const refused = fixture.lines.filter((line) => line.startsWith('error failed to reconcile member member=Client-1'));
  assert.equal(refused.length, 1);
  assert.match(refused[0] ?? '', /Node name Client-1 is reserved by node/);
});

test('a command the log does not take is tried again with the next full pass', async () => {
  fixture.log.failure = 'queue-full';
  fixture.pool.change(duties, client(1));
  await settle();
  assert.ok(fixture.lines.some((line) => line.startsWith('error failed to reconcile member member=client-1')));
  fixture.log.failure = null;
  await pass(MINUTE);
  assert.equal(health('client-1'), ALIVE);
});

test('an agent under a new name takes its node along, in whatever order the two names are told', async () => {
  await joined();
  const { address } = client(1);
  const renamed = member('a-new-name', { ...CLIENT_TAGS, id: nodeId(1) }, { address });
  fixture.pool.change(duties, renamed, client(1, { status: failed }));
  await settle();
  assert.equal(health('a-new-name'), ALIVE);
  assert.equal(fixture.store.catalog.node('client-1'), undefined);
  assert.deepEqual(fixture.lines, ['info member joined, marking health alive member=a-new-name partition=default']);
});

test('a server that does not lead writes nothing', async () => {
  duties.loseLeadership();
  forget();
  fixture.pool.change(duties, client(1));
  await settle();
  await pass(2 * MINUTE);
  assert.deepEqual(fixture.log.proposed, []);
});
