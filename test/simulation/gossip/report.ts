// Measures simulated pools and writes docs/gossip-simulation.md with its plots: `npm run simulate:gossip`. Seeds are fixed,
// so a run gives the same numbers again.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONSUL_LAN, type GossipSettings } from '../../../src/main/gossip/core/settings.js';
import { finish } from '../../../src/main/gossip/wire/steps.js';
import { encodeStreamMessage } from '../../../src/main/gossip/wire/stream-messages.js';
import { seeded } from '../../unit/gossip/core/rig.js';
import { documentOf, type MassStartRow, type PoolFigures, type TroubleFigures } from './document.js';
import { PACKED_FOR_EACH, PACKED_ONCE } from './mass-start/acceptor.js';
import { massStart } from './mass-start/mass-start.js';
import { type Load, loadOf, poolOf, type Spread, spreadOf } from './measure.js';
import { svgOf } from './plot.js';
import { falseDeaths, SWIM } from './slow-members.js';

/** How much is measured at each size: what takes a second of virtual time costs in proportion to the size. */
const SIZES = [
  { count: 100, seeds: 30, restMs: 60_000 },
  { count: 1000, seeds: 10, restMs: 30_000 },
  { count: 10_000, seeds: 3, restMs: 10_000 },
];

/** As in the paper: 128 members, of which so many are slow. */
const MEMBERS = 128;
const SLOW = [1, 2, 4, 8, 16, 32];
/** Slow and free for so long: a part of the paper's grid. */
const RHYTHMS = [2048, 8192, 16_384, 32_768].flatMap((slowMs) => [64, 1024].map((freeMs) => ({ slowMs, freeMs })));
const RUN_MS = 120_000;
/** α and β are the paper's names for the two multipliers of the suspicion's timeout. */
const VARIANTS: readonly { readonly name: string; readonly settings: GossipSettings }[] = [
  { name: 'SWIM (α 5, β 1)', settings: { ...SWIM, suspicionMult: 5 } },
  { name: 'Lifeguard (α 5, β 6)', settings: { ...CONSUL_LAN, suspicionMult: 5 } },
  { name: 'Lifeguard as shipped (α 4, β 6)', settings: CONSUL_LAN },
];

function figuresOf({ count, seeds, restMs }: (typeof SIZES)[number]): PoolFigures {
  const joins: Spread[] = [];
  const deaths: Spread[] = [];
  const rests: Load[] = [];
  const spreading: Load[] = [];
  let stateBytes = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const pool = poolOf(count, seed);
    const all = [...pool.members];
    rests.push(loadOf(pool, all, () => pool.run(pool.nowMs + restMs)));
    const newcomer = pool.add();
    spreading.push(
      loadOf(pool, all, () => {
        joins.push(spreadOf(pool, 'join', newcomer, 10_000));
      }),
    );
    // Until the newcomer has told what it has to tell.
    pool.run(pool.nowMs + 5000);
    const victim = pool.pick(newcomer);
    deaths.push(spreadOf(pool, 'leave', victim, 120_000));
    stateBytes = encodeStreamMessage({ type: 'pushPull', body: finish(newcomer.core.ownState(false).steps) }).length;
    console.log(`${count} members, seed ${seed}: join ${joins.at(-1)?.lastMs} ms, death ${deaths.at(-1)?.lastMs} ms`);
  }
  return { count, seeds, restMs, joins, deaths, rest: meanOf(rests), spreading: meanOf(spreading), stateBytes };
}

/** Agents that start together; one seed, of which ten thousand take ten minutes. */
const MASS_SIZES = [1000, 3000, 10_000];
const MASS_SERVERS = 3;
const MASS_WITHIN_MS = 30_000;
const COSTS = [
  { name: 'packed for each', cost: PACKED_FOR_EACH },
  { name: 'packed once', cost: PACKED_ONCE },
];

function massStarts(): MassStartRow[] {
  return MASS_SIZES.flatMap((count) =>
    COSTS.map(({ name, cost }) => {
      const options = { count, servers: MASS_SERVERS, withinMs: MASS_WITHIN_MS, cost, random: seeded(1) };
      const row = { count, states: name, figures: massStart(options) };
      console.log(`${count} start together, ${name}: complete after ${row.figures.completeMs} ms`);
      return row;
    }),
  );
}

