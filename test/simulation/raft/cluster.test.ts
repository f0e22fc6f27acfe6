// Clusters of two to five voters, with and without others beside them, in storms: the invariants hold at every step, and
// once the faults end all agree again. `LICTOR_SEED=<n>` runs one seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, repeatedSeed, seedsOf } from '../../random.js';
import { Cluster } from './cluster.js';
import { storm } from './storm.js';

const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? 120));

function assertAgreement(cluster: Cluster): void {
  const leader = cluster.leader();
  assert.ok(leader?.running, 'a leader is there once the faults ended');
  const { last, committed } = leader.running.core.log;
  assert.equal(committed, last.index, 'everything is committed');
  for (const { id } of leader.running.core.configuration.servers) {
    const running = cluster.servers.find((server) => server.id === id)?.running;
    assert.ok(running);
    assert.deepEqual(running.core.log.last, last, `${id} has the leader's log`);
    assert.equal(running.core.log.committed, committed, `${id} knows what is committed`);
    assert.equal(running.core.leader, leader.id, `${id} knows the leader`);
  }
  assert.equal(cluster.invariants.committed.size, committed);
}

test(`${seeds.length} seeds of storms leave one history`, async () => {
  const seen = { entries: 0, elections: 0, truncations: 0, compactions: 0, changes: 0 };
  for (const seed of seeds) {
    try {
      const cluster = await storm(seed);
      assertAgreement(cluster);
      seen.entries += cluster.invariants.committed.size;
      seen.elections += cluster.elections;
      seen.truncations += cluster.truncations;
      seen.compactions += cluster.compactions;
      seen.changes += cluster.changes;
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`, { cause: error });
    }
  }
  if (repeatedSeed !== null) return;
  // The run is worth something only if all of it happened; usually there is about twice as much of each.
  assert.ok(seen.entries > seeds.length * 25, `${seen.entries} entries committed`);
  assert.ok(seen.elections > seeds.length * 3, `${seen.elections} elections`);
  assert.ok(seen.truncations > seeds.length / 2, `${seen.truncations} deleted suffixes`);
  assert.ok(seen.compactions > seeds.length / 2, `${seen.compactions} logs made shorter`);
  assert.ok(seen.changes > seeds.length / 2, `${seen.changes} changes of membership`);
});

test('a leader cut off from the majority steps down and commits nothing more', async () => {
  const cluster = new Cluster(new Random(7), { voters: 3, nonVoters: 0 });
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
