// Agents that start together, by their number and by how servers answer those who join.

import { seeded } from '../../../unit/gossip/core/rig.js';
import { PACKED_FOR_EACH, PACKED_ONCE } from '../mass-start/acceptor.js';
import { type MassStartFigures, massStart } from '../mass-start/mass-start.js';

export interface MassStartRow {
  readonly count: number;
  /** How those who ask are given a state. */
  readonly states: string;
  readonly figures: MassStartFigures;
}

/** One seed of each. */
const MASS_SIZES = [1000, 3000, 10_000];
const SERVERS = 3;
const WITHIN_MS = 30_000;
const COSTS = [
  { name: 'packed for each', cost: PACKED_FOR_EACH },
  { name: 'packed once', cost: PACKED_ONCE },
];

export function measuredStarts(): MassStartRow[] {
  return MASS_SIZES.flatMap((count) =>
    COSTS.map(({ name, cost }) => {
      const options = { count, servers: SERVERS, withinMs: WITHIN_MS, cost, random: seeded(1) };
      const row = { count, states: name, figures: massStart(options) };
      console.log(`${count} start together, ${name}: complete after ${row.figures.completeMs} ms`);
      return row;
    }),
  );
}
