// What a large gossip pool costs an agent that is a member of it and is asked nothing.

import { type Agent, delay, waitFor } from '../agent.js';
import { type Crowd, openCrowd } from '../load/crowd.js';
import { readThreads } from '../process-usage.js';
import type { Row } from '../row.js';
import { loopDelays } from './kv.js';

const MEMBERS = 10_000;
const SETTLE_MS = 15_000;
const WATCH_SECONDS = 30;
const JOIN_DEADLINE_MS = 60_000;

/** Main is the thread that has the process's own number. */
function mainSeconds(pid: number): number {
  return readThreads(pid).get(String(pid))?.seconds ?? 0;
}

/** Until the agent knows them all; `watch` is called again and again meanwhile. */
export async function joinCrowd(
  agent: Agent,
  crowd: Crowd,
  members: number,
  watch: () => Promise<void>,
): Promise<void> {
  await agent.put(`/v1/agent/join/${crowd.address}`, '');
  const known = async (): Promise<boolean> => {
    await watch();
    const self = (await agent.json('/v1/agent/self')) as { Stats: { serf_lan: { members: string } } };
    return Number(self.Stats.serf_lan.members) > members;
  };
  await waitFor(known, 'the agent to know all members', JOIN_DEADLINE_MS, 500);
}

export const gossipRows: readonly Row[] = [
  {
    id: 'members',
    what: `a client agent that knows ${MEMBERS} members, at rest`,
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      { key: 'rssMb', title: 'RSS added', unit: 'MB', better: 'lower', goal: { kind: 'at-most', value: 25 } },
      { key: 'mainMs', title: 'main, CPU a second', unit: 'ms', better: 'lower', goal: { kind: 'at-most', value: 50 } },
      {
        key: 'holdMs',
        title: "main's longest hold while it joins",
        unit: 'ms',
        better: 'lower',
        goal: { kind: 'at-most', value: 20 },
      },
    ],
    async run(run) {
      const agent = await run.startAgent({ mode: 'client' });
      const crowd = await openCrowd(MEMBERS);
      try {
        await delay(SETTLE_MS);
        const before = agent.memory().rssBytes;
        const holds: number[] = [];
        await joinCrowd(agent, crowd, MEMBERS, async () => {
          holds.push(loopDelays(await agent.json('/v1/agent/metrics'), 'max').get('main') ?? 0);
        });
        await delay(SETTLE_MS);
        holds.push(loopDelays(await agent.json('/v1/agent/metrics'), 'max').get('main') ?? 0);
        const cpuBefore = mainSeconds(agent.pid);
        await delay(WATCH_SECONDS * 1000);
        const mainMs = ((mainSeconds(agent.pid) - cpuBefore) / WATCH_SECONDS) * 1000;
        const rssMb = (agent.memory().rssBytes - before) / 1e6;
        return { values: { rssMb, mainMs, holdMs: Math.max(...holds) } };
      } finally {
        await crowd.close();
      }
    },
  },
];
