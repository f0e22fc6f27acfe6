// How fast simulated pools learn of a join and of a death, and what their members send meanwhile, by size.

import { finish } from '../../../../src/main/gossip/wire/steps.js';
import { encodeStreamMessage } from '../../../../src/main/gossip/wire/stream-messages.js';
import { type Load, loadOf, poolOf, type Spread, spreadOf } from '../measure.js';

export interface PoolFigures {
  readonly count: number;
  readonly seeds: number;
  readonly joins: readonly Spread[];
  readonly deaths: readonly Spread[];
  readonly rest: Load;
  readonly spreading: Load;
  /** One member's whole state, encoded for a stream, before compression. */
  readonly stateBytes: number;
}

/** How much is measured at each size: what takes a second of virtual time costs in proportion to the size. */
const POOL_SIZES = [
  { count: 100, seeds: 30, restMs: 60_000 },
  { count: 1000, seeds: 10, restMs: 30_000 },
  { count: 10_000, seeds: 3, restMs: 10_000 },
];

function figuresOf({ count, seeds, restMs }: (typeof POOL_SIZES)[number]): PoolFigures {
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
  return { count, seeds, joins, deaths, rest: meanOf(rests), spreading: meanOf(spreading), stateBytes };
}

function meanOf(loads: readonly Load[]): Load {
  const mean = (read: (load: Load) => number) => loads.reduce((sum, load) => sum + read(load), 0) / loads.length;
  return { packets: mean((l) => l.packets), bytes: mean((l) => l.bytes), states: mean((l) => l.states) };
}

export function measuredPools(): PoolFigures[] {
  return POOL_SIZES.map(figuresOf);
}