function meanOf(loads: readonly Load[]): Load {
  const mean = (read: (load: Load) => number) => loads.reduce((sum, load) => sum + read(load), 0) / loads.length;
  return { packets: mean((l) => l.packets), bytes: mean((l) => l.bytes), states: mean((l) => l.states) };
}

function troublesOf(): TroubleFigures[] {
  return VARIANTS.map(({ name, settings }) => {
    const rows = SLOW.map((slow) => {
      const runs = RHYTHMS.map((rhythm, i) =>
        falseDeaths(settings, { members: MEMBERS, slow, ...rhythm, runMs: RUN_MS }, slow * 100 + i),
      );
      const row = {
        slow,
        everywhere: runs.reduce((sum, run) => sum + run.everywhere, 0),
        atHealthy: runs.reduce((sum, run) => sum + run.atHealthy, 0),
      };
      console.log(`${name}, ${slow} slow: ${row.everywhere} false deaths, ${row.atHealthy} at healthy members`);
      return row;
    });
    return { name, rows };
  });
}

/** Share of all members of all runs that knew by then. */
function knowledge(spreads: readonly Spread[]): (readonly [number, number])[] {
  const times = spreads.flatMap(({ timesMs }) => timesMs).sort((a, b) => a - b);
  return Array.from({ length: 201 }, (_, i) => {
    const at = Math.min(Math.round((i / 200) * (times.length - 1)), times.length - 1);
    return [(times[at] ?? 0) / 1000, (at + 1) / times.length] as const;
  });
}

function sizeName(count: number): string {
  return `${count.toLocaleString('en')} members`;
}

function plots(pools: readonly PoolFigures[], troubles: readonly TroubleFigures[]): Map<string, string> {
  const shares = { title: 'share of members that know', ticks: [0, 0.25, 0.5, 0.75, 1] };
  const curve = (read: (pool: PoolFigures) => readonly Spread[]) =>
    pools.map((pool) => ({ name: sizeName(pool.count), points: knowledge(read(pool)) }));
  const join = svgOf({
    title: 'Who knows of a join',
    x: { title: 'seconds after the exchange with the contact', ticks: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5] },
    y: shares,
    series: curve(({ joins }) => joins),
  });
  const death = svgOf({
    title: 'Who knows of a death',
    x: { title: 'seconds after the death', ticks: [0, 5, 10, 15, 20, 25] },
    y: shares,
    series: curve(({ deaths }) => deaths),
  });
  const falsePositives = svgOf({
    title: `Healthy members taken for dead, ${MEMBERS} members`,
    x: { title: 'slow members', ticks: [0, ...SLOW], isLog: true },
    y: { title: 'false verdicts (log of 1 + n)', ticks: [0, 10, 100, 1000, 10_000, 100_000, 1_000_000], isLog: true },
    series: troubles.map(({ name, rows }) => ({
      name,
      points: rows.map(({ slow, everywhere }) => [slow, everywhere] as const),
    })),
    withDots: true,
  });
  return new Map([
    ['gossip-join.svg', join],
    ['gossip-death.svg', death],
    ['gossip-false-positives.svg', falsePositives],
  ]);
}

// dist/test/simulation/gossip → docs
const docs = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../../docs');
const startedMs = Date.now();
const troubles = troublesOf();
const pools = SIZES.map(figuresOf);
const starts = massStarts();
fs.mkdirSync(path.join(docs, 'images'), { recursive: true });
for (const [name, svg] of plots(pools, troubles)) fs.writeFileSync(path.join(docs, 'images', name), svg);
const rhythms = RHYTHMS.map(({ slowMs, freeMs }) => `${slowMs}/${freeMs}`);
fs.writeFileSync(
  path.join(docs, 'gossip-simulation.md'),
  documentOf({ pools, troubles, starts, rhythms, members: MEMBERS }),
);
console.log(`Written in ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
