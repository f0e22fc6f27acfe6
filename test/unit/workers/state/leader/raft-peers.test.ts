// Raft's peers follow the servers of the pool (spec/raft.md, section 8).

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { MEMBER_STATUS, type Member } from '../../../../../src/wire/gossip-pools.js';
import type { RaftPeer } from '../../../../../src/wire/raft/raft-orders.js';
import type { LeaderDuties } from '../../../../../src/workers/state/leader/leader-duties.js';
import { addition } from '../../../../../src/workers/state/leader/raft-peers.js';
import {
  client,
  type LeaderFixture,
  leaderDuties,
  leaderFixture,
  member,
  SERVER_TAGS,
  settle,
} from './leader-fixture.js';

let fixture: LeaderFixture;
let duties: LeaderDuties;

beforeEach(async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  fixture = leaderFixture();
  duties = leaderDuties(fixture);
  await duties.gainLeadership();
});

afterEach(() => {
  duties.stop();
  mock.timers.reset();
});

function server(number: number, overrides: Partial<Member> = {}): Member {
  const address = `10.0.0.${number}`;
  return member(`srv-${number}`, { ...SERVER_TAGS, id: `id-${number}` }, { address, ...overrides });
}

function voters(...ids: readonly number[]): RaftPeer[] {
  return ids.map((number) => ({ suffrage: 'voter', id: `id-${number}`, address: `10.0.0.${number}:8300` }));
}

test('a server that joins becomes a peer without a vote, then is registered', async () => {
  fixture.pool.change(duties, server(2), client(3));
  await settle();
  assert.deepEqual(fixture.log.orders, [{ order: 'add-nonvoter', id: 'id-2', address: '10.0.0.2:8300' }]);
  assert.ok(fixture.store.catalog.nodeService('srv-2', 'consul'));
});

test('one that cannot become a peer is not shown as one', async () => {
  fixture.log.refusal = 'no room';
  fixture.pool.change(duties, server(2));
  await settle();
  assert.equal(fixture.store.catalog.node('srv-2'), undefined);
  assert.ok(fixture.lines.some((line) => /failed to reconcile member.*error=no room/.test(line)));
});

test('one that left is no peer any more, one that failed still is', async () => {
  fixture.pool.change(duties, server(2), server(3));
  await settle();
  fixture.log.orders.length = 0;
  fixture.pool.change(duties, server(2, { status: MEMBER_STATUS.left }), server(3, { status: MEMBER_STATUS.failed }));
  await settle();
  assert.deepEqual(fixture.log.orders, [{ order: 'remove', id: 'id-2' }]);
  fixture.pool.remove(duties, 'srv-3');
  await settle();
  assert.deepEqual(fixture.log.orders.at(-1), { order: 'remove', id: 'id-3' }, 'gossip has forgotten it');
});

test('a server that was renamed stays a peer when its old name has left', async () => {
  const old = member('old-name', { ...SERVER_TAGS, id: 'id-2' }, { address: '10.0.0.2' });
  fixture.log.peers = [...fixture.log.peers, ...voters(2)];
  fixture.pool.change(duties, server(2));
  await settle();
  fixture.pool.change(duties, { ...old, status: MEMBER_STATUS.left });
  await settle();
  assert.deepEqual(fixture.log.orders, []);
});

test('a server that was renamed stays a peer when gossip has forgotten a name that the catalog still has, as restored', async () => {
  const old = member('old-name', { ...SERVER_TAGS, id: 'id-2' }, { address: '10.0.0.2' });
  fixture.log.peers = [...fixture.log.peers, ...voters(2)];
  fixture.pool.change(duties, old);
  await settle();
  fixture.pool.put(server(2));
  fixture.pool.remove(duties, old.name);
  await settle();
  assert.deepEqual(fixture.log.orders, []);
  assert.equal(fixture.store.catalog.node(old.name), undefined);
});

test('a server that joins lets a dead one go, one that was a peer all along does not', async () => {
  fixture.log.peers = [...fixture.log.peers, ...voters(2, 3)];
  fixture.pool.change(duties, server(2), server(3, { status: MEMBER_STATUS.failed }));
  await settle();
  assert.deepEqual(fixture.forcedOut, []);
  fixture.pool.change(duties, server(4));
  await settle();
  assert.deepEqual(fixture.forcedOut, ['srv-3']);
});

test('a new leader adds who is in the pool already', async () => {
  duties.loseLeadership();
  fixture.pool.put(server(2));
  await duties.gainLeadership();
  await settle();
  assert.deepEqual(fixture.log.orders, [{ order: 'add-nonvoter', id: 'id-2', address: '10.0.0.2:8300' }]);
});

test('another address of a voter leaves it its vote', () => {
  assert.deepEqual(addition(voters(1, 2, 3), { id: 'id-2', address: '10.0.0.9:8300' }), [
    { order: 'add-voter', id: 'id-2', address: '10.0.0.9:8300' },
  ]);
  assert.deepEqual(addition(voters(1, 2, 3), { id: 'id-2', address: '10.0.0.2:8300' }), []);
});

test('a server takes the place of another one at its address, unless that costs the quorum', () => {
  const next = { id: 'new', address: '10.0.0.2:8300' };
  assert.deepEqual(addition(voters(1, 2, 3), next), [
    { order: 'remove', id: 'id-2' },
    { order: 'add-nonvoter', ...next },
  ]);
  assert.match(String(addition(voters(1, 2), next)), /^Preventing server addition/);
});
