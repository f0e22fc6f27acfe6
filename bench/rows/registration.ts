// Rows 1 to 3 and the curve: the tutorial's loop, services with an HTTP check each registered one by one on one agent, until
// all are in the catalog; once more, when nothing changes; and what one registration costs beside few and many others.

import { type Agent, delay, waitFor } from '../agent.js';
import { LoadProcess } from '../load/load-process.js';
import type { PutCommand, PutResult } from '../load/put-client.js';
import { type RequestKind, serviceName } from '../load/requests.js';
import { type LoadUsage, underLoad } from '../load-usage.js';
import { freePorts } from '../ports.js';
import { readCpu } from '../process-usage.js';
import type { CurvePoint, Goal, Metric, Row, Run, Sample } from '../row.js';

const CONNECTIONS = 8;
const WARM_UP_BATCH = 500;
/** Far from the indexes a row measures. */
const WARM_UP_FROM = 3_000_000;
const CATALOG_DEADLINE_MS = 180_000;
const PROBES = 16;
const PROBE_POLL_MS = 5;
const LIST_POLL_MS = 50;
/** `[]`, with or without a line's end. */
const EMPTY_LIST_LENGTH = 3;
const RATE_GOAL: Goal = { kind: 'at-least', value: 5_000 };

const CURVE_LEVELS = [100, 1_000, 5_000, 10_000, 50_000];
const CURVE_FROM = 2_000_000;
const CURVE_BATCH = 500;
const CURVE_ROUNDS = 3;
/** An agent whose cost grows with the square would fill the last level for hours. */
const CURVE_LEVEL_BUDGET_S = 120;
const BASELINE_MS = 2_000;
/** Work that follows the answers when nothing has to reach the catalog. */
const AFTERMATH_MS = 500;

/** An agent and the client that registers services on it. */
class Registrar {
  readonly agent: Agent;
  readonly #client = new LoadProcess<PutCommand, PutResult>(new URL('../load/put-client.js', import.meta.url));
  readonly #checkPort: number;

  constructor(agent: Agent, checkPort: number) {
    this.agent = agent;
    this.#checkPort = checkPort;
  }

  put(kind: RequestKind, from: number, count: number): Promise<PutResult> {
    return this.#client.call({
      kind,
      from,
      count,
      checkPort: this.#checkPort,
      node: '',
      port: this.agent.ports.http,
      connections: CONNECTIONS,
    });
  }

  /** Until a sample of the services sent has arrived in the catalog, or has gone from it. Asking costs next to nothing. */
  async probe(from: number, count: number, present: boolean): Promise<void> {
    const deadline = performance.now() + CATALOG_DEADLINE_MS;
    for (let at = PROBES; at >= 1; at -= 1) {
      const target = `/v1/catalog/service/${serviceName(from + Math.ceil((count * at) / PROBES) - 1)}`;
      await waitFor(
        async () => (await this.agent.get(target)).length > EMPTY_LIST_LENGTH === present,
        `${target} to ${present ? 'appear' : 'go'}`,
        Math.max(1, deadline - performance.now()),
        PROBE_POLL_MS,
      );
    }
  }

  /** Until the catalog holds exactly so many services beside `consul`. Asking costs the server a long list each time. */
  inCatalog(count: number): Promise<void> {
    return waitFor(
      async () => Object.keys((await this.agent.json('/v1/catalog/services')) as object).length === count + 1,
      `${count} services in the catalog`,
      CATALOG_DEADLINE_MS,
      LIST_POLL_MS,
    );
  }

  /**
   * The code that answers is compiled, the agent is as empty as before. Resolves with the rate of its first batch: what a
   * user of an agent just started meets.
   */
  async warmUp(seconds: number): Promise<number> {
    const until = performance.now() + seconds * 1000;
    let coldPerSecond: number | null = null;
    do {
      const put = await this.put('register-service', WARM_UP_FROM, WARM_UP_BATCH);
      coldPerSecond ??= WARM_UP_BATCH / put.seconds;
      await this.probe(WARM_UP_FROM, WARM_UP_BATCH, true);
      await this.put('deregister-service', WARM_UP_FROM, WARM_UP_BATCH);
      await this.probe(WARM_UP_FROM, WARM_UP_BATCH, false);
    } while (performance.now() < until);
    await this.inCatalog(0);
    return coldPerSecond;
  }

  stop(): void {
    this.#client.stop();
  }
}

async function withRegistrar<T>(
  run: Run,
  work: (registrar: Registrar, coldPerSecond: number) => Promise<T>,
): Promise<T> {
  const agent = await run.startAgent({ mode: 'server' });
  const [closedPort = 0] = await freePorts(1);
  const registrar = new Registrar(agent, closedPort);
  try {
    run.say('warm-up');
    const coldPerSecond = await registrar.warmUp(run.warmUpSeconds);
    return await work(registrar, coldPerSecond);
  } finally {
    registrar.stop();
  }
}

interface Registration {
  readonly put: PutResult;
  readonly catalogSeconds: number;
}

