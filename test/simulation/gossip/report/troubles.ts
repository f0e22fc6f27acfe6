// How often healthy members are taken for dead while others are slow, by how many are slow, for SWIM and for Lifeguard. One run
// says little: where tens are counted, another seed counts twice as many. So every figure is that of several seeds.

import { CONSUL_LAN, type GossipSettings } from '../../../../src/main/gossip/core/settings.js';
import { falseDeaths, SWIM } from '../slow-members.js';

/** As in the paper: 128 members, of which so many are slow. */
export const MEMBERS = 128;
export const SLOW = [1, 2, 4, 8, 16, 32];
/** Slow and free for so long, of the paper's grid: a pause below the shortest suspicion, and one far beyond it. */
export const RHYTHMS = [
  { slowMs: 8192, freeMs: 1024 },
  { slowMs: 32_768, freeMs: 64 },
];
export const SEEDS = 5;
const RUN_MS = 120_000;

export interface TroubleRow {
  readonly slow: number;
  /** One sum over the rhythms for each seed. */
  readonly everywhere: readonly number[];
  readonly atHealthy: readonly number[];
}

export interface TroubleFigures {
  readonly name: string;
  readonly rows: readonly TroubleRow[];
}

/** α and β are the paper's names for the two multipliers of the suspicion's timeout. */
const VARIANTS: readonly { readonly name: string; readonly settings: GossipSettings }[] = [
  { name: 'SWIM (α 5, β 1)', settings: { ...SWIM, suspicionMult: 5 } },
  { name: 'Lifeguard (α 5, β 6)', settings: { ...CONSUL_LAN, suspicionMult: 5 } },
  { name: 'as shipped (α 4, β 6)', settings: CONSUL_LAN },
];

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rowOf(settings: GossipSettings, slow: number): TroubleRow {
  const everywhere: number[] = [];
  const atHealthy: number[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const runs = RHYTHMS.map((rhythm, i) =>
      falseDeaths(settings, { members: MEMBERS, slow, ...rhythm, runMs: RUN_MS }, (seed * 100 + slow) * 100 + i + 1),
    );
    everywhere.push(runs.reduce((sum, run) => sum + run.everywhere, 0));
    atHealthy.push(runs.reduce((sum, run) => sum + run.atHealthy, 0));
  }
  return { slow, everywhere, atHealthy };
}

export function measuredTroubles(): TroubleFigures[] {
  return VARIANTS.map(({ name, settings }) => {
    const rows = SLOW.map((slow) => {
      const row = rowOf(settings, slow);
      console.log(`${name}, ${slow} slow: ${row.everywhere.join(', ')} false deaths`);
      return row;
    });
    return { name, rows };
  });
}
