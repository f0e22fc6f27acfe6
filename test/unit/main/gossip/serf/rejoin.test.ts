// A restarted member finds its pool again by its snapshot (spec/gossip.md, section 16), and what it hasn't found yet stays in
// the snapshot.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import type { RestoredSnapshot } from '../../../../../src/main/gossip/serf/pool/snapshot.js';
import { PORT, VERSIONS } from '../core/rig.js';
import { type ClusterNode, SerfCluster } from './cluster.js';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

function restored(...names: readonly string[]): RestoredSnapshot {
  const members = names.map((name) => ({ name, address: `10.0.0.${name.slice(1)}:${PORT}` }));
  return { members, clock: 0, eventClock: 0, queryClock: 0 };
}

function linesOf({ events }: ClusterNode, part: string): string[] {
  return events.flatMap((event) => (event.kind === 'log' && event.text.includes(part) ? [event.text] : []));
}

const triesOf = (node: ClusterNode) => linesOf(node, 'Attempting re-join').length;
const inSnapshot = ({ serf }: ClusterNode) =>
  Array.from(serf.snapshot()?.members ?? [], ({ name }) => name).sort((a, b) => a.localeCompare(b));

test('an address that refuses costs no time, one that says nothing five seconds', () => {
  const cluster = new SerfCluster();
  cluster.add('n1');
  const refused = cluster.add('n2', { restored: restored('n7', 'n8', 'n9', 'n1') });
  cluster.run(10);
  assert.equal(refused.serf.member('n1')?.status, 'alive');
  const silent = ['n5', 'n6', 'n7', 'n8'];
  for (const name of silent) cluster.silent.add(`10.0.0.${name.slice(1)}:${PORT}`);
  const back = cluster.add('n3', { restored: restored('n3', 'n1', ...silent) });
  cluster.run(4999);
  // Else the seed has drawn the one that answers first, and this shows nothing.
  assert.equal(back.serf.member('n1'), undefined);
  cluster.run(15_002);
  assert.equal(back.serf.member('n1')?.status, 'alive');
});

test('while one is connected no other is tried, however long the exchange takes; then it goes on', () => {
  const cluster = new SerfCluster();
  const slow = ['n1', 'n5', 'n6'];
  for (const name of slow) {
    cluster.add(name);
    cluster.slow.set(`10.0.0.${name.slice(1)}:${PORT}`, 12_000);
  }
  const back = cluster.add('n3', { restored: restored(...slow) });
  cluster.run(11_999);
  assert.equal(triesOf(back), 1);
  cluster.run(2);
  assert.equal(triesOf(back), 2);
  // Once it leaves, the end of what is under way neither begins anything nor ends the search.
  assert.equal(back.serf.leave(cluster.nowMs), null);
  cluster.run(60_000);
  assert.equal(triesOf(back), 2);
  assert.deepEqual(inSnapshot(back), slow);
});

test('a stranger that joins us does not end it', () => {
  const cluster = new SerfCluster();
  const back = cluster.add('n2', { restored: restored('n1') });
  cluster.run(10);
  const stranger = cluster.add('n5');
  cluster.join(stranger, back);
  assert.equal(back.serf.memberCount, 2);
  cluster.run(60_000);
  cluster.add('n1');
  cluster.run(3000);
  assert.equal(back.serf.member('n1')?.status, 'alive');
});

test('when nobody answers it is said once, and all are tried again, about one a second', () => {
  const cluster = new SerfCluster();
  const back = cluster.add('n2', { restored: restored('n7', 'n8', 'n9') });
  cluster.run(60_000);
  assert.equal(linesOf(back, 'Failed to re-join any previously known node').length, 1);
  const tries = triesOf(back);
  assert.ok(tries > 40 && tries < 70, String(tries));
  cluster.add('n8');
  cluster.run(5000);
  assert.equal(back.serf.member('n8')?.status, 'alive');
});

test('where the whole pool restarts, all parts of it are found', () => {
  const cluster = new SerfCluster();
  const lone = ['n1', 'n3', 'n4'].map((name) => cluster.add(name));
  cluster.add('n2', { restored: restored('n1', 'n2', 'n3', 'n4') });
  cluster.run(5000);
  for (const { serf } of lone) assert.equal(serf.memberCount, 4);
  const names = Array.from({ length: 12 }, (_, i) => `n${i + 11}`);
  const together = names.map((name) => cluster.add(name, { restored: restored(...names) }));
  cluster.run(5000);
  for (const node of together) {
    assert.equal(node.serf.memberCount, 12);
    assert.deepEqual(linesOf(node, 'Failed to re-join'), []);
  }
});

