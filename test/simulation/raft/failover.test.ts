// How long a cluster with default timing is without a leader, and what a wrong word about the leader's end costs: nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../random.js';
import { Cluster } from './cluster.js';

const SEEDS = 60;
/** Those of `performance.raft_multiplier` 5, which is the default. */
const TIMING = { heartbeatTimeoutMs: 5_000, electionTimeoutMs: 5_000, leaderLeaseMs: 2_500 };
/** Until the others find out that nobody listens any more where the leader was. */
const NOTICED_MS = 50;
/** Until a probe of a stopped leader's was in vain. */
const GOSSIP_MS = 1_000;

async function settled(seed: number, voters: number): Promise<Cluster> {
  const cluster = new Cluster(new Random(seed), { voters, nonVoters: 0, timing: TIMING });
  await cluster.bootstrap();
  await untilLed(cluster, 6_000, `seed ${seed}`);
  await cluster.run(500);
  return cluster;
}

/** Answers how long it took. */
async function untilLed(cluster: Cluster, deadlineMs: number, what: string): Promise<number> {
  const sinceMs = cluster.nowMs;
  while (!cluster.servers.some(({ life }) => life?.leadership.mayServe)) {
    assert.ok(cluster.nowMs - sinceMs < deadlineMs, `${what}: no leader after ${deadlineMs} ms`);
    await cluster.run(10);
  }
  return cluster.nowMs - sinceMs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

for (const voters of [3, 5]) {
  test(`${voters} servers have another leader soon after one is killed`, async () => {
    const gaps: number[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const cluster = await settled(seed, voters);
      const leader = cluster.leader() ?? assert.fail();
      cluster.crash(leader);
      await cluster.run(NOTICED_MS);
      for (const server of cluster.servers) cluster.suspectLeader(server);
      gaps.push(NOTICED_MS + (await untilLed(cluster, 4_000, `seed ${seed}`)));
    }
    assert.ok(median(gaps) < 1_400, `median ${median(gaps)} ms`);
    const late = gaps.filter((ms) => ms > 2_000);
    assert.ok(late.length <= SEEDS / 20, `${late.join(', ')} ms`);
  });
}

/** A stopped leader's machine looks well to who connects: only its silence tells. */
async function gapsOfStops(voters: number, hear: (cluster: Cluster) => void): Promise<readonly number[]> {
  const gaps: number[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const cluster = await settled(seed, voters);
    const leader = cluster.leader() ?? assert.fail();
    cluster.freeze(leader, 20_000);
    await cluster.run(GOSSIP_MS);
    hear(cluster);
    gaps.push(GOSSIP_MS + (await untilLed(cluster, 6_000, `seed ${seed}`)));
    const next = cluster.leader() ?? assert.fail();
    assert.notEqual(next, leader, `seed ${seed}`);
    // It comes back, and finds out what has become of it without a word to anybody else's harm.
    leader.frozenUntilMs = 0;
    await cluster.run(500);
    assert.equal(cluster.core(leader)?.leader, next.id, `seed ${seed}`);
  }
  return gaps;
}

for (const voters of [3, 5]) {
  test(`${voters} servers have another leader soon after one is stopped, by its silence alone`, async () => {
    const gaps = await gapsOfStops(voters, () => {});
    assert.ok(median(gaps) < 3_000, `median ${median(gaps)} ms`);
    const late = gaps.filter((ms) => ms > 4_000);
    assert.ok(late.length <= SEEDS / 20, `${late.join(', ')} ms`);
  });

  test(`${voters} servers have another leader sooner where gossip suspects the one that is stopped`, async () => {
    const gaps = await gapsOfStops(voters, (cluster) => {
      for (const server of cluster.servers) cluster.gossipSuspectsLeader(server);
    });
    assert.ok(median(gaps) < GOSSIP_MS + 500, `median ${median(gaps)} ms`);
  });
}

test('a leader that is stopped for less than its lease stays, whatever gossip says of it afterwards', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const cluster = await settled(seed, 3);
    const leader = cluster.leader() ?? assert.fail();
    const { term } = cluster.core(leader) ?? assert.fail();
    await cluster.run(8_000, () => {
      // Between two stops it hears its followers.
      const hasHeard = cluster.nowMs > leader.frozenUntilMs + 300;
      if (hasHeard && cluster.random.chance(0.02)) cluster.freeze(leader, cluster.random.below(2_200));
      if (!cluster.isFrozen(leader) && cluster.random.chance(0.3)) cluster.propose();
    });
    leader.frozenUntilMs = 0;
    await cluster.run(200);
    await cluster.run(500, () => {
      for (const server of cluster.servers) cluster.gossipSuspectsLeader(server);
    });
    for (const server of cluster.servers) {
      assert.deepEqual([cluster.core(server)?.leader, cluster.core(server)?.term], [leader.id, term], `seed ${seed}`);
    }
    assert.equal(cluster.seen.lost, 0, `seed ${seed}`);
    assert.ok(cluster.seen.frozen > 1, `seed ${seed}`);
  }
});

