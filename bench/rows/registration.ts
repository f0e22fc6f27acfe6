// Rows 1 to 3: the tutorial's loop, services with an HTTP check each registered one by one on one agent, until all are in the
// catalog; and once more, when nothing changes.

import type { PutResult } from '../load/put-client.js';
import { type LoadUsage, underLoad } from '../load-usage.js';
import type { Goal, Metric, Row, Sample } from '../row.js';
import { type Registrar, WARM_UP_BATCH, withRegistrar } from './registrar.js';

export const RATE_GOAL: Goal = { kind: 'at-least', value: 5_000 };

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

export const registrationRows: readonly Row[] = [
  registerRow('1', 2_000, 228),
  registerRow('2', 5_000, 87),
  registerAgainRow('3', 5_000, 47),
];
