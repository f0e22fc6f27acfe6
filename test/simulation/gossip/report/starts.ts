// Agents that start together, by their number and by how servers answer those who join.

import { seeded } from '../../../unit/main/gossip/core/rig.js';
import { PACKED_FOR_EACH, PACKED_ONCE } from '../mass-start/acceptor.js';
import { type MassStartFigures, massStart } from '../mass-start/mass-start.js';

export interface MassStartRow {
  readonly count: number;
  /** How those who ask are given a state. */
  readonly states: string;
  readonly figures: MassStartFigures;
}

const SERVERS = 3;
const WITHIN_MS = 30_000;
const FOR_EACH = { states: 'packed for each', cost: PACKED_FOR_EACH };
const ONCE = { states: 'packed once', cost: PACKED_ONCE };

/** One seed of each. */
const STARTS = [
  { count: 1000, ...FOR_EACH },
  { count: 1000, ...ONCE },
  { count: 3000, ...FOR_EACH },
  { count: 3000, ...ONCE },
  { count: 10_000, ...ONCE },
];

export function measuredStarts(): MassStartRow[] {
  return STARTS.map(({ count, states, cost }) => {
    const figures = massStart({ count, servers: SERVERS, withinMs: WITHIN_MS, cost, random: seeded(1) });
    console.log(`${count} start together, ${states}: complete after ${figures.completeMs} ms`);
    return { count, states, figures };
  });
}
