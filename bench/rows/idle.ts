// Rows 16 and 17: what an agent takes that nobody asks anything, and how soon it can be asked.

import net from 'node:net';
import { type Agent, delay } from '../agent.js';
import { underLoad } from '../load-usage.js';
import type { Row } from '../row.js';

const IDLE_MS = 10_000;
const POLL_MS = 2;
const START_DEADLINE_MS = 60_000;
const QUESTION = 'GET /v1/status/leader HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';

/** True once the agent names a leader. One connection an attempt: there may be nobody to connect to yet. */
function namesLeader(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(QUESTION));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(/^HTTP\/1\.1 200 /.test(answer) && /"[^"]+:\d+"\s*$/.test(answer)));
  });
}

async function untilLeader(agent: Agent): Promise<void> {
  const until = performance.now() + START_DEADLINE_MS;
  while (!(await namesLeader(agent.ports.http))) {
    if (!agent.running) throw new Error(`the agent ended while it was started\n${agent.logTail()}`);
    if (performance.now() > until) throw new Error(`no leader after ${START_DEADLINE_MS / 1000} s\n${agent.logTail()}`);
    await delay(POLL_MS);
  }
}

export const idleRows: readonly Row[] = [
  {
    id: '16',
    what: `RSS of an idle agent, ${IDLE_MS / 1000} s after its start`,
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'serverMb',
        title: 'server',
        unit: 'MB',
        better: 'lower',
        recorded: 118,
        goal: { kind: 'at-most', value: 100 },
      },
      {
        key: 'clientMb',
        title: 'client',
        unit: 'MB',
        better: 'lower',
        recorded: 110,
        goal: { kind: 'at-most', value: 70 },
      },
    ],
    async run(run) {
      const server = await run.startAgent({ mode: 'server' });
      const client = await run.startAgent({ mode: 'client' });
      await delay(IDLE_MS);
      return {
        values: { serverMb: server.memory().rssBytes / 1e6, clientMb: client.memory().rssBytes / 1e6 },
      };
    },
  },
  {
    id: '17',
    what: '-dev start until /v1/status/leader answers',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'seconds',
        title: 'time',
        unit: 's',
        better: 'lower',
        recorded: 0.1,
        goal: { kind: 'at-most', value: 0.5 },
      },
    ],
    async run(run) {
      const agent = await run.startAgent({ mode: 'dev', waitFor: 'nothing' });
      const { result, usage } = await underLoad(agent.pid, async () => {
        await untilLeader(agent);
        return performance.now() - agent.startedAt;
      });
      return { values: { seconds: result / 1000 }, usage };
    },
  },
];
