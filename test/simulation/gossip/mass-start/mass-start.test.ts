// Agents that start together. The model of very many of them is held against the gossip cores themselves, as many as one process
// can hold; then it says how long it takes until everybody knows everybody, and that servers that hand out the state they have
// just packed keep up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_HOOKS } from '../../../../src/main/gossip/core/hooks.js';
import { CONSUL_LAN } from '../../../../src/main/gossip/core/settings.js';
import { seeded } from '../../../unit/main/gossip/core/rig.js';
import { SimulatedPool } from '../simulated-pool.js';
import { PACKED_FOR_EACH, PACKED_ONCE } from './acceptor.js';
import { type MassStartFigures, massStart, medianOf } from './mass-start.js';
import { META } from './sizes.js';

const SERVERS = 3;
const WITHIN_MS = 30_000;
const SEEDS = 2;
const COUNT = 200;
/** Ten thousand in the soak. */
const WHOLE = Number(process.env['LICTOR_STARTS'] ?? 1_000);

type Times = Pick<MassStartFigures, 'knownMedianMs' | 'knowsMedianMs' | 'completeMs'>;

/** The same with the cores. */
function startedCores(count: number, seed: number): Times {
  const random = seeded(seed);
  const pool = new SimulatedPool(CONSUL_LAN, random, { ...NO_HOOKS, ackPayload: () => new Uint8Array(100) });
  const startedMs = new Map<string, number>();
  const informed = new Map<string, number>();
  const knows = new Map<string, number>();
  const knownMs: number[] = [];
  const knowsMs: number[] = [];
  let facts = 0;
  pool.observer = (member, event, nowMs) => {
    if (event.kind !== 'join') return;
    facts += 1;
    const { name } = event.node;
    if (!startedMs.has(name)) startedMs.set(name, nowMs);
    const by = (informed.get(name) ?? 0) + 1;
    informed.set(name, by);
    if (by === count) knownMs.push(nowMs - (startedMs.get(name) ?? 0));
    const known = (knows.get(member.name) ?? 0) + 1;
    knows.set(member.name, known);
    if (known === count) knowsMs.push(nowMs - (startedMs.get(member.name) ?? 0));
  };
  const servers = Array.from({ length: SERVERS }, () => pool.add(undefined, META));
  for (const server of servers) for (const other of servers) if (other !== server) pool.join(server, other);
  const starts = Array.from({ length: count - SERVERS }, () => random() * WITHIN_MS).sort((a, b) => a - b);
  for (const atMs of starts) {
    pool.run(atMs);
    const member = pool.add(undefined, META);
    for (const server of servers) pool.join(member, server);
  }
  pool.run(3_600_000, () => facts === count * count);
  assert.equal(facts, count * count);
  return { knownMedianMs: medianOf(knownMs), knowsMedianMs: medianOf(knowsMs), completeMs: pool.nowMs };
}

function meanOf(times: readonly Times[], read: (times: Times) => number): number {
  return times.reduce((sum, one) => sum + read(one), 0) / times.length;
}

test('the model takes as long as the cores', (context) => {
  const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
  const cores = seeds.map((seed) => startedCores(COUNT, seed));
  const options = { count: COUNT, servers: SERVERS, withinMs: WITHIN_MS, cost: null };
  const model = seeds.map((seed) => massStart({ ...options, random: seeded(seed) }));
  for (const key of ['knownMedianMs', 'knowsMedianMs', 'completeMs'] as const) {
    const [expected, found] = [meanOf(cores, (one) => one[key]), meanOf(model, (one) => one[key])];
    context.diagnostic(`${key}: cores ${expected.toFixed(0)}, model ${found.toFixed(0)}`);
    assert.ok(Math.abs(found - expected) < 0.15 * expected, `${key}: cores ${expected}, model ${found}`);
  }
});

test(`${WHOLE} agents that start within half a minute know each other soon, and their servers keep up`, (context) => {
  const options = { count: WHOLE, servers: SERVERS, withinMs: WITHIN_MS };
  const once = massStart({ ...options, cost: PACKED_ONCE, random: seeded(1) });
  context.diagnostic(`complete after ${once.completeMs} ms, the busiest server worked ${once.busiestMs.toFixed(0)} ms`);
  assert.equal(once.failedJoins, 0);
  assert.ok(once.completeMs < WITHIN_MS + 5 * CONSUL_LAN.pushPullIntervalMs);
  if (WHOLE > 1_000) return;
  assert.ok(once.completeMs < WITHIN_MS + 2 * CONSUL_LAN.pushPullIntervalMs);
  const each = massStart({ ...options, cost: PACKED_FOR_EACH, random: seeded(1) });
  assert.ok(each.busiestMs > 1.5 * once.busiestMs);
});
