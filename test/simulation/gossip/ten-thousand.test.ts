// Ten thousand members in one process: all of them learn of a join in the time the formula gives (spec/gossip.md, section
// 21). The death of one takes longer to simulate: LICTOR_SEEDS, as in the soak, adds it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSUL_LAN } from '../../../src/main/gossip/core/settings.js';
import { suspicionBounds } from '../../../src/main/gossip/core/suspicion.js';
import { poolOf, roundsMs, spreadOf } from './measure.js';

const COUNT = 10_000;
const isSoak = Number(process.env['LICTOR_SEEDS'] ?? 0) > 0;

test('10,000 members: a join and, in the soak, a death are known to all within the bounds', (context) => {
  const pool = poolOf(COUNT, 10);
  const newcomer = pool.add();
  const join = spreadOf(pool, 'join', newcomer, 10_000);
  context.diagnostic(`join: last ${join.lastMs.toFixed(0)} ms, expected ${roundsMs(COUNT).toFixed(0)} ms`);
  assert.equal(join.informed, COUNT);
  assert.equal(join.firstMs, 0);
  assert.ok(join.lastMs <= 1.5 * roundsMs(COUNT));
  assert.ok(join.lastMs >= roundsMs(COUNT) / 3);
  assert.equal(newcomer.core.nodes.length, COUNT + 1);
  if (!isSoak) return;

  const { minMs } = suspicionBounds(CONSUL_LAN, COUNT + 1);
  const death = spreadOf(pool, 'leave', pool.pick(newcomer), 60_000);
  context.diagnostic(`death: first ${death.firstMs.toFixed(0)} ms, last ${death.lastMs.toFixed(0)} ms, ≥ ${minMs} ms`);
  assert.equal(death.informed, COUNT);
  assert.ok(death.firstMs >= minMs && death.firstMs <= minMs + 10_000);
  assert.ok(death.lastMs - death.firstMs <= 2000);
});
