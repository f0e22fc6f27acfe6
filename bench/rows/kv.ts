// Rows 4 and 6: the key-value store over HTTP, 64 connections; and main's event-loop delay under row 6's load.

import { delay } from '../agent.js';
import { underLoad } from '../load-usage.js';
import type { Row, Run } from '../row.js';
import { type WrkResult, wrk } from '../wrk.js';
import { throughputSample } from './throughput.js';

export const CONNECTIONS = 64;
const KEY = 'bench/one';
/** The agent hands its gauges over once a second. */
const WATCH_SECONDS = 4;
export const VALUE = 'v'.repeat(64);
/** Writes go round so many keys, each with a value not written before. */
const KEYS = 10_000;

export const PUT_SCRIPT = `
local n = 0
function request()
  n = n + 1
  local body = string.format('%064d', n)
  return 'PUT /v1/kv/bench/' .. (n % ${KEYS}) .. ' HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nContent-Length: 64\\r\\n\\r\\n' .. body
end
`;

export const kvRows: readonly Row[] = [
  {
    id: '4',
    what: 'KV PUT 64 B, 64 connections, one server, fsync',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'perSecond',
        title: 'rate',
        unit: '/s',
        better: 'higher',
        recorded: 11_700,
        scaledBy: 'net',
        goal: { kind: 'times-peer', factor: 2.5 },
      },
      { key: 'p50Ms', title: 'p50', unit: 'ms', better: 'lower', recorded: 4.7, scaledBy: 'net' },
      {
        key: 'p99Ms',
        title: 'p99',
        unit: 'ms',
        better: 'lower',
        recorded: 16.8,
        scaledBy: 'net',
        goal: { kind: 'below-peer' },
      },
    ],
    async run(run) {
      const agent = await run.startAgent({ mode: 'server' });
      const load = (seconds: number): Promise<WrkResult> =>
        wrk({ url: agent.url, connections: CONNECTIONS, seconds, script: PUT_SCRIPT, directory: run.directory });
      await load(run.warmUpSeconds);
      return throughputSample(await underLoad(agent.pid, () => load(run.seconds)));
    },
  },
  {
    id: '6',
    what: 'KV GET, default consistency, 64 connections, one server',
    dependsOnEngine: true,
    hasPeer: true,
    metrics: [
      {
        key: 'perSecond',
        title: 'rate',
        unit: '/s',
        better: 'higher',
        recorded: 34_500,
        scaledBy: 'net',
        goal: { net: { kind: 'times-peer', factor: 2 }, uws: { kind: 'times-peer', factor: 2.5 } },
      },
      {
        key: 'perCpuSecond',
        title: 'per CPU-second',
        unit: '/s',
        better: 'higher',
        recorded: 21_000,
        scaledBy: 'net',
        goal: { net: { kind: 'at-least', value: 55_000 }, uws: { kind: 'at-least', value: 65_000 } },
      },
      { key: 'p99Ms', title: 'p99', unit: 'ms', better: 'lower' },
    ],
    async run(run) {
      const { pid, load } = await getOneKey(run);
      return throughputSample(await underLoad(pid, () => load(run.seconds)));
    },
  },
  {
    id: 'loop-delay',
    what: "main's event-loop delay under row 6's load",
    dependsOnEngine: true,
    hasPeer: false,
    metrics: [
      { key: 'mainP99Ms', title: 'main p99', unit: 'ms', better: 'lower', goal: { kind: 'at-most', value: 10 } },
      { key: 'stateP99Ms', title: 'state p99', unit: 'ms', better: 'lower' },
    ],
    async run(run) {
      const { pid, load, metrics } = await getOneKey(run);
      const seconds = Math.max(run.seconds, WATCH_SECONDS);
      const worst = new Map<string, number>();
      const watch = async (): Promise<void> => {
        // The last reading is due before the load ends: what comes behind it is an idle agent.
        for (let second = 1; second < seconds; second += 1) {
          await delay(1000);
          for (const [thread, ms] of loopDelays(await metrics())) {
            worst.set(thread, Math.max(ms, worst.get(thread) ?? 0));
          }
        }
      };
      const { usage } = await underLoad(pid, () => Promise.all([load(seconds), watch()]));
      const mainP99Ms = worst.get('main');
      const stateP99Ms = worst.get('state');
      if (mainP99Ms === undefined || stateP99Ms === undefined) {
        throw new Error('no gauges of the event-loop delay in /v1/agent/metrics');
      }
      return { values: { mainP99Ms, stateP99Ms }, usage };
    },
  },
];

interface OneKey {
  readonly pid: number;
  load(seconds: number): Promise<WrkResult>;
  metrics(): Promise<unknown>;
}

async function getOneKey(run: Run): Promise<OneKey> {
  const agent = await run.startAgent({ mode: 'server' });
  await agent.put(`/v1/kv/${KEY}`, VALUE);
  const load = (seconds: number): Promise<WrkResult> =>
    wrk({ url: `${agent.url}/v1/kv/${KEY}`, connections: CONNECTIONS, seconds, directory: run.directory });
  await load(run.warmUpSeconds);
  return { pid: agent.pid, load, metrics: () => agent.json('/v1/agent/metrics') };
}

interface GaugeList {
  readonly Gauges?: readonly {
    readonly Name: string;
    readonly Value: number;
    readonly Labels: { readonly [label: string]: string };
  }[];
}

/**
 * A quantile in ms by thread, from the agent's own gauges; whatever prefix and host name stand before the name. A thread may be
 * missing: an interval of metrics that has just begun has no gauges yet.
 */
export function loopDelays(metrics: unknown, quantile = 'p99'): Map<string, number> {
  const delays = new Map<string, number>();
  for (const { Name, Value, Labels } of (metrics as GaugeList).Gauges ?? []) {
    const thread = Labels['thread'];
    if (thread === undefined || Labels['quantile'] !== quantile) continue;
    if (Name.endsWith('runtime.event_loop_delay_ms')) delays.set(thread, Value);
  }
  return delays;
}