/** Registers `count` services and waits for the catalog. */
async function register(registrar: Registrar, count: number): Promise<{ result: Registration; usage: LoadUsage }> {
  return underLoad(registrar.agent.pid, async () => {
    const put = await registrar.put('register-service', 0, count);
    const answeredAt = performance.now();
    await registrar.probe(0, count, true);
    await registrar.inCatalog(count);
    return { put, catalogSeconds: (performance.now() - answeredAt) / 1000 };
  });
}

function registrationSample(put: PutResult, usage: LoadUsage, count: number, more: Sample['values']): Sample {
  return {
    values: {
      perSecond: count / put.seconds,
      p99Ms: put.p99Ms,
      cpuMicros: (usage.serverCpuSeconds / count) * 1e6,
      rssMb: usage.serverRssBytes / 1e6,
      ...more,
    },
    usage,
    throughput: true,
  };
}

function registrationMetrics(recorded: number, more: readonly Metric[]): readonly Metric[] {
  return [
    { key: 'perSecond', title: 'rate', unit: '/s', better: 'higher', recorded, scaledBy: 'net', goal: RATE_GOAL },
    ...more,
    { key: 'p99Ms', title: 'p99', unit: 'ms', better: 'lower' },
    { key: 'cpuMicros', title: 'CPU per registration', unit: 'µs', better: 'lower' },
    { key: 'rssMb', title: 'RSS afterwards', unit: 'MB', better: 'lower' },
  ];
}

const CATALOG_METRIC: Metric = {
  key: 'catalogSeconds',
  title: 'in the catalog after',
  unit: 's',
  better: 'lower',
  goal: { kind: 'at-most', value: 2 },
};

const COLD_METRIC: Metric = {
  key: 'coldPerSecond',
  title: `first ${WARM_UP_BATCH} after the start`,
  unit: '/s',
  better: 'higher',
};

function registerRow(id: string, count: number, recorded: number): Row {
  return {
    id,
    what: `register ${count.toLocaleString('en')} services with an HTTP check each, 8 connections`,
    dependsOnEngine: false,
    hasPeer: true,
    metrics: registrationMetrics(recorded, [CATALOG_METRIC, COLD_METRIC]),
    run: (run) =>
      withRegistrar(run, async (registrar, coldPerSecond) => {
        const { result, usage } = await register(registrar, count);
        const { put, catalogSeconds } = result;
        return registrationSample(put, usage, count, { catalogSeconds, coldPerSecond });
      }),
  };
}

function registerAgainRow(id: string, count: number, recorded: number): Row {
  return {
    id,
    what: `register the same ${count.toLocaleString('en')} again`,
    dependsOnEngine: false,
    hasPeer: true,
    metrics: registrationMetrics(recorded, []),
    run: (run) =>
      withRegistrar(run, async (registrar) => {
        run.say('first registration');
        await register(registrar, count);
        run.say('second registration');
        const { result, usage } = await underLoad(registrar.agent.pid, () =>
          registrar.put('register-service', 0, count),
        );
        await registrar.inCatalog(count);
        return registrationSample(result, usage, count, {});
      }),
  };
}

async function curve(run: Run, registrar: Registrar): Promise<{ points: CurvePoint[]; notes: string[] }> {
  const points: CurvePoint[] = [];
  let registered = 0;
  for (const level of CURVE_LEVELS) {
    run.say(`${level} services`);
    const started = performance.now();
    while (registered < level) {
      const count = Math.min(CURVE_BATCH, level - registered);
      await registrar.put('register-service', registered, count);
      registered += count;
      if (performance.now() - started > CURVE_LEVEL_BUDGET_S * 1000) {
        return {
          points,
          notes: [`stopped at ${registered} services: filling a level took over ${CURVE_LEVEL_BUDGET_S} s`],
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
  for (let round = 0; round < CURVE_ROUNDS; round += 1) {
    const first = await cpuOf(pid, async () => {
      const put = await registrar.put('register-service', CURVE_FROM, CURVE_BATCH);
      await registrar.probe(CURVE_FROM, CURVE_BATCH, true);
      return put;
    });
    add(fresh, first);
    const second = await cpuOf(pid, async () => {
      const put = await registrar.put('register-service', CURVE_FROM, CURVE_BATCH);
      await delay(AFTERMATH_MS);
      return put;
    });
    add(again, second);
    await registrar.put('deregister-service', CURVE_FROM, CURVE_BATCH);
    await registrar.probe(CURVE_FROM, CURVE_BATCH, false);
  }
  const count = CURVE_BATCH * CURVE_ROUNDS;
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

const curveRow: Row = {
  id: 'curve',
  what: `cost of a registration beside ${CURVE_LEVELS.map((level) => level.toLocaleString('en')).join(', ')} others`,
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

export const registrationRows: readonly Row[] = [
  registerRow('1', 2_000, 228),
  registerRow('2', 5_000, 87),
  registerAgainRow('3', 5_000, 47),
  curveRow,
];
