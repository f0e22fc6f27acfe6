// Clusters of two to five voters, with and without others beside them, in storms: the invariants hold at every step, and
// once the faults end all agree again. `LICTOR_SEED=<n>` runs one seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, repeatedSeed, seedsOf } from '../../random.js';
import { inThread } from '../thread/in-thread.js';
import { Cluster } from './cluster.js';
import type { SeenInStorms, StormsOrder } from './in-thread/storms.js';

const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? 120));

test(`${seeds.length} seeds of storms leave one history`, async () => {
  const seen = await inThread<StormsOrder, SeenInStorms>(new URL('./in-thread/storms.js', import.meta.url), {
    seeds,
    voters: null,
  });
  if (repeatedSeed !== null) return;
  // The run is worth something only if all of it happened; usually there is about twice as much of each.
  assert.ok(seen.entries > seeds.length * 25, `${seen.entries} entries committed`);
  assert.ok(seen.elections > seeds.length * 3, `${seen.elections} elections`);
  assert.ok(seen.truncations > seeds.length / 2, `${seen.truncations} deleted suffixes`);
  assert.ok(seen.installs > seeds.length / 20, `${seen.installs} snapshots installed`);
  assert.ok(seen.restored > seeds.length / 40, `${seen.restored} storms in which a restore came through`);
  assert.ok(seen.lost > seeds.length, `${seen.lost} proposals lost with leadership`);
  assert.ok(seen.confirmed > seeds.length, `${seen.confirmed} times a quorum confirmed a leader`);
  assert.ok(seen.changes > seeds.length / 2, `${seen.changes} changes of membership`);
});

test('a leader cut off from the majority steps down and commits nothing more', async () => {
  const cluster = new Cluster(new Random(7), { voters: 3, nonVoters: 0 });
  await cluster.bootstrap();
  await cluster.run(2000);
  const first = cluster.leader();
  assert.ok(first);
  const core = cluster.core(first);
  assert.ok(core);
  const before = core.log.committed;
  for (const other of cluster.servers) if (other !== first) cluster.crash(other);
  cluster.propose();
  await cluster.run(1000);
  assert.notEqual(core.role, 'leader');
  assert.equal(core.log.committed, before);
  assert.equal(first.life?.leadership.mayServe, false);
  assert.equal(first.life?.unanswered.size, 0, 'who waits hears of it');
});
