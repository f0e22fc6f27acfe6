// What main's event loop is late by while everything else is at work at once: reads and writes over HTTP as fast as they go,
// checks every second, and a pool of a thousand members that gossips and is brought to the catalog. Failure detection lives
// on main, and nothing slow anywhere may delay it.

import fs from 'node:fs';
import path from 'node:path';
import { freePorts } from '../../test/ports.js';
import { type Agent, delay } from '../agent.js';
import { openCrowd } from '../load/crowd.js';
import { underLoad } from '../load-usage.js';
import type { Row, Run } from '../row.js';
import { type WrkResult, wrk } from '../wrk.js';
import { joinCrowd } from './gossip.js';
import { loopDelays, PUT_SCRIPT, VALUE } from './kv.js';

const MEMBERS = 1_000;
const CHECKS = 200;
const READERS = 32;
const WRITERS = 32;
const READ = '/v1/kv/read';
const SECONDS = 10;

/** A connection is refused at once, so that each check is a real attempt and costs nobody else anything. */
async function registerChecks(agent: Agent): Promise<void> {
  const [closedPort = 0] = await freePorts(1);
  for (let number = 0; number < CHECKS; number += 1) {
    const check = { Name: `check-${number}`, HTTP: `http://127.0.0.1:${closedPort}/`, Interval: '1s' };
    await agent.put('/v1/agent/check/register', JSON.stringify(check));
  }
}

function makeLoad(run: Run, agent: Agent): (seconds: number) => Promise<readonly [WrkResult, WrkResult]> {
  const [reads, writes] = ['reads', 'writes'].map((name) => {
    const directory = path.join(run.directory, name);
    fs.mkdirSync(directory);
    return directory;
  }) as [string, string];
  return (seconds) =>
    Promise.all([
      wrk({ url: `${agent.url}${READ}`, connections: READERS, seconds, directory: reads }),
      wrk({ url: agent.url, connections: WRITERS, seconds, script: PUT_SCRIPT, directory: writes }),
    ]);
}

export const allBusyRow: Row = {
  id: 'all-busy',
  what: `main's event-loop delay with ${MEMBERS.toLocaleString('en')} members, ${CHECKS} checks a second, reads and writes at once`,
  dependsOnEngine: false,
  hasPeer: false,
  metrics: [
    { key: 'mainP99Ms', title: 'main p99', unit: 'ms', better: 'lower', goal: { kind: 'at-most', value: 10 } },
    { key: 'mainMaxMs', title: "main's longest hold", unit: 'ms', better: 'lower' },
    { key: 'stateP99Ms', title: 'state p99', unit: 'ms', better: 'lower' },
    { key: 'raftP99Ms', title: 'raft p99', unit: 'ms', better: 'lower' },
    { key: 'checksP99Ms', title: 'checks p99', unit: 'ms', better: 'lower' },
    { key: 'readsPerSecond', title: 'reads', unit: '/s', better: 'higher' },
    { key: 'writesPerSecond', title: 'writes', unit: '/s', better: 'higher' },
  ],
  async run(run) {
    const agent = await run.startAgent({ mode: 'server' });
    const crowd = await openCrowd(MEMBERS);
    try {
      await agent.put(READ, VALUE);
      await registerChecks(agent);
      run.say('the members join');
      await joinCrowd(agent, crowd, MEMBERS, () => Promise.resolve());
      const load = makeLoad(run, agent);
      run.say('warm-up');
      await load(run.warmUpSeconds);
      const seconds = Math.max(run.seconds, SECONDS);
      const worst = { p99: new Map<string, number>(), max: new Map<string, number>() };
      const watch = async (): Promise<void> => {
        // The last reading is due before the load ends: what comes behind it is an idle agent.
        for (let second = 1; second < seconds; second += 1) {
          await delay(1000);
          const metrics = await agent.json('/v1/agent/metrics');
          for (const quantile of ['p99', 'max'] as const) {
            for (const [thread, ms] of loopDelays(metrics, quantile)) {
              const name = thread.replace(/-\d+$/, '');
              worst[quantile].set(name, Math.max(ms, worst[quantile].get(name) ?? 0));
            }
          }
        }
      };
      const { result, usage } = await underLoad(agent.pid, () => Promise.all([load(seconds), watch()]));
      const [[reads, writes]] = result;
      const of = (quantile: 'p99' | 'max', thread: string): number => {
        const ms = worst[quantile].get(thread);
        if (ms === undefined) throw new Error(`no gauges of ${thread}'s event-loop delay in /v1/agent/metrics`);
        return ms;
      };
      return {
        values: {
          mainP99Ms: of('p99', 'main'),
          mainMaxMs: of('max', 'main'),
          stateP99Ms: of('p99', 'state'),
          raftP99Ms: of('p99', 'raft'),
          checksP99Ms: of('p99', 'checks'),
          readsPerSecond: reads.perSecond,
          writesPerSecond: writes.perSecond,
        },
        usage,
      };
    } finally {
      await crowd.close();
    }
  },
};
