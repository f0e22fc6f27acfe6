// Rows 14 and 15: thousands of blocking queries on one key. What each costs in memory while it waits, and how long one write
// takes to reach the last of them.

import { type Agent, type AgentSpec, delay } from '../agent.js';
import { LoadProcess } from '../load/load-process.js';
import type { WaitCommand, WaitResult } from '../load/wait-client.js';
import { underLoad } from '../load-usage.js';
import type { Row, Run } from '../row.js';
import { settledRss } from '../settled-memory.js';
import { wrk } from '../wrk.js';
import { CONNECTIONS } from './kv.js';

const WAITERS = 5_000;
const KEY = '/v1/kv/bench/watched';
/** From the last request sent to all of them waiting. */
const ARRIVE_MS = 1_000;
const CLIENT_BUSY = 0.9;

const SPEC: AgentSpec = { mode: 'server', config: { limits: { http_max_conns_per_client: WAITERS + 500 } } };

type Waiters = LoadProcess<WaitCommand, WaitResult>;

async function withWaiters<T>(run: Run, work: (agent: Agent, waiters: Waiters) => Promise<T>): Promise<T> {
  const agent = await run.startAgent(SPEC);
  await agent.put(KEY, 'v'.repeat(64));
  const waiters: Waiters = new LoadProcess(new URL('../load/wait-client.js', import.meta.url));
  try {
    return await work(agent, waiters);
  } finally {
    waiters.stop();
  }
}

async function startWaiting(agent: Agent, waiters: Waiters): Promise<void> {
  const [entry] = (await agent.json(KEY)) as readonly { readonly ModifyIndex: number }[];
  await waiters.call({
    do: 'wait',
    port: agent.ports.http,
    count: WAITERS,
    target: `${KEY}?index=${entry?.ModifyIndex ?? 0}&wait=10m`,
  });
  await delay(ARRIVE_MS);
}

export const waitingRows: readonly Row[] = [
  {
    id: '14',
    what: `${WAITERS.toLocaleString('en')} blocking queries on one key: memory each`,
    dependsOnEngine: true,
    hasPeer: true,
    metrics: [
      {
        key: 'settledKb',
        title: 'settled',
        unit: 'KB',
        better: 'lower',
        recorded: 52,
        goal: { net: { kind: 'at-most', value: 7 }, uws: { kind: 'at-most', value: 3 } },
      },
      { key: 'atOnceKb', title: 'at once', unit: 'KB', better: 'lower' },
      { key: 'rssBeforeMb', title: 'RSS before', unit: 'MB', better: 'lower' },
      { key: 'rssAfterMb', title: 'RSS after', unit: 'MB', better: 'lower' },
    ],
    run: (run) =>
      withWaiters(run, async (agent, waiters) => {
        run.say('warm-up');
        const { warmUpSeconds: seconds, directory } = run;
        await wrk({ url: `${agent.url}${KEY}`, connections: CONNECTIONS, seconds, directory });
        const before = await settledRss(agent);
        run.say('connecting');
        const { usage } = await underLoad(agent.pid, () => startWaiting(agent, waiters));
        const atOnce = agent.memory().rssBytes;
        run.say('settling');
        const after = await settledRss(agent);
        return {
          values: {
            settledKb: (after - before) / WAITERS / 1000,
            atOnceKb: (atOnce - before) / WAITERS / 1000,
            rssBeforeMb: before / 1e6,
            rssAfterMb: after / 1e6,
          },
          usage: { ...usage, serverRssBytes: after },
        };
      }),
  },
  {
    id: '15',
    what: `one write to the last of ${WAITERS.toLocaleString('en')} blocking queries' answers`,
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'lastMs',
        title: 'last answer',
        unit: 'ms',
        better: 'lower',
        recorded: 290,
        goal: { kind: 'at-most', value: 150 },
      },
      { key: 'medianMs', title: 'median answer', unit: 'ms', better: 'lower' },
      { key: 'firstMs', title: 'first answer', unit: 'ms', better: 'lower' },
    ],
    run: (run) =>
      withWaiters(run, async (agent, waiters) => {
        const write = (body: string): Promise<WaitResult> =>
          waiters.call({ do: 'write', port: agent.ports.http, target: KEY, body });
        run.say('warm-up');
        await startWaiting(agent, waiters);
        await write('w'.repeat(64));
        run.say('connecting');
        await startWaiting(agent, waiters);
        const { result, usage } = await underLoad(agent.pid, () => write('x'.repeat(64)));
        const share = result.cpuMs / result.ms;
        return {
          values: { lastMs: result.ms, medianMs: result.medianMs, firstMs: result.firstMs },
          usage,
          notes:
            share > CLIENT_BUSY ? [`client used ${Math.round(share * 100)} % of a core: it may be the bottleneck`] : [],
        };
      }),
  },
];
