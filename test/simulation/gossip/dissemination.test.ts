// How fast a pool learns of a join and of a death, against the formulas of spec/gossip.md, section 21.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSUL_LAN } from '../../../src/main/gossip/core/settings.js';
import { suspicionBounds } from '../../../src/main/gossip/core/suspicion.js';
import { seeded } from '../../unit/gossip/core/rig.js';
import { type Member, SimulatedPool } from './simulated-pool.js';

function poolOf(count: number, seed: number): SimulatedPool {
  const pool = new SimulatedPool(CONSUL_LAN, seeded(seed));
  pool.fill(count);
  pool.run(2000);
  return pool;
}

interface Spread {
  /** From the cause until the first and the last member knew. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly informed: number;
}

/** Runs until all others have had this event about `subject`, or the time is over. */
function spreadOf(pool: SimulatedPool, kind: 'join' | 'leave', subject: Member, timeoutMs: number): Spread {
  const startMs = pool.nowMs;
  const informed = new Set<Member>();
  let firstMs = -1;
  let lastMs = -1;
  pool.observer = (member, event, nowMs) => {
    if (event.kind !== kind || event.node.name !== subject.name || member === subject || informed.has(member)) return;
    informed.add(member);
    if (firstMs < 0) firstMs = nowMs - startMs;
    lastMs = nowMs - startMs;
  };
  const others = pool.members.filter((member) => member.isRunning && member !== subject).length;
  if (kind === 'join') pool.join(subject, pool.pick(subject));
  else pool.kill(subject);
  pool.run(startMs + timeoutMs, () => informed.size === others);
  pool.observer = () => undefined;
  return { firstMs, lastMs, informed: informed.size };
}

/** Rounds of gossip until all know: log₁₊f n + ln n / f. */
function roundsMs(count: number): number {
  const { gossipNodes, gossipIntervalMs } = CONSUL_LAN;
  return (Math.log(count) / Math.log(1 + gossipNodes) + Math.log(count) / gossipNodes) * gossipIntervalMs;
}

for (const count of [100, 1000]) {
  test(`${count} members: a join and a death are known to all within the bounds`, (context) => {
    const pool = poolOf(count, 7);
    const newcomer = pool.add();
    const join = spreadOf(pool, 'join', newcomer, 10_000);
    context.diagnostic(`join: last ${join.lastMs.toFixed(0)} ms, expected ${roundsMs(count).toFixed(0)} ms`);
    assert.equal(join.informed, count);
    assert.equal(join.firstMs, 0);
    assert.ok(join.lastMs <= 2 * roundsMs(count));
    assert.ok(join.lastMs >= roundsMs(count) / 3);
    assert.equal(newcomer.core.nodes.length, count + 1);

    const { minMs, maxMs } = suspicionBounds(CONSUL_LAN, count + 1);
    const death = spreadOf(pool, 'leave', pool.pick(newcomer), 120_000);
    context.diagnostic(
      `death: first ${death.firstMs.toFixed(0)} ms, last ${death.lastMs.toFixed(0)} ms, ≥ ${minMs} ms`,
    );
    assert.equal(death.informed, count);
    assert.ok(death.firstMs >= minMs && death.firstMs <= minMs + 10_000 && death.firstMs < maxMs);
    assert.ok(death.lastMs - death.firstMs <= 2000);
  });
}

// Mean times until a death is noticed, from simulations of stock agents (section 21).
for (const { count, runs, meanMs, mostMs } of [
  { count: 3, runs: 150, meanMs: 5700, mostMs: 9000 },
  { count: 10, runs: 100, meanMs: 6000, mostMs: 14_000 },
  { count: 100, runs: 25, meanMs: 10_100, mostMs: 20_000 },
]) {
  test(`${count} members: the mean time until a death is noticed is that of stock agents`, (context) => {
    const firsts: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const pool = poolOf(count, run * 7919);
      const { firstMs, informed } = spreadOf(pool, 'leave', pool.pick(), 60_000);
      assert.equal(informed, count - 1);
      firsts.push(firstMs);
    }
    const mean = firsts.reduce((sum, firstMs) => sum + firstMs, 0) / runs;
    context.diagnostic(`mean ${mean.toFixed(0)} ms, longest ${Math.max(...firsts).toFixed(0)} ms`);
    assert.ok(Math.abs(mean - meanMs) < meanMs / 12, `mean ${mean} ms`);
    assert.ok(Math.max(...firsts) < mostMs);
  });
}

test('a quiet pool costs each member a ping, an ack and the occasional exchange', (context) => {
  const pool = poolOf(100, 5);
  for (const member of pool.members) {
    member.packets = 0;
    member.bytes = 0;
  }
  pool.run(pool.nowMs + 60_000);
  const packets = pool.members.reduce((sum, member) => sum + member.packets, 0) / 100 / 60;
  const bytes = pool.members.reduce((sum, member) => sum + member.bytes, 0) / 100 / 60;
  context.diagnostic(`${packets.toFixed(2)} packets/s, ${bytes.toFixed(0)} bytes/s`);
  assert.ok(packets > 1.9 && packets < 2.05);
  assert.ok(bytes < 250);
});
