// What a pool must survive: lost packets, slow ways, members that don't answer packets, short cuts of the network.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSUL_LAN, type GossipSettings } from '../../../src/main/gossip/core/settings.js';
import { seeded } from '../../unit/main/gossip/core/rig.js';
import { SimulatedPool } from './simulated-pool.js';

function poolOf(count: number, seed: number, settings: Partial<GossipSettings> = {}): SimulatedPool {
  const pool = new SimulatedPool({ ...CONSUL_LAN, ...settings }, seeded(seed));
  pool.fill(count);
  return pool;
}

/** How often any member declared another dead. */
function countDeaths(pool: SimulatedPool): () => number {
  let deaths = 0;
  pool.observer = (_, event) => {
    if (event.kind === 'leave' && event.isFailure) deaths += 1;
  };
  return () => deaths;
}

function wrongStates(pool: SimulatedPool): string[] {
  const running = new Set(pool.members.filter(({ isRunning }) => isRunning).map(({ name }) => name));
  return pool.members
    .filter(({ isRunning }) => isRunning)
    .flatMap(({ name, core }) =>
      [...running].filter((other) => core.node(other)?.state !== 'alive').map((other) => `${name} of ${other}`),
    );
}

test('10 % loss for two minutes kills nobody', () => {
  const pool = poolOf(100, 21);
  const deaths = countDeaths(pool);
  pool.link.loss = 0.1;
  pool.run(120_000);
  assert.equal(deaths(), 0);
});

test('30 % loss and slow ways: nobody is dead at the end', () => {
  const pool = poolOf(40, 22);
  pool.link.loss = 0.3;
  pool.link.delayMs = [5, 300];
  pool.run(120_000);
  pool.link.loss = 0;
  pool.link.delayMs = [0.2, 1];
  pool.run(180_000);
  assert.deepEqual(wrongStates(pool), []);
});

test('a member that packets do not reach lives by its streams, and is warned about', () => {
  const pool = poolOf(30, 23);
  const deaths = countDeaths(pool);
  const observe = pool.observer;
  let warnings = 0;
  pool.observer = (member, event, nowMs) => {
    if (event.kind === 'log' && event.text.includes("'node-3' answers a stream")) warnings += 1;
    observe(member, event, nowMs);
  };
  pool.link.isPacketOpen = (_, to) => to !== 3;
  pool.run(20_000);
  assert.equal(deaths(), 0);
  assert.ok(warnings > 5, `${warnings} warnings`);
});

test('after a cut shorter than the suspicion the accused refute, and nobody is dead at the end', () => {
  const pool = poolOf(60, 24);
  let suspects = 0;
  pool.run(5000);
  pool.link.isOpen = (from, to) => from % 2 === to % 2;
  pool.run(10_000);
  for (const { core } of pool.members) suspects += core.nodes.filter(({ state }) => state === 'suspect').length;
  pool.link.isOpen = () => true;
  // Whom the gossip missed an exchange tells; each member starts one a minute.
  pool.run(150_000);
  assert.ok(suspects > 60, `${suspects} suspicions`);
  assert.deepEqual(wrongStates(pool), []);
  assert.ok(pool.members.some(({ name, core }) => (core.node(name)?.incarnation ?? 1) > 1));
});

test('a long cut parts the pool in two; whoever exchanges states afterwards finds back', () => {
  const pool = poolOf(20, 25);
  pool.link.isOpen = (from, to) => from < 10 === to < 10;
  pool.run(40_000);
  const [left, right] = [pool.members[0], pool.members[15]];
  assert.ok(left !== undefined && right !== undefined);
  assert.equal(left.core.nodes.filter(({ state }) => state === 'alive').length, 10);
  pool.link.isOpen = () => true;
  pool.join(left, right);
  pool.run(100_000);
  assert.deepEqual(wrongStates(pool), []);
});

test('the same seed gives the same run', () => {
  const traces = [1, 2].map(() => {
    const pool = poolOf(30, 26);
    pool.link.loss = 0.2;
    pool.kill(pool.pick());
    pool.run(30_000);
    return pool.members.map(({ packets, bytes }) => `${packets}/${bytes}`).join();
  });
  assert.equal(traces[0], traces[1]);
});
