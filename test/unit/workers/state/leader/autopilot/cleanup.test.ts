// Which dead servers go, and in which order (spec/raft.md, section 9).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBER_STATUS } from '../../../../../../src/wire/gossip-pools.js';
import type { RaftPeer, RaftSuffrage } from '../../../../../../src/wire/raft/raft-orders.js';
import { type Cluster, removals } from '../../../../../../src/workers/state/leader/autopilot/cleanup.js';
import { failureTolerance } from '../../../../../../src/workers/state/leader/autopilot/state.js';
import { expecting } from '../../cluster/servers.js';

const peer = (number: number, suffrage: RaftSuffrage = 'voter'): RaftPeer => ({
  suffrage,
  id: `id-${number}`,
  address: `10.0.0.${number}:8300`,
});
const alive = (...numbers: number[]) => numbers.map((number) => expecting(number));
const failed = (...numbers: number[]) => numbers.map((number) => expecting(number, {}, MEMBER_STATUS.failed));

function gone(cluster: Pick<Cluster, 'peers' | 'servers'> & Partial<Cluster>): readonly string[] {
  const whole = { ownId: 'id-1', minQuorum: 0, knowsPool: true, ...cluster };
  return removals(whole).map(({ kind, id }) => `${kind} ${id}`);
}

test('a failed voter goes while a majority of the voters is left', () => {
  const peers = [peer(1), peer(2), peer(3)];
  assert.deepEqual(gone({ peers, servers: [...alive(1, 2), ...failed(3)] }), ['failed id-3']);
  assert.deepEqual(gone({ peers, servers: [...alive(1), ...failed(2, 3)] }), ['failed id-2'], 'one of three at most');
  assert.deepEqual(gone({ peers: peers.slice(0, 2), servers: [...alive(1), ...failed(2)] }), [], 'one of two is half');
});

test('servers without a vote go first, and all of them', () => {
  const peers = [peer(1), peer(2), peer(3), peer(4, 'nonvoter'), peer(5, 'nonvoter')];
  const servers = [...alive(1, 2), ...failed(3, 4)];
  assert.deepEqual(gone({ peers, servers }), ['failed id-4', 'stale id-5', 'failed id-3']);
});

test('stale voters go before failed ones', () => {
  const peers = [peer(1), peer(2), peer(3), peer(4), peer(5)];
  const servers = [...alive(1, 2, 3), ...failed(4)];
  assert.deepEqual(gone({ peers, servers }), ['stale id-5', 'failed id-4']);
});

test('no voters below the smallest number that was asked for', () => {
  const peers = [peer(1), peer(2), peer(3), peer(4), peer(5)];
  const servers = [...alive(1, 2, 3), ...failed(4, 5)];
  assert.deepEqual(gone({ peers, servers, minQuorum: 4 }), ['failed id-4']);
  assert.deepEqual(gone({ peers, servers, minQuorum: 5 }), []);
});

test('nobody is stale for a leader that is new in the pool, nor is itself ever', () => {
  const peers = [peer(1), peer(2), peer(3)];
  assert.deepEqual(gone({ peers, servers: alive(1, 2), knowsPool: false }), []);
  assert.deepEqual(gone({ peers, servers: alive(2, 3) }), []);
  assert.deepEqual(gone({ peers, servers: [...failed(1), ...alive(2, 3)] }), []);
});

test('who is there under another name is not dead', () => {
  const servers = [...alive(1, 2, 3), { ...expecting(3, {}, MEMBER_STATUS.failed), name: 'old' }];
  assert.deepEqual(gone({ peers: [peer(1), peer(2), peer(3)], servers }), []);
});

test('failures that are tolerated are those of healthy voters beyond the quorum', () => {
  assert.deepEqual(
    [
      failureTolerance(1, 1),
      failureTolerance(3, 3),
      failureTolerance(3, 2),
      failureTolerance(5, 5),
      failureTolerance(3, 1),
    ],
    [0, 1, 0, 2, 0],
  );
});