test('followers that were stopped depose nobody', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const cluster = await settled(seed, 3);
    const leader = cluster.leader() ?? assert.fail();
    const { term } = cluster.core(leader) ?? assert.fail();
    const others = cluster.servers.filter((server) => server !== leader);
    // One at a time: without both the leader itself would have to go.
    for (const other of others) {
      cluster.freeze(other, 4_000);
      await cluster.run(5_000);
    }
    for (const server of cluster.servers) {
      assert.deepEqual([cluster.core(server)?.leader, cluster.core(server)?.term], [leader.id, term], `seed ${seed}`);
    }
  }
});

test('servers that were all down have a leader soon after they are started again', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const cluster = await settled(seed, 3);
    for (const server of cluster.servers) cluster.crash(server);
    for (const server of cluster.servers) await cluster.start(server);
    await untilLed(cluster, 3_000, `seed ${seed}`);
  }
});

test('a leader that is well stays, whatever the others are told of its end', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const cluster = await settled(seed, 3);
    const leader = cluster.leader() ?? assert.fail();
    const { term } = cluster.core(leader) ?? assert.fail();
    await cluster.run(5_000, () => {
      for (const server of cluster.servers) if (cluster.random.chance(0.3)) cluster.suspectLeader(server);
      if (cluster.random.chance(0.3)) cluster.propose();
    });
    await cluster.run(500);
    for (const server of cluster.servers) {
      assert.deepEqual([cluster.core(server)?.leader, cluster.core(server)?.term], [leader.id, term], `seed ${seed}`);
    }
    assert.equal(cluster.seen.lost, 0, `seed ${seed}: nothing is lost with a leadership`);
    assert.ok(cluster.seen.acknowledged > 50, `seed ${seed}`);
  }
});

test('a follower that alone can no longer reach its leader deposes nobody', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const cluster = await settled(seed, 3);
    const leader = cluster.leader() ?? assert.fail();
    const { term } = cluster.core(leader) ?? assert.fail();
    const lonely = cluster.servers.find((server) => server !== leader) ?? assert.fail();
    cluster.network.isolate(lonely.id, [leader.id]);
    cluster.suspectLeader(lonely);
    await cluster.run(8_000, () => {
      if (cluster.random.chance(0.1)) cluster.propose();
    });
    cluster.network.heal();
    // It is asked anew within half a heartbeat timeout.
    await cluster.run(3_000);
    for (const server of cluster.servers) {
      assert.deepEqual([cluster.core(server)?.leader, cluster.core(server)?.term], [leader.id, term], `seed ${seed}`);
    }
    assert.equal(cluster.seen.lost, 0, `seed ${seed}`);
  }
});

test('who led and asks for votes leads no more: nobody waits for it', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const cluster = await settled(seed, 3);
    const leader = cluster.leader() ?? assert.fail();
    cluster.crash(leader);
    await cluster.start(leader);
    await untilLed(cluster, 3_000, `seed ${seed}`);
  }
});