test('it ends when all are known or were asked in vain', () => {
  const cluster = new SerfCluster();
  cluster.add('n1');
  const back = cluster.add('n2', { restored: restored('n1', 'n7', 'n8', 'n2') });
  cluster.run(20_000);
  assert.equal(linesOf(back, 'Re-joined to previously known node: n1: 10.0.0.1').length, 1);
  const tries = triesOf(back);
  assert.ok(tries <= 3, String(tries));
  cluster.run(120_000);
  assert.equal(triesOf(back), tries);
});

test('a join that we were told to make ends it, too: the old pool may be gone for good', () => {
  const cluster = new SerfCluster();
  const other = cluster.add('n1');
  const moved = cluster.add('n2', { restored: restored('n7') });
  cluster.run(10_000);
  cluster.join(moved, other);
  cluster.run(10_000);
  const tries = triesOf(moved);
  cluster.run(60_000);
  assert.equal(triesOf(moved), tries);
});

test('joining ourselves does not: servers are told all addresses, their own among them', () => {
  const cluster = new SerfCluster();
  const back = cluster.add('n2', { restored: restored('n1') });
  cluster.join(back, back);
  cluster.run(10_000);
  cluster.add('n1');
  cluster.run(3000);
  assert.equal(back.serf.member('n1')?.status, 'alive');
});

test('who left does not look any longer', () => {
  const cluster = new SerfCluster();
  const back = cluster.add('n2', { restored: restored('n7') });
  cluster.run(3000);
  assert.equal(back.serf.leave(cluster.nowMs), null);
  const tries = triesOf(back);
  cluster.run(30_000);
  assert.equal(triesOf(back), tries);
});

test('an answer from our own address is nobody', () => {
  const cluster = new SerfCluster();
  const address = { ip: Uint8Array.of(10, 0, 0, 2), port: PORT };
  const self = { name: 'renamed', address, versionBytes: VERSIONS, bindPort: PORT };
  const back = cluster.add('renamed', { self, restored: restored('n2', 'n1') });
  cluster.run(10_000);
  assert.deepEqual(linesOf(back, 'Re-joined'), []);
  cluster.add('n1');
  cluster.run(3000);
  assert.equal(back.serf.member('n1')?.status, 'alive');
});

test('whom the snapshot knew stays in it until the pool is found', () => {
  const cluster = new SerfCluster();
  const back = cluster.add('n2', { restored: restored('n1', 'n2', 'n7') });
  cluster.join(cluster.add('n5'), back);
  assert.deepEqual(inSnapshot(back), ['n1', 'n2', 'n5', 'n7']);
  assert.equal(back.serf.snapshotSize, 4);
  cluster.add('n1');
  cluster.run(5000);
  assert.deepEqual(inSnapshot(back), ['n1', 'n2', 'n5']);
  assert.equal(back.serf.snapshotSize, 3);
});

test('who was there and failed is not kept as one that was never seen', () => {
  const cluster = new SerfCluster();
  const n1 = cluster.add('n1');
  const gone = ['n5', 'n6', 'n7', 'n8', 'n9'];
  for (const name of gone) cluster.silent.add(`10.0.0.${name.slice(1)}:${PORT}`);
  const back = cluster.add('n2', { restored: restored('n1', ...gone) });
  cluster.join(n1, back);
  n1.isDown = true;
  while (back.serf.member('n1')?.status !== 'failed') cluster.run(1000);
  assert.deepEqual(inSnapshot(back), ['n2', ...gone]);
});

test('the snapshot of a large pool takes no memory once the pool is found', async () => {
  const cluster = new SerfCluster();
  cluster.add('n1');
  const start = () => {
    const snapshot = restored('n1', 'n7');
    const back = cluster.add('n2', { restored: snapshot });
    return { back, members: new WeakRef(snapshot.members), first: new WeakRef(snapshot.members[0] ?? {}) };
  };
  const { back, members, first } = start();
  cluster.run(20_000);
  assert.equal(back.serf.member('n1')?.status, 'alive');
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  assert.equal(members.deref(), undefined);
  assert.equal(first.deref(), undefined);
});
