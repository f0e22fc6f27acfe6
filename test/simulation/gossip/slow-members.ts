// The trouble that Lifeguard is for (arXiv 1707.00788, the interval experiment): some members are slow at the same time,
// again and again. What they send and get is held back while their clocks run on. Counted is who calls healthy members dead.

import { CONSUL_LAN, type GossipSettings } from '../../../src/main/gossip/core/settings.js';
import { seeded } from '../../unit/main/gossip/core/rig.js';
import { SimulatedPool } from './simulated-pool.js';

/** Plain SWIM: the score stays 0, and so nacks count for nothing; the timeout of a suspicion is its minimum. */
export const SWIM: GossipSettings = { ...CONSUL_LAN, awarenessMax: 1, suspicionMaxMult: 1 };

export interface Trouble {
  readonly members: number;
  readonly slow: number;
  /** Slow for so long, then well for so long. */
  readonly slowMs: number;
  readonly freeMs: number;
  readonly runMs: number;
}

export interface FalseDeaths {
  /** Times that some member took a healthy one for dead. */
  readonly everywhere: number;
  /** The same, by healthy members only. */
  readonly atHealthy: number;
}

export function falseDeaths(settings: GossipSettings, trouble: Trouble, seed: number): FalseDeaths {
  const { members, slow, slowMs, freeMs, runMs } = trouble;
  const pool = new SimulatedPool(settings, seeded(seed));
  pool.fill(members);
  pool.link.heldUntilMs = (member, nowMs) => {
    if (member >= slow) return nowMs;
    const into = nowMs % (slowMs + freeMs);
    return into < slowMs ? nowMs + slowMs - into : nowMs;
  };
  const healthy = new Set(pool.members.slice(slow).map(({ name }) => name));
  let everywhere = 0;
  let atHealthy = 0;
  pool.observer = ({ name }, event) => {
    if (event.kind !== 'leave' || !event.isFailure || !healthy.has(event.node.name)) return;
    everywhere += 1;
    if (healthy.has(name)) atHealthy += 1;
  };
  pool.run(runMs);
  return { everywhere, atHealthy };
}
