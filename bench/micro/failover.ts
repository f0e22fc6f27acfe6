// Three servers on loopback with default settings: how long after their start there is a leader (row 18 of the reference figures),
// and how long a writer at a follower gets no write through when the leader is killed with -9 (row 19), or stopped with SIGSTOP:
// then no connection ends, and its machine looks well.
//
//   npm run build && node dist/bench/micro/failover.js [kills [stops]]

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type AgentPorts, type AgentProcess, choosePorts, startAgent, waitFor } from '../../test/agent-process.js';

const KILLS = Number(process.argv[2] ?? 10);
const STOPS = Number(process.argv[3] ?? KILLS);
const STARTS = 3;
const NODES = ['one', 'two', 'three'] as const;
/** Between two tries of the writer. */
const PAUSE_MS = 5;
const POLL_MS = 10;

interface Server {
  readonly node: string;
  readonly ports: AgentPorts;
  agent: AgentProcess;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function start(node: string, ports: AgentPorts, all: readonly AgentPorts[], folder: string): Promise<AgentProcess> {
  const join = all.map(({ serfLan }) => `-retry-join=127.0.0.1:${serfLan}`);
  const args = ['-server', '-bootstrap-expect=3', `-data-dir=${folder}/${node}`, ...join];
  return startAgent({ node, ports, args, waitForLeader: false });
}

async function leaderSeenBy({ agent }: Server): Promise<string> {
  const answer = await agent.request('GET', '/v1/status/leader').catch(() => null);
  return answer?.status === 200 ? answer.text.replaceAll('"', '').trim() : '';
}

async function startAll(folder: string): Promise<{ servers: Server[]; electedMs: number }> {
  const all = await Promise.all(NODES.map(() => choosePorts()));
  const since = performance.now();
  const servers = await Promise.all(
    NODES.map(async (node, i) => {
      const ports = all[i] as AgentPorts;
      return { node, ports, agent: await start(node, ports, all, folder) };
    }),
  );
  while ((await Promise.all(servers.map(leaderSeenBy))).includes('')) await delay(POLL_MS);
  return { servers, electedMs: performance.now() - since };
}

async function put(server: Server, key: string): Promise<boolean> {
  const answer = await server.agent.request('PUT', `/v1/kv/${key}`, 'x').catch(() => null);
  return answer?.status === 200 && answer.text.trim() === 'true';
}

async function leaderAmong(servers: readonly Server[]): Promise<Server> {
  let found: Server | undefined;
  await waitFor(async () => {
    const seen = await Promise.all(servers.map(leaderSeenBy));
    found = servers.find(({ ports }) => seen.every((address) => address.endsWith(`:${ports.server}`)));
    return found !== undefined;
  }, 'a leader that all name');
  return found as Server;
}

/** Who was away for long lost its vote, and gets it back once it has been well for some time. */
async function allVote(servers: readonly Server[]): Promise<void> {
  await waitFor(async () => {
    const answers = await Promise.all(
      servers.map(({ agent }) => agent.request('GET', '/v1/operator/raft/configuration?stale').catch(() => null)),
    );
    return answers.every((answer) => (answer?.text.match(/"Voter":\s*true/g) ?? []).length === servers.length);
  }, 'a vote for each server');
}

/** How long a writer at a follower gets no write through, from when `lose` is done to the leader. */
async function gapOf(servers: readonly Server[], lose: (leader: Server) => void): Promise<number> {
  await allVote(servers);
  const leader = await leaderAmong(servers);
  const asked = servers.find((server) => server !== leader) as Server;
  if (!(await put(asked, 'before'))) throw new Error('a follower takes no write');
  lose(leader);
  const lostMs = performance.now();
  for (let i = 0; !(await put(asked, `after-${i}`)); i += 1) await delay(PAUSE_MS);
  return performance.now() - lostMs;
}

function figures(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b).map(Math.round);
  return `median ${sorted[sorted.length >> 1]} ms, ${sorted[0]} to ${sorted.at(-1)} ms`;
}

async function cluster<T>(work: (folder: string, started: Server[]) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-failover-'));
  const started: Server[] = [];
  try {
    return await work(folder, started);
  } finally {
    await Promise.all(started.map(({ agent }) => agent.kill()));
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function kill(servers: readonly Server[], folder: string): Promise<number> {
  const gapMs = await gapOf(servers, ({ agent }) => void agent.kill());
  await waitFor(() => servers.some(({ agent }) => agent.exited !== null), 'the end of the leader that was killed');
  const dead = servers.find(({ agent }) => agent.exited !== null) as Server;
  const all = servers.map(({ ports }) => ports);
  dead.agent = await start(dead.node, dead.ports, all, folder);
  await leaderAmong(servers);
  await waitFor(() => put(dead, 'back'), 'the server that is back to take a write');
  return gapMs;
}

async function stop(servers: readonly Server[]): Promise<number> {
  let stopped: Server | undefined;
  const gapMs = await gapOf(servers, (leader) => {
    stopped = leader;
    leader.agent.child.kill('SIGSTOP');
  });
  stopped?.agent.child.kill('SIGCONT');
  await leaderAmong(servers);
  return gapMs;
}

const elected: number[] = [];
const killGaps: number[] = [];
const stopGaps: number[] = [];
for (let round = 0; round < STARTS; round += 1) {
  const isLast = round === STARTS - 1;
  await cluster(async (folder, started) => {
    const { servers, electedMs } = await startAll(folder);
    started.push(...servers);
    elected.push(electedMs);
    console.log(`start ${round + 1}: a leader after ${Math.round(electedMs)} ms`);
    for (let i = 1; isLast && i <= KILLS; i += 1) {
      killGaps.push(await kill(servers, folder));
      console.log(`kill ${i}: ${Math.round(killGaps.at(-1) ?? 0)} ms`);
    }
    for (let i = 1; isLast && i <= STOPS; i += 1) {
      stopGaps.push(await stop(servers));
      console.log(`stop ${i}: ${Math.round(stopGaps.at(-1) ?? 0)} ms`);
    }
  });
}
console.log(`start to leader: ${figures(elected)}`);
if (KILLS > 0) console.log(`without a write after kill -9: ${figures(killGaps)}`);
if (STOPS > 0) console.log(`without a write after SIGSTOP: ${figures(stopGaps)}`);
