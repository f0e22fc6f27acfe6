// What Lifeguard is for (arXiv 1707.00788): members that are slow themselves must not talk others to death. As in the
// paper, slow members hold back what they send and get for seconds at a time while their clocks run on; counted is how
// often a healthy member is declared dead by anybody.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSUL_LAN, type GossipSettings } from '../../../src/main/gossip/core/settings.js';
import { seeded } from '../../unit/gossip/core/rig.js';
import { SimulatedPool } from './simulated-pool.js';

const MEMBERS = 64;
const RUN_MS = 120_000;
/** Blocked for so long, then free for so long. */
const BLOCKED_MS = 8000;
const FREE_MS = 250;

/** Plain SWIM: the score stays 0, the timeout of a suspicion is the minimum. */
const SWIM: GossipSettings = { ...CONSUL_LAN, awarenessMax: 1, suspicionMaxMult: 1 };

function falseDeaths(settings: GossipSettings, slow: number, seed: number): number {
  const random = seeded(seed);
  const pool = new SimulatedPool(settings, random);
  pool.fill(MEMBERS);
  const phases = Array.from({ length: slow }, () => random() * (BLOCKED_MS + FREE_MS));
  pool.link.heldUntilMs = (member, nowMs) => {
    const phase = phases[member];
    if (phase === undefined) return nowMs;
    const into = (nowMs + phase) % (BLOCKED_MS + FREE_MS);
    return into < BLOCKED_MS ? nowMs + BLOCKED_MS - into : nowMs;
  };
  const names = new Set(pool.members.slice(slow).map(({ name }) => name));
  let deaths = 0;
  pool.observer = (_, event) => {
    if (event.kind === 'leave' && event.isFailure && names.has(event.node.name)) deaths += 1;
  };
  pool.run(RUN_MS);
  return deaths;
}

for (const slow of [1, 4, 16]) {
  test(`${slow} slow members of ${MEMBERS}: Lifeguard spares the healthy ones`, (context) => {
    const withLifeguard = falseDeaths(CONSUL_LAN, slow, slow);
    const without = falseDeaths(SWIM, slow, slow);
    context.diagnostic(`healthy members declared dead: ${without} times by SWIM, ${withLifeguard} with Lifeguard`);
    assert.ok(without > 0);
    assert.ok(withLifeguard * 10 <= without);
  });
}
