// Ten thousand members in one process: all of them learn of a join and of a death in the time the formulas give
// (spec/gossip.md, section 21). LICTOR_SEEDS, as in the soak, runs more than one seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSUL_LAN } from '../../../src/main/gossip/core/settings.js';
import { suspicionBounds } from '../../../src/main/gossip/core/suspicion.js';
import { poolOf, roundsMs, spreadOf } from './measure.js';

const COUNT = 10_000;
const SEEDS = Math.min(Number(process.env['LICTOR_SEEDS'] ?? 1), 5);

for (let seed = 1; seed <= SEEDS; seed += 1) {
  test(`10,000 members, seed ${seed}: a join and a death are known to all within the bounds`, (context) => {
    const pool = poolOf(COUNT, seed);
    const newcomer = pool.add();
    const join = spreadOf(pool, 'join', newcomer, 10_000);
    context.diagnostic(`join: last ${join.lastMs.toFixed(0)} ms, expected ${roundsMs(COUNT).toFixed(0)} ms`);
    assert.equal(join.informed, COUNT);
    assert.equal(join.firstMs, 0);
    assert.ok(join.lastMs <= 1.5 * roundsMs(COUNT));
    assert.ok(join.lastMs >= roundsMs(COUNT) / 3);
    assert.equal(newcomer.core.nodes.length, COUNT + 1);

    const { minMs } = suspicionBounds(CONSUL_LAN, COUNT + 1);
    const death = spreadOf(pool, 'leave', pool.pick(newcomer), 60_000);
    context.diagnostic(
      `death: first ${death.firstMs.toFixed(0)} ms, last ${death.lastMs.toFixed(0)} ms, ≥ ${minMs} ms`,
    );
    assert.equal(death.informed, COUNT);
    assert.ok(death.firstMs >= minMs && death.firstMs <= minMs + 10_000);
    assert.ok(death.lastMs - death.firstMs <= 2000);
  });
}
