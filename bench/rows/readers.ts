// Row 21: what readers add. One server after the other, without readers and with more and more of them, up to one for each core
// beyond the first; each is asked for one key and for the health of a service.

import { availableParallelism } from 'node:os';
import type { Agent } from '../agent.js';
import type { LoadUsage } from '../load-usage.js';
import { underLoad } from '../load-usage.js';
import type { Row, Run } from '../row.js';
import { type WrkResult, wrk } from '../wrk.js';
import { registerInstances } from './catalog.js';
import { CONNECTIONS, VALUE } from './kv.js';

const KEY = '/v1/kv/bench/one';
const HEALTH = '/v1/health/service/web?passing';
const INSTANCES = 3;
const MOST_READERS = 8;
const READERS_ANSWER = /reader answers/g;

interface Rates {
  readonly kv: WrkResult;
  readonly health: WrkResult;
  readonly usage: LoadUsage;
}

async function ratesOf(run: Run, readers: number): Promise<Rates> {
  const agent = await run.startAgent({ mode: 'server', config: { performance: { reader_workers: readers } } });
  await agent.put(KEY, VALUE);
  await registerInstances(agent, 'web', INSTANCES);
  const load = (target: string, seconds: number): Promise<WrkResult> =>
    wrk({ url: `${agent.url}${target}`, connections: CONNECTIONS, seconds, directory: run.directory });
  await load(KEY, run.warmUpSeconds);
  refuseWithout(agent, readers);
  const { result: kv, usage } = await underLoad(agent.pid, () => load(KEY, run.seconds));
  await load(HEALTH, run.warmUpSeconds);
  const health = await load(HEALTH, run.seconds);
  await agent.stop();
  return { kv, health, usage };
}

function refuseWithout(agent: Agent, readers: number): void {
  const answering = agent.logTail().match(READERS_ANSWER)?.length ?? 0;
  if (answering !== readers) throw new Error(`${answering} readers answer, not ${readers}: see the agent's log`);
}

export const readersRow: Row = {
  id: '21',
  what: 'KV GET and health reads with readers, against none, 64 connections',
  dependsOnEngine: true,
  hasPeer: false,
  // Only where a port can be shared.
  isOnlyNamed: true,
  metrics: [
    { key: 'kvTimes', title: 'KV, with one', unit: '×', better: 'higher', goal: { kind: 'at-least', value: 1.6 } },
    {
      key: 'healthTimes',
      title: 'health, with one',
      unit: '×',
      better: 'higher',
      goal: { kind: 'at-least', value: 1.6 },
    },
    { key: 'kvCpuTimes', title: 'KV per CPU-second, with one', unit: '×', better: 'higher' },
  ],
  async run(run) {
    const most = Math.min(MOST_READERS, Math.max(1, availableParallelism() - 1));
    const notes: string[] = [];
    const rates: Rates[] = [];
    for (let readers = 0; readers <= most; readers += 1) {
      run.say(`${readers} readers`);
      const rate = await ratesOf(run, readers);
      rates.push(rate);
      notes.push(`${readers} readers: KV ${shown(rate.kv)}, health ${shown(rate.health)}`);
    }
    const [none, one] = rates;
    if (none === undefined || one === undefined) throw new Error('nothing was measured');
    const perCpuSecond = ({ kv, usage }: Rates): number => kv.requests / usage.serverCpuSeconds;
    return {
      values: {
        kvTimes: one.kv.perSecond / none.kv.perSecond,
        healthTimes: one.health.perSecond / none.health.perSecond,
        kvCpuTimes: perCpuSecond(one) / perCpuSecond(none),
      },
      usage: one.usage,
      notes,
    };
  },
};

function shown({ perSecond, p99Ms }: WrkResult): string {
  return `${Math.round(perSecond)}/s (p99 ${p99Ms.toFixed(1)} ms)`;
}
