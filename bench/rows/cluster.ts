// Rows 5, 7, 18, 19 and the stopped leader: three servers on one machine. What a write costs at the leader and at a follower, what
// a read that is passed on costs, how soon there is a leader, and how long writers have none when it is killed, or stopped.

import { type Agent, delay } from '../agent.js';
import { leaderOf, startCluster, startServers } from '../cluster.js';
import { underLoad } from '../load-usage.js';
import type { Row, Run } from '../row.js';
import { type WrkResult, wrk } from '../wrk.js';
import { CONNECTIONS, PUT_SCRIPT, VALUE } from './kv.js';
import { throughputSample } from './throughput.js';

const KEY = '/v1/kv/bench/one';
/** Between two tries of the writer while nobody leads. */
const PAUSE_MS = 5;
const GAP_DEADLINE_MS = 60_000;

/** The longest time from one write that came through to the next, with the loss of the leader between them. */
async function gapWithout(writer: Agent, lose: () => Promise<void> | void): Promise<number> {
  const write = (value: number): Promise<boolean> =>
    writer.put(KEY, String(value)).then(
      () => true,
      () => false,
    );
  if (!(await write(0))) throw new Error('the follower takes no write');
  const since = performance.now();
  const lost = lose();
  for (let value = 1; !(await write(value)); value += 1) {
    if (performance.now() - since > GAP_DEADLINE_MS) throw new Error('no write came through any more');
    await delay(PAUSE_MS);
  }
  const gapMs = performance.now() - since;
  await lost;
  return gapMs;
}

function puts(run: Run, { url }: Agent, seconds: number): Promise<WrkResult> {
  return wrk({ url, connections: CONNECTIONS, seconds, script: PUT_SCRIPT, directory: run.directory });
}

export const clusterRows: readonly Row[] = [
  {
    id: '5',
    what: 'KV PUT 64 B, 64 connections, three servers on one machine',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'leaderPerSecond',
        title: 'at the leader',
        unit: '/s',
        better: 'higher',
        recorded: 6_100,
        scaledBy: 'net',
        goal: { kind: 'times-peer', factor: 2 },
      },
      { key: 'leaderPerCpuSecond', title: 'leader, per CPU-second of all three', unit: '/s', better: 'higher' },
      { key: 'leaderP99Ms', title: 'leader, p99', unit: 'ms', better: 'lower' },
      {
        key: 'followerPerSecond',
        title: 'at a follower',
        unit: '/s',
        better: 'higher',
        recorded: 5_800,
        scaledBy: 'net',
        goal: { kind: 'times-peer', factor: 2 },
      },
      { key: 'followerPerCpuSecond', title: 'follower, per CPU-second of all three', unit: '/s', better: 'higher' },
      { key: 'followerP99Ms', title: 'follower, p99', unit: 'ms', better: 'lower' },
    ],
    async run(run) {
      const { leader, follower, pids } = await startCluster(run);
      run.say('warm-up');
      await puts(run, leader, run.warmUpSeconds);
      await puts(run, follower, run.warmUpSeconds);
      run.say('at the leader');
      const led = throughputSample(await underLoad(pids, () => puts(run, leader, run.seconds)));
      run.say('at a follower');
      const passedOn = throughputSample(await underLoad(pids, () => puts(run, follower, run.seconds)));
      return {
        ...passedOn,
        values: {
          leaderPerSecond: led.values['perSecond'] ?? 0,
          leaderPerCpuSecond: led.values['perCpuSecond'] ?? 0,
          leaderP99Ms: led.values['p99Ms'] ?? 0,
          followerPerSecond: passedOn.values['perSecond'] ?? 0,
          followerPerCpuSecond: passedOn.values['perCpuSecond'] ?? 0,
          followerP99Ms: passedOn.values['p99Ms'] ?? 0,
        },
      };
    },
  },
  {
    id: '7',
    what: 'KV GET at a follower, default consistency (passed on to the leader), 64 connections',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'perSecond',
        title: 'rate',
        unit: '/s',
        better: 'higher',
        recorded: 13_500,
        scaledBy: 'net',
        goal: { kind: 'times-peer', factor: 2 },
      },
      { key: 'perCpuSecond', title: 'per CPU-second of all three', unit: '/s', better: 'higher' },
      { key: 'p99Ms', title: 'p99', unit: 'ms', better: 'lower' },
    ],
    async run(run) {
      const { leader, follower, pids } = await startCluster(run);
      await leader.put(KEY, VALUE);
      const load = (seconds: number): Promise<WrkResult> =>
        wrk({ url: `${follower.url}${KEY}`, connections: CONNECTIONS, seconds, directory: run.directory });
      run.say('warm-up');
      await load(run.warmUpSeconds);
      return throughputSample(await underLoad(pids, () => load(run.seconds)));
    },
  },
  {
    id: '18',
    what: 'three servers started together with -bootstrap-expect 3 -retry-join, until all name a leader',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'seconds',
        title: 'time',
        unit: 's',
        better: 'lower',
        recorded: 40,
        goal: { kind: 'at-most', value: 3 },
      },
    ],
    async run(run) {
      const { servers } = await startServers(run, {});
      await leaderOf(servers);
      const first = Math.min(...servers.map(({ startedAt }) => startedAt));
      return { values: { seconds: (performance.now() - first) / 1000 } };
    },
  },
  {
    id: '19',
    what: 'kill -9 of the leader of three, default settings: longest gap for a writer at a follower',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'seconds',
        title: 'gap',
        unit: 's',
        better: 'lower',
        recorded: 11.9,
        goal: { kind: 'at-most', value: 2 },
      },
    ],
    async run(run) {
      const { leader, follower } = await startCluster(run);
      return { values: { seconds: (await gapWithout(follower, () => leader.kill())) / 1000 } };
    },
  },
  {
    id: 'stopped-leader',
    what: 'as row 19, but SIGSTOP: no connection ends, and the machine looks well',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [{ key: 'seconds', title: 'gap', unit: 's', better: 'lower', goal: { kind: 'at-most', value: 5 } }],
    async run(run) {
      const { leader, follower } = await startCluster(run);
      return { values: { seconds: (await gapWithout(follower, () => leader.freeze())) / 1000 } };
    },
  },
];
