// Events held back and merged on their way out of a machine that is told to, and only there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERF, type SerfSettings } from '../../../../../src/main/gossip/serf/pool/options.js';
import { type ClusterNode, SerfCluster } from './cluster.js';
import { eventsOf } from './rig.js';

const COALESCING: SerfSettings = {
  ...SERF,
  coalesce: { quietMs: 1000, mostMs: 5000 },
  userCoalesce: { quietMs: 1000, mostMs: 5000 },
};

function alone(serf: SerfSettings): { readonly cluster: SerfCluster; readonly node: ClusterNode } {
  const cluster = new SerfCluster();
  const node = cluster.add('n1', { serf });
  cluster.run(2000);
  node.events.length = 0;
  return { cluster, node };
}

function joinsOf({ events }: ClusterNode): string[][] {
  return events.flatMap((event) =>
    event.kind === 'members' && event.type === 'join' ? [event.members.map(({ name }) => name)] : [],
  );
}

test('members that join close together are told of at once, after the quiet time', () => {
  const { cluster, node } = alone(COALESCING);
  for (const name of ['n2', 'n3']) {
    cluster.join(cluster.add(name), node);
    cluster.run(500);
  }
  assert.deepEqual(joinsOf(node), []);
  cluster.run(499);
  assert.deepEqual(joinsOf(node), []);
  cluster.run(1);
  assert.deepEqual(joinsOf(node), [['n2', 'n3']]);
});

test('without coalescing each is told of when it comes', () => {
  const { cluster, node } = alone(SERF);
  for (const name of ['n2', 'n3']) cluster.join(cluster.add(name), node);
  assert.deepEqual(joinsOf(node), [['n2'], ['n3']]);
});

test('of user events that allow it only the newest is told, others at once', () => {
  const { cluster, node } = alone(COALESCING);
  for (const payload of ['1', '2', '3']) {
    assert.equal(node.serf.userEvent('deploy', Buffer.from(payload), true, cluster.nowMs), null);
  }
  assert.equal(node.serf.userEvent('now', null, false, cluster.nowMs), null);
  cluster.settle();
  assert.deepEqual(eventsOf(node.events), ['user now ltime=4 payload= coalesce=false']);
  node.events.length = 0;
  cluster.run(1000);
  assert.deepEqual(eventsOf(node.events), ['user deploy ltime=3 payload=3 coalesce=true']);
});

test('what is held back is told before the machine says that it has left', () => {
  const { cluster, node } = alone({ ...COALESCING, userCoalesce: { quietMs: 3_600_000, mostMs: 3_600_000 } });
  assert.equal(node.serf.userEvent('deploy', null, true, cluster.nowMs), null);
  assert.equal(node.serf.leave(cluster.nowMs), null);
  cluster.run(60_000);
  const kinds = node.events.map(({ kind }) => kind).filter((kind) => kind !== 'log' && kind !== 'done');
  assert.ok(kinds.indexOf('userEvent') >= 0, kinds.join());
  assert.equal(kinds.at(-1), 'left');
});
