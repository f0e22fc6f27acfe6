// What a `-dev` start costs (row 17), for several lictors in turns: the CPU of each thread until a leader is named, which says
// something on a busy machine, too, and the time by the clock. `node dist/bench/micro/starts.js ROUNDS PATH...`: paths of
// launchers, this project's by default.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryRoot } from '../../test/data.js';
import { freePorts } from '../../test/ports.js';
import { summarize } from '../report/statistics.js';

interface Start {
  readonly clockMs: number;
  /** CPU by thread, main first. */
  readonly threadMs: readonly number[];
}

const POLL_MS = 4;
const DEADLINE_MS = 60_000;
const NANOSECONDS_PER_MS = 1e6;

async function namesLeader(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/status/leader`).catch(() => null);
  return answer?.ok === true && (await answer.text()).includes(':');
}

function threadTimes({ pid }: ChildProcess): number[] {
  const folder = `/proc/${pid}/task`;
  return fs.readdirSync(folder).map((thread) => {
    const [onCpu = '0'] = fs.readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ');
    return Number(onCpu) / NANOSECONDS_PER_MS;
  });
}

async function start(launcher: string): Promise<Start> {
  const [http = 0, dns = 0, lan = 0, wan = 0, server = 0] = await freePorts(5);
  const ports = [`-http-port=${http}`, `-dns-port=${dns}`, `-serf-lan-port=${lan}`, `-serf-wan-port=${wan}`];
  const begun = performance.now();
  const agent = spawn(launcher, ['agent', '-dev', ...ports, `-server-port=${server}`, '-grpc-port=-1'], {
    stdio: 'ignore',
  });
  const ended = once(agent, 'exit');
  try {
    while (!(await namesLeader(http))) {
      if (agent.exitCode !== null) throw new Error(`${launcher} ended with code ${agent.exitCode}`);
      if (performance.now() - begun > DEADLINE_MS) throw new Error(`${launcher} names no leader`);
      await delay(POLL_MS);
    }
    return { clockMs: performance.now() - begun, threadMs: threadTimes(agent) };
  } finally {
    agent.kill('SIGKILL');
    await ended;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const [rounds = '5', ...paths] = process.argv.slice(2);
const launchers = paths.length > 0 ? paths : [path.join(repositoryRoot, 'lictor')];
const starts = new Map(launchers.map((launcher): [string, Start[]] => [launcher, []]));
for (let round = 0; round < Number(rounds); round += 1) {
  for (const [launcher, done] of starts) done.push(await start(launcher));
}
for (const [launcher, done] of starts) {
  const cpu = summarize(done.map(({ threadMs }) => sum(threadMs)));
  const main = summarize(done.map(({ threadMs }) => threadMs[0] ?? 0));
  const clock = summarize(done.map(({ clockMs }) => clockMs));
  console.log(
    `${launcher}: CPU ${cpu.median.toFixed(0)} ms, of it main ${main.median.toFixed(0)}; by the clock ${clock.median.toFixed(0)} ms, least ${clock.min.toFixed(0)}`,
  );
}
