// Several voters under partitions, lost messages, crashes and slow disks: one leader a term, nothing committed is ever lost
// or changed, and once the faults end all agree again. `LICTOR_SEED=<n>` runs one seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeatedSeed, seedsOf } from '../../random.js';
import { Cluster } from './cluster.js';

const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? 120));

/** Faults at random for some time, then peace. */
async function storm(seed: number): Promise<Cluster> {
  const cluster = new Cluster(seed, seed % 3 === 0 ? 5 : 3);
  await cluster.bootstrap();
  const { random } = cluster;
  cluster.loss = random.below(3) * 0.05;
  cluster.slowness = 0.05;
  await cluster.run(6000, async () => {
    if (random.chance(0.3)) cluster.propose();
    if (random.chance(0.01)) cluster.partition();
    if (random.chance(0.02)) cluster.heal();
    for (const server of cluster.servers) {
      if (server.running && random.chance(0.004)) cluster.crash(server);
      else if (!server.running && random.chance(0.05)) await cluster.start(server);
    }
  });
  cluster.heal();
  cluster.loss = 0;
  cluster.slowness = 0;
  for (const server of cluster.servers) if (!server.running) await cluster.start(server);
  await cluster.run(3000);
  return cluster;
}

function assertAgreement(cluster: Cluster): void {
  const leader = cluster.leader();
  assert.ok(leader?.running, 'a leader is there once the faults ended');
  const { last, committed } = leader.running.core.log;
  assert.equal(committed, last.index, 'everything is committed');
  for (const { id, running } of cluster.servers) {
    assert.ok(running);
    assert.deepEqual(running.core.log.last, last, `${id} has the leader's log`);
    assert.equal(running.core.log.committed, committed, `${id} knows what is committed`);
    assert.equal(running.core.leader, leader.id, `${id} knows the leader`);
  }
  for (let index = 1; index <= committed; index += 1) assert.ok(cluster.committed.has(index), `index ${index}`);
}

test(`${seeds.length} seeds of storms leave one history`, async () => {
  let entries = 0;
  let elections = 0;
  let truncations = 0;
  for (const seed of seeds) {
    try {
      const cluster = await storm(seed);
      assertAgreement(cluster);
      entries += cluster.committed.size;
      elections += cluster.elections;
      truncations += cluster.truncations;
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`, { cause: error });
    }
  }
  if (repeatedSeed !== null) return;
  assert.ok(entries > seeds.length * 50, `${entries} entries committed`);
  assert.ok(elections > seeds.length * 3, `${elections} elections`);
  assert.ok(truncations > 10, `${truncations} deleted suffixes`);
});

test('a leader cut off from the majority steps down and commits nothing more', async () => {
  const cluster = new Cluster(7, 3);
  await cluster.bootstrap();
  await cluster.run(2000);
  const first = cluster.leader();
  assert.ok(first?.running);
  const before = first.running.core.log.committed;
  for (const other of cluster.servers) if (other !== first) cluster.crash(other);
  cluster.propose();
  await cluster.run(1000);
  assert.notEqual(first.running.core.role, 'leader');
  assert.equal(first.running.core.log.committed, before);
});
