// A large fleet at the servers' ports: thousands of connections as client agents hold them, each with one blocking query. What a
// connection costs the servers while it waits, and how long a change takes to reach all.

import { type Agent, delay } from '../agent.js';
import { startCluster } from '../cluster.js';
import { absoluteMs, LoadProcess } from '../load/load-process.js';
import type { RpcWaitCommand, RpcWaitResult } from '../load/rpc-wait-client.js';
import { underLoad } from '../load-usage.js';
import type { Row, Run, Sample } from '../row.js';
import { settledRss } from '../settled-memory.js';

const CONNECTIONS = 20_000;
/** A process may not have more descriptors than half of them. */
const LOAD_PROCESSES = 4;
const KEY = 'bench/watched';
/** From the last request sent to all of them waiting. */
const ARRIVE_MS = 2_000;
const REST_SECONDS = 20;

type Waiters = LoadProcess<RpcWaitCommand, RpcWaitResult>;

async function rssOf(servers: readonly Agent[]): Promise<number> {
  const each = await Promise.all(servers.map(settledRss));
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

async function measure(run: Run, waiters: readonly Waiters[]): Promise<Sample> {
  const limits = { rpc_max_conns_per_client: CONNECTIONS, http_max_conns_per_client: 1_000 };
  const { servers, leader, pids } = await startCluster(run, { limits });
  await leader.put(`/v1/kv/${KEY}`, 'v'.repeat(64));
  const [entry] = (await leader.json(`/v1/kv/${KEY}`)) as readonly { readonly ModifyIndex: number }[];
  const before = await rssOf(servers);
  run.say('connecting');
  const query = { method: 'KVS.Get', request: KEY, index: entry?.ModifyIndex ?? 0, consistency: 'default' } as const;
  const ports = servers.map((server) => server.ports.server);
  const count = CONNECTIONS / waiters.length;
  const connecting = await underLoad(pids, async () => {
    await Promise.all(waiters.map((one) => one.call({ do: 'wait', ports, count, ...query })));
    await delay(ARRIVE_MS);
  });
  run.say('settling');
  const after = await rssOf(servers);
  run.say('at rest');
  const { usage: rest } = await underLoad(pids, () => delay(REST_SECONDS * 1000));
  run.say('a change');
  await Promise.all(waiters.map((one) => one.call({ do: 'expect' })));
  const { result, usage } = await underLoad(pids, async () => {
    const beganMs = absoluteMs();
    await leader.put(`/v1/kv/${KEY}`, 'x'.repeat(64));
    const answers = await Promise.all(waiters.map((one) => one.call({ do: 'collect' })));
    return { beganMs, answers };
  });
  const { beganMs, answers } = result;
  const tookMs = answers.flatMap(({ answeredMs }) => answeredMs.map((ms) => ms - beganMs)).sort((a, b) => a - b);
  return {
    values: {
      perConnectionKb: (after - before) / CONNECTIONS / 1000,
      lastMs: tookMs.at(-1) ?? 0,
      medianMs: tookMs[tookMs.length >> 1] ?? 0,
      changeCpuMicros: (usage.serverCpuSeconds * 1e6) / CONNECTIONS,
      restCpuMs: (rest.serverCpuSeconds / REST_SECONDS) * 1000,
      connectCpuMicros: (connecting.usage.serverCpuSeconds * 1e6) / CONNECTIONS,
      clientCpuMicros: (answers.reduce((sum, { cpuMs }) => sum + cpuMs, 0) * 1e3) / CONNECTIONS,
      rssMb: after / 1e6,
    },
    usage: { ...usage, serverRssBytes: after },
  };
}

export const rpcWaitingRow: Row = {
  id: 'rpc-waiting',
  what: `${CONNECTIONS.toLocaleString('en')} RPC connections to three servers, one blocking query each`,
  dependsOnEngine: false,
  hasPeer: true,
  isOnlyNamed: true,
  metrics: [
    {
      key: 'perConnectionKb',
      title: 'memory a connection, servers together',
      unit: 'KB',
      better: 'lower',
      goal: { kind: 'at-most', value: 15 },
    },
    {
      key: 'lastMs',
      title: 'a change, last answer',
      unit: 'ms',
      better: 'lower',
      goal: { kind: 'at-most', value: 2000 },
    },
    { key: 'medianMs', title: 'a change, median answer', unit: 'ms', better: 'lower' },
    { key: 'changeCpuMicros', title: 'a change, CPU of servers an answer', unit: 'µs', better: 'lower' },
    { key: 'clientCpuMicros', title: 'a change, CPU of the load an answer', unit: 'µs', better: 'lower' },
    { key: 'restCpuMs', title: 'at rest, CPU of servers a second', unit: 'ms', better: 'lower' },
    { key: 'connectCpuMicros', title: 'connecting, CPU of servers each', unit: 'µs', better: 'lower' },
    { key: 'rssMb', title: 'RSS of the three servers', unit: 'MB', better: 'lower' },
  ],
  async run(run) {
    const program = new URL('../load/rpc-wait-client.js', import.meta.url);
    const waiters = Array.from({ length: LOAD_PROCESSES }, (): Waiters => new LoadProcess(program));
    try {
      return await measure(run, waiters);
    } finally {
      for (const one of waiters) one.stop();
    }
  },
};
