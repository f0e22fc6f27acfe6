// Who begins a cluster, and with whom (spec/raft.md, section 7).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBER_STATUS } from '../../../../../src/wire/gossip-pools.js';
import { beginning, gathering } from '../../../../../src/workers/state/cluster/expectation.js';
import { serverOf } from '../../../../../src/workers/state/cluster/known-servers.js';
import { CLIENT_TAGS, member, SERVER_TAGS } from '../leader/leader-fixture.js';
import { expecting } from './servers.js';

const SELF = { name: 'srv-1', expect: 3 };
const three = [expecting(1), expecting(2), expecting(3)];

test('as long as too few servers are there, it waits', () => {
  assert.deepEqual(gathering(SELF, three.slice(0, 2)), { kind: 'wait' });
  assert.deepEqual(gathering(SELF, [...three.slice(0, 2), expecting(3, {}, MEMBER_STATUS.failed)]), { kind: 'wait' });
  assert.deepEqual(gathering(SELF, [...three.slice(0, 2), expecting(3, { read_replica: '1' })]), { kind: 'wait' });
  assert.deepEqual(gathering(SELF, [...three.slice(0, 2), expecting(3, { id: '' })]), { kind: 'wait' });
});

test('when enough are there, all are asked', () => {
  assert.deepEqual(gathering(SELF, three), { kind: 'ask', servers: three });
});

test('a server that expects nothing counts; it was told to join', () => {
  const servers = [...three.slice(0, 2), expecting(3, { expect: '0' })];
  assert.equal(gathering(SELF, servers).kind, 'ask');
});

test('nobody begins while two expect different numbers, and the line names both', () => {
  const found = gathering(SELF, [...three, expecting(4, { expect: '5' })]);
  assert.ok(found.kind === 'conflict');
  assert.deepEqual(found.fields, ['member', 'srv-4', 'expects', 5, 'this_server', 'srv-1', 'this_server_expects', 3]);
});

test('nobody begins beside a server in bootstrap mode, and the line names both', () => {
  const found = gathering(SELF, [...three, expecting(4, { expect: '0', bootstrap: '1' })]);
  assert.ok(found.kind === 'conflict');
  assert.deepEqual(found.fields.slice(0, 4), ['member', 'srv-4', 'this_server', 'srv-1']);
});

test('a server that is gone can expect what it likes', () => {
  const gone = expecting(4, { expect: '5' }, MEMBER_STATUS.left);
  assert.equal(gathering(SELF, [...three, gone]).kind, 'ask');
});

test('a server that knows peers ends it, whatever others say', () => {
  const [one, two, other] = three;
  assert.ok(one && two && other);
  const answers = [
    { server: one, peers: null },
    { server: two, peers: [] },
    { server: other, peers: ['10.0.0.9:8300'] },
  ];
  assert.deepEqual(beginning(answers), { kind: 'exists', toldBy: other });
});

test('nobody begins while one of them says nothing', () => {
  const [one, two] = three;
  assert.ok(one && two);
  const answers = [
    { server: one, peers: [] },
    { server: two, peers: null },
  ];
  assert.deepEqual(beginning(answers), { kind: 'unknown', silent: two });
});

test('they begin with all of them, read replicas without a vote', () => {
  const servers = [...three, expecting(4, { read_replica: '1' })];
  assert.deepEqual(beginning(servers.map((server) => ({ server, peers: [] }))), {
    kind: 'begin',
    peers: [1, 2, 3, 4].map((number) => ({
      suffrage: number === 4 ? 'nonvoter' : 'voter',
      id: `id-${number}`,
      address: `10.0.0.${number}:8300`,
    })),
  });
});

test('only servers of this datacenter and of no segment are known', () => {
  const address = 'fd00::7';
  assert.equal(serverOf(member('s', SERVER_TAGS, { address }), 'dc1')?.address, '[fd00::7]:8300');
  assert.equal(serverOf(member('s', SERVER_TAGS), 'dc2'), null);
  assert.equal(serverOf(member('s', { ...SERVER_TAGS, segment: 'alpha' }), 'dc1'), null);
  assert.equal(serverOf(member('s', { ...SERVER_TAGS, port: 'x' }), 'dc1'), null);
  assert.equal(serverOf(member('s', { ...SERVER_TAGS, port: '65536' }), 'dc1'), null);
  assert.equal(serverOf(member('c', CLIENT_TAGS), 'dc1'), null);
});
