// A restore that never reaches a majority keeps nobody from going on: its leader dies of it, others lead, one of them dies, and
// whoever is left is a majority, be the first one in it or not. `LICTOR_SEED=<n>` runs one seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNewer } from '../../../src/workers/raft/core/entry.js';
import { Random, repeatedSeed, seedsOf } from '../../random.js';
import { assertAgreement, failedBy } from './agreement.js';
import { Cluster, type SimulatedServer } from './cluster.js';

const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? 100));

interface Story {
  readonly cluster: Cluster;
  /** The restore was the first leader's alone when it came back. */
  readonly wasAlone: boolean;
  /** Whoever is left has less than one of them gave up. */
  readonly isShort: boolean;
}

/** A leader restores, and at once or after some time is cut off or dies. */
async function beginRestore(cluster: Cluster): Promise<SimulatedServer> {
  const { random, network, ids } = cluster;
  await cluster.run(1000 + random.below(500), () => cluster.propose());
  const compacts = random.chance(0.5);
  for (const server of cluster.servers) if (compacts && random.chance(0.5)) cluster.compact(server);
  await cluster.run(200, () => cluster.propose());
  const first = cluster.leader();
  assert.ok(first);
  network.isolate(first.id, random.chance(0.5) ? ids : ids.filter(() => random.chance(0.7)));
  cluster.restore();
  await cluster.run(random.below(150));
  network.heal();
  if (random.chance(0.7)) cluster.crash(first);
  else network.isolate(first.id, ids);
  return first;
}

/** Others elect a leader, which soon is cut off, too. */
async function electAnother(cluster: Cluster, first: SimulatedServer): Promise<SimulatedServer | null> {
  const { random, network, ids } = cluster;
  let second: SimulatedServer | null = null;
  await cluster.run(1500, () => {
    const leader = cluster.leader();
    if (leader !== null && leader !== first) second ??= leader;
    if (second !== null && random.chance(0.2)) network.isolate(second.id, ids);
    else if (random.chance(0.3)) cluster.propose();
  });
  return second;
}

async function tell(seed: number): Promise<Story> {
  const random = new Random(seed);
  const voters = random.chance(0.5) ? 3 : 5;
  const cluster = new Cluster(random, { voters, nonVoters: 0 });
  await cluster.bootstrap();
  const first = await beginRestore(cluster);
  const second = await electAnother(cluster, first);
  const others = cluster.servers.filter((server) => server !== first && server !== second);
  for (let dead = 0; dead < (voters - 1) / 2; dead += 1) {
    const [server] = others.splice(random.below(others.length), 1);
    if (server) cluster.crash(server);
  }
  cluster.network.heal();
  if (!first.life) await cluster.start(first);
  const wasAlone = cluster.core(first)?.log.isUnproven === true;
  const before = cluster.seen.acknowledged;
  await cluster.run(3000, () => {
    if (random.chance(0.2)) cluster.propose();
  });
  const logs = cluster.servers.flatMap((server) => cluster.core(server)?.log ?? []);
  const best = logs.map(({ pledge }) => pledge).reduce((a, b) => (isNewer(b, a) ? b : a));
  const isShort = logs.every(({ last }) => isNewer(best, last));
  if (!isShort) assert.ok(cluster.seen.acknowledged > before, 'a majority goes on');
  for (const server of cluster.servers) if (!server.life) await cluster.start(server);
  await cluster.run(3000);
  return { cluster, wasAlone, isShort };
}

test(`${seeds.length} seeds of restores that were lost leave a majority that goes on`, async () => {
  const seen = { unproven: 0, short: 0 };
  for (const seed of seeds) {
    try {
      const { cluster, wasAlone, isShort } = await tell(seed);
      assertAgreement(cluster);
      if (wasAlone) seen.unproven += 1;
      if (isShort) seen.short += 1;
      cluster.end();
    } catch (error) {
      throw failedBy(seed, error);
    }
  }
  if (repeatedSeed !== null) return;
  assert.ok(seen.unproven > seeds.length / 10, `${seen.unproven} came back with a restore that nobody had`);
  assert.ok(seen.short <= seeds.length / 50, `${seen.short} majorities that had to wait`);
});
