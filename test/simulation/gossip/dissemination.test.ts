// How fast a pool learns of a join and of a death, against the formulas of spec/gossip.md, section 21.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSUL_LAN } from '../../../src/main/gossip/core/settings.js';
import { suspicionBounds } from '../../../src/main/gossip/core/suspicion.js';
import { loadOf, poolOf, roundsMs, spreadOf } from './measure.js';

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
  const { packets, bytes } = loadOf(pool, pool.members, () => pool.run(pool.nowMs + 60_000));
  context.diagnostic(`${packets.toFixed(2)} packets/s, ${bytes.toFixed(0)} bytes/s`);
  assert.ok(packets > 1.9 && packets < 2.05);
  assert.ok(bytes > 150 && bytes < 250);
});
