// The curve: what one registration costs beside few and beside many others on the same agent, new and repeated.

import { delay } from '../agent.js';
import type { PutResult } from '../load/put-client.js';
import { readCpu } from '../process-usage.js';
import type { CurvePoint, Row, Run } from '../row.js';
import { type Registrar, withRegistrar } from './registrar.js';
import { RATE_GOAL } from './registration.js';

const LEVELS = [100, 1_000, 5_000, 10_000, 50_000];
/** Far from the indexes that fill the levels. */
const FROM = 2_000_000;
const BATCH = 500;
const ROUNDS = 3;
/** An agent whose cost grows with the square would fill the last level for hours. */
const LEVEL_BUDGET_S = 120;
const BASELINE_MS = 2_000;
/** Work that follows the answers when nothing has to reach the catalog. */
const AFTERMATH_MS = 500;

async function curve(run: Run, registrar: Registrar): Promise<{ points: CurvePoint[]; notes: string[] }> {
  const points: CurvePoint[] = [];
  let registered = 0;
  for (const level of LEVELS) {
    run.say(`${level} services`);
    const started = performance.now();
    while (registered < level) {
      const count = Math.min(BATCH, level - registered);
      await registrar.put('register-service', registered, count);
      registered += count;
      if (performance.now() - started > LEVEL_BUDGET_S * 1000) {
        return {
          points,
          notes: [`stopped at ${registered} services: filling a level took over ${LEVEL_BUDGET_S} s`],
        };
      }
    }
    await registrar.inCatalog(level);
    points.push(await curvePoint(registrar, level));
  }
  return { points, notes: [] };
}

async function curvePoint(registrar: Registrar, services: number): Promise<CurvePoint> {
  const { pid } = registrar.agent;
  const idle = await cpuOf(pid, () => delay(BASELINE_MS));
  const idleShare = idle.cpuSeconds / idle.wallSeconds;
  const fresh = { seconds: 0, cpu: 0 };
  const again = { seconds: 0, cpu: 0 };
  const add = (to: typeof fresh, spent: { cpuSeconds: number; wallSeconds: number; result: PutResult }): void => {
    to.seconds += spent.result.seconds;
    to.cpu += Math.max(0, spent.cpuSeconds - idleShare * spent.wallSeconds);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await cpuOf(pid, async () => {
      const put = await registrar.put('register-service', FROM, BATCH);
      await registrar.probe(FROM, BATCH, true);
      return put;
    });
    add(fresh, first);
    const second = await cpuOf(pid, async () => {
      const put = await registrar.put('register-service', FROM, BATCH);
      await delay(AFTERMATH_MS);
      return put;
    });
    add(again, second);
    await registrar.put('deregister-service', FROM, BATCH);
    await registrar.probe(FROM, BATCH, false);
  }
  const count = BATCH * ROUNDS;
  return {
    services,
    newPerSecond: count / fresh.seconds,
    againPerSecond: count / again.seconds,
    newCpuMicros: (fresh.cpu / count) * 1e6,
    againCpuMicros: (again.cpu / count) * 1e6,
    rssMb: registrar.agent.memory().rssBytes / 1e6,
  };
}

async function cpuOf<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly cpuSeconds: number; readonly wallSeconds: number }> {
  const cpu = readCpu(pid).seconds;
  const start = performance.now();
  const result = await work();
  return { result, cpuSeconds: readCpu(pid).seconds - cpu, wallSeconds: (performance.now() - start) / 1000 };
}

export const curveRow: Row = {
  id: 'curve',
  what: `cost of a registration beside ${LEVELS.map((level) => level.toLocaleString('en')).join(', ')} others`,
  dependsOnEngine: false,
  hasPeer: true,
  metrics: [
    { key: 'slowestNew', title: 'slowest level, new', unit: '/s', better: 'higher', goal: RATE_GOAL },
    { key: 'slowestAgain', title: 'slowest level, again', unit: '/s', better: 'higher', goal: RATE_GOAL },
    {
      key: 'growthNew',
      title: 'last level / first, new',
      unit: '×',
      better: 'lower',
      goal: { kind: 'at-most', value: 1.5 },
    },
    {
      key: 'growthAgain',
      title: 'last level / first, again',
      unit: '×',
      better: 'lower',
      goal: { kind: 'at-most', value: 1.5 },
    },
  ],
  run: (run) =>
    withRegistrar(run, async (registrar) => {
      const { points, notes } = await curve(run, registrar);
      const fresh = points.map((point) => point.newPerSecond);
      const again = points.map((point) => point.againPerSecond);
      const growth = (rates: readonly number[]): number => (rates[0] ?? 0) / (rates.at(-1) ?? 0);
      return {
        values: {
          slowestNew: Math.min(...fresh),
          slowestAgain: Math.min(...again),
          growthNew: growth(fresh),
          growthAgain: growth(again),
        },
        curve: points,
        notes,
      };
    }),
};
