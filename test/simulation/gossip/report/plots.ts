// The report's pictures by their file names.

import type { Spread } from '../measure.js';
import type { ReportFigures } from './document.js';
import { type Point, svgOf } from './plot.js';
import type { PoolFigures } from './pools.js';
import { MEMBERS, meanOf, RHYTHMS, SEEDS, SLOW } from './troubles.js';

/** As a share of all members of all runs: who knew so many seconds after what each run's times are counted from. */
function knowledge(spreads: readonly Spread[], fromMs: (spread: Spread) => number): Point[] {
  const times = spreads.flatMap((spread) => spread.timesMs.map((ms) => ms - fromMs(spread))).sort((a, b) => a - b);
  return Array.from({ length: 201 }, (_, i) => {
    const at = Math.min(Math.round((i / 200) * (times.length - 1)), times.length - 1);
    return { x: (times[at] ?? 0) / 1000, y: (at + 1) / times.length };
  });
}

function sizeName(count: number): string {
  return `${count.toLocaleString('en')} members`;
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

export function plotsOf({ pools, troubles }: ReportFigures): Map<string, string> {
  const shares = { title: 'share of the members of all runs that know', ticks: [0, 0.25, 0.5, 0.75, 1] };
  const curves = (points: (pool: PoolFigures) => Point[]) =>
    pools.map((pool) => ({ name: sizeName(pool.count), points: points(pool) }));
  const join = svgOf({
    title: 'Who knows of a join',
    x: { title: 'seconds after the exchange with the contact', ticks: [0, 0.25, 0.5, 0.75, 1, 1.25] },
    y: shares,
    series: curves(({ joins }) => knowledge(joins, () => 0)),
  });
  const death = svgOf({
    title: 'Who knows of a death',
    x: { title: "seconds after the run's first verdict", ticks: [0, 0.2, 0.4, 0.6, 0.8] },
    y: shares,
    series: curves(({ deaths }) => knowledge(deaths, ({ firstMs }) => firstMs)),
  });
  const falsePositives = svgOf({
    title: `Healthy members taken for dead: sum of ${RHYTHMS.length} rhythms, mean and range of ${SEEDS} seeds`,
    x: { title: `slow members of ${MEMBERS} (logarithmic, of 1 + n)`, ticks: [0, ...SLOW], isLog: true },
    y: {
      title: 'false verdicts (logarithmic, of 1 + n)',
      ticks: [0, 10, 100, 1000, 10_000, 100_000],
      isLog: true,
    },
    series: troubles.map(({ name, rows }) => ({
      name,
      points: rows.map(({ slow, everywhere }) => ({ x: slow, y: meanOf(everywhere), range: rangeOf(everywhere) })),
    })),
  });
  return new Map([
    ['gossip-join.svg', join],
    ['gossip-death.svg', death],
    ['gossip-false-positives.svg', falsePositives],
  ]);
}
