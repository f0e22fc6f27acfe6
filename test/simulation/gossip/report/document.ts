// The report of the simulation as Markdown: what was measured, beside what the formulas of spec/gossip.md, section 21,
// expect and what is published about memberlist.

import { pushPullIntervalMs, retransmitLimit } from '../../../../src/main/gossip/core/scale.js';
import { CONSUL_LAN } from '../../../../src/main/gossip/core/settings.js';
import { suspicionBounds } from '../../../../src/main/gossip/core/suspicion.js';
import type { Traffic } from '../mass-start/mass-start.js';
import { SIZES } from '../mass-start/sizes.js';
import { roundsMs, type Spread } from '../measure.js';
import type { PoolFigures } from './pools.js';
import type { MassStartRow } from './starts.js';
import { MEMBERS, meanOf, RHYTHMS, SEEDS, type TroubleFigures, type TroubleRow } from './troubles.js';

export interface ReportFigures {
  readonly starts: readonly MassStartRow[];
  readonly pools: readonly PoolFigures[];
  readonly troubles: readonly TroubleFigures[];
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** Mean, and the smallest and largest of the seeds. */
function spreadText(values: readonly number[]): string {
  return `${seconds(meanOf(values))} (${seconds(Math.min(...values))}–${seconds(Math.max(...values))})`;
}

/** When half of all members of all runs knew. */
function medianMs(spreads: readonly Spread[]): number {
  const times = spreads.flatMap(({ timesMs }) => timesMs).sort((a, b) => a - b);
  return times[times.length >> 1] ?? 0;
}

/** Means until a death is noticed in simulations of stock agents; none is known for larger pools. */
const STOCK_DETECTION: ReadonlyMap<number, string> = new Map([[100, '10.1']]);

function joinTable(pools: readonly PoolFigures[]): string {
  return table(
    ['members', 'seeds', 'half know, s', 'last knows, s', 'formula, s', 'every member of every run'],
    pools.map(({ count, seeds, joins }) => [
      number(count),
      String(seeds),
      seconds(medianMs(joins)),
      spreadText(joins.map(({ lastMs }) => lastMs)),
      seconds(roundsMs(count)),
      joins.every(({ informed }) => informed === count) ? 'yes' : 'no',
    ]),
  );
}

function deathTable(pools: readonly PoolFigures[]): string {
  return table(
    [
      'members',
      'seeds',
      'suspicion min, s',
      'first verdict, s',
      'stock, s',
      'last knows after the first, s',
      'every member',
    ],
    pools.map(({ count, seeds, deaths }) => [
      number(count),
      String(seeds),
      seconds(suspicionBounds(CONSUL_LAN, count + 1).minMs),
      spreadText(deaths.map(({ firstMs }) => firstMs)),
      STOCK_DETECTION.get(count) ?? '–',
      spreadText(deaths.map(({ firstMs, lastMs }) => lastMs - firstMs)),
      deaths.every(({ informed }) => informed === count) ? 'yes' : 'no',
    ]),
  );
}

function loadTable(pools: readonly PoolFigures[]): string {
  const { pushPullIntervalMs: baseMs, retransmitMult } = CONSUL_LAN;
  return table(
    [
      'members',
      'rest: packets/s',
      'rest: bytes/s',
      'join: packets/s',
      'join: bytes/s',
      'transmit limit',
      'exchange every, s',
      'states/s (formula)',
      'one state, kB',
      'states, bytes/s',
    ],
    pools.map(({ count, rest, spreading, stateBytes }) => [
      number(count),
      rest.packets.toFixed(2),
      number(rest.bytes),
      spreading.packets.toFixed(1),
      number(spreading.bytes),
      String(retransmitLimit(retransmitMult, count + 1)),
      number(pushPullIntervalMs(baseMs, count) / 1000),
      `${rest.states.toFixed(4)} (${(2000 / pushPullIntervalMs(baseMs, count)).toFixed(4)})`,
      number(stateBytes / 1000),
      number(rest.states * stateBytes),
    ]),
  );
}

/** The largest of all seconds. */
function peak(traffic: readonly Traffic[], read: (second: Traffic) => number): string {
  return number(traffic.reduce((most, second) => Math.max(most, read(second)), 0));
}

function startTable(starts: readonly MassStartRow[]): string {
  return table(
    [
      'agents',
      'states are',
      'all know all, s',
      'known to all after, s: half, last',
      'joins that failed',
      'busiest server, exchanges/s',
      'its states out, MB/s',
      'its packets in, /s',
      'its packets out, kB/s',
      'its main thread, s',
    ],
    starts.map(({ count, states, figures }) => [
      number(count),
      states,
      number(figures.completeMs / 1000),
      `${number(figures.knownMedianMs / 1000)}, ${number(figures.knownLastMs / 1000)}`,
      number(figures.failedJoins),
      peak(figures.busiest, ({ exchanges }) => exchanges),
      peak(figures.busiest, ({ stateBytesOut }) => stateBytesOut / 1e6),
      peak(figures.busiest, ({ packetsIn }) => packetsIn),
      peak(figures.busiest, ({ bytesOut }) => bytesOut / 1000),
      number(figures.busiestMs / 1000),
    ]),
  );
}

/** Means of a few are told with a digit more. */
function count(mean: number): string {
  return mean < 10 ? mean.toFixed(1) : number(mean);
}

function ratioOf(without: number, withIt: number): string {
  return withIt === 0 ? `> ${number(without)}` : number(without / withIt);
}

type Counted = (row: TroubleRow) => readonly number[];

function troubleTable([swim, paper, shipped]: ThreeVariants, counted: Counted): string {
  const cell = (row: TroubleRow | undefined) => {
    const counts = row === undefined ? [] : counted(row);
    return `${count(meanOf(counts))} (${number(Math.min(...counts))}–${number(Math.max(...counts))})`;
  };
  return table(
    ['slow', swim.name, paper.name, shipped.name, 'SWIM / Lifeguard (α 5)'],
    swim.rows.map((row, i) => {
      const [other, own] = [paper.rows[i], shipped.rows[i]];
      const factor = ratioOf(meanOf(counted(row)), meanOf(other === undefined ? [] : counted(other)));
      return [String(row.slow), cell(row), cell(other), cell(own), factor];
    }),
  );
}

type ThreeVariants = readonly [swim: TroubleFigures, paper: TroubleFigures, shipped: TroubleFigures];

function threeOf([swim, paper, shipped]: readonly TroubleFigures[]): ThreeVariants {
  if (swim === undefined || paper === undefined || shipped === undefined) throw new Error('A variant is missing');
  return [swim, paper, shipped];
}

/** Of all that is counted with any number of slow members. */
function sumOf({ rows }: TroubleFigures): number {
  return rows.reduce((sum, { everywhere }) => sum + meanOf(everywhere), 0);
}

export function documentOf({ pools, troubles, starts }: ReportFigures): string {
  const variants = threeOf(troubles);
  const [, paper, shipped] = variants;
  const rhythms = RHYTHMS.map(({ slowMs, freeMs }) => `${slowMs}/${freeMs}`).join(', ');
  return `# Simulated pools

Pools of 100, 1,000 and 10,000 members in one process: the gossip core of the product, unchanged, once for every member, under a virtual clock and a network of 0.2 to 1 ms a way. The settings are those of a LAN pool.
This file is written by \`npm run simulate:gossip\` after \`npm run build\`; it takes about half an hour of processor time, most of it for the slow members and for the pools of ten thousand, and about two gigabytes. \`npm run simulate:gossip -- starts\` measures that part alone (\`pools\`, \`troubles\`, \`starts\`) and takes the others from the last run, which are kept in \`build/\`. The seeds are 1, 2, 3 … at each size, and fixed in \`test/simulation/gossip/report\`: a run gives the same numbers again. A slice at 10,000 members is part of \`npm run test:simulation\`.

Formulas are those of section 21 of the gossip specification (what docs/spec/gossip.md builds on). "Stock" are means from simulations of stock agents, known up to 300 members.

## A join

From the exchange of states with the contact, who is the first to know (at 0), until the last member knows. Mean of the seeds, and the range.
The formula is log₁₊f n + ln n / f rounds of 200 ms with f = 3: one phase of growth after the other. In truth the two overlap, members gossip out of step, so that news travels several hops in one interval, and pings and acks carry it, too: the pool is faster than the formula, at each size by about the same factor.

${joinTable(pools)}

![Who knows of a join](images/gossip-join.svg)

## A death

From the moment a member stops without a word until the first member calls it dead, and from then until the last one does. The time is that of a probe (about 1 s until somebody begins one, 1 s until it has failed) and a suspicion, which is near its minimum when two others confirm in time, and longer when not.

${deathTable(pools)}

![Who knows of a death](images/gossip-death.svg)

The curves begin with the first verdict of each run: from the death on they would show when the first verdicts came, which is in the table.
The verdict is known to all sooner than a join would be, since members don't wait for it alone: all have suspected the dead one for about as long, and their own timeouts end at about the same time.

## What a member sends

Packets without what is below UDP, unencrypted and uncompressed; every ack carries 100 bytes in place of a coordinate. At rest a member sends one ping and one ack a second, the formula's 2 packets; section 21 has about 220 bytes for stock agents, whose names and payloads differ. "Join" is the time until all know of one: bounded by 15 packets of gossip a second beside the 2.
Exchanges of states go over streams: a member sends two states in each interval, one as caller and one as accepter. Their size is for metadata of 32 bytes a member and grows with the pool, while the interval grows only with its logarithm: in large pools it is most of the traffic. That is memberlist's design.

${loadTable(pools)}

## Agents that start together

So many agents, three of them servers, start within 30 s and join all three servers, one after the other. From the first start until everybody knows everybody; from an agent's own start until all others know it; and the busiest second of the busiest server. A core for each would need tens of gigabytes at this size, so this is a model of what the core does with news (\`test/simulation/gossip/mass-start\`), with the product's numbers; at 200 members it is held against the cores themselves, and is within a few per cent of them.
Members' tags are those of a client agent: ${SIZES.alive} bytes for an alive message, ${SIZES.stateMember} a member in a state, unencrypted and uncompressed; packed, a state is about a third of that. Answering takes the server's main thread 5 µs for each member to pack its state, 3.5 µs for each member of a state that comes in, one exchange after the other; who would wait longer than 10 s or finds 128 others is turned away, and tries again after a growing pause.

${startTable(starts)}

- Gossip has no room for that much news: a member sends about a hundred messages a second and each fact twenty times, so ten thousand facts take half an hour. Exchanges bring the rest. Their interval grows with the pool (300 s at 10,000), and what isn't known after the start stayed unknown until the next one. So a member that has learnt of more than a hundredth more members since its last exchange has the next after the plain interval of 30 s: with stock's rule all know all after 102 s at 1,000 and after 277 s at 3,000 (without the server's time). When it hasn't, the next wait is twice the last one, until it is that of a pool of this size: of ten thousand agents a few are missed by somebody at the end of the start, and who went on to 300 s at once knew all after 367 s.
- "Packed for each": every answer to a join packs the state anew. "Packed once": those who ask within 200 ms get the same bytes (\`src/main/gossip/shell/sealed-state.ts\`), as the product does. What is left is mostly the states that agents bring along to the second and the third server they join, each with all that the first has told them.
- Ten thousand take the model 100 to 150 s of processor time, and 0.9 GB (\`LICTOR_STARTS=10000\`, in \`npm run soak\`, sees that their servers keep up). What a mass start asks of servers is states, not packets.

## Slow members

After the interval experiment of the Lifeguard paper (arXiv 1707.00788): of ${MEMBERS} members some are slow, all at the same time: for a while nothing leaves them and nothing reaches them, though their clocks run on; then they are free for a while, and so on for two virtual minutes. Counted is how often a member takes a healthy one for dead: the sum over ${RHYTHMS.length} rhythms, a part of the paper's grid (slow/free in ms): ${rhythms}. Each figure is the mean of ${SEEDS} seeds, and in brackets their range: where one seed counts tens, another may count several times as many.
SWIM here is the same core with a health score that stays 0 and a suspicion timeout that is always its minimum; telling a suspect of the suspicion with the ping stays on.

By anybody:

${troubleTable(variants, ({ everywhere }) => everywhere)}

By healthy members:

${troubleTable(variants, ({ atHealthy }) => atHealthy)}

![False positives](images/gossip-false-positives.svg)

The first version of the paper says of its experiments that Lifeguard "is able to reduce the false positive rate by a factor of more than 50x", over a wider grid of durations and with α 5, β 6. The column on the right is that factor here, of the means (a "> n" had no false positive left with Lifeguard). It depends on the rhythms that are summed and on how many are slow: the fewer, the larger, since SWIM fails then, too, and Lifeguard hardly ever; with a quarter of the members slow it is about twenty. So: the paper's shape; not its figures, which were measured on real machines with other rhythms.
As shipped (α 4, like memberlist's LAN profile now) suspicions end sooner, and there are ${(sumOf(shipped) / sumOf(paper)).toFixed(1)} times as many false positives in sum as with the paper's α 5.

## What this doesn't show

- One process and a clock that jumps: no time is spent on computing, no socket buffer overflows.
- The network loses nothing in these runs; lossy and cut networks are in \`test/simulation/gossip/trouble.test.ts\`.
- Pools begin complete but for the agents that start together.
- Members share records in memory until they know something different (\`shared-table.ts\`); that such a table behaves as the product's is tested.
- There is no run of 1,000 or 10,000 stock agents to compare with: at these sizes only the formulas stand beside the figures.
`;
}
