// Makes the compiled code of the bundles under dist/program, which V8 takes at the next start instead of compiling them again:
// a copy of the program is started as users start it, asked a few things, and each thread writes what it has compiled by then.
// What is compiled belongs to this version of node; another one compiles for itself.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = path.join(PROJECT, 'dist/program');
/** Beside it, so that packages are found. */
const COPY = path.join(PROJECT, 'dist/program-to-compile');
const DEADLINE_MS = 60_000;
const POLL_MS = 50;

const AGENT_PROGRAMS = 3;

function copyProgram() {
  fs.rmSync(COPY, { recursive: true, force: true });
  fs.cpSync(PROGRAM, path.join(COPY, 'dist/program'), { recursive: true });
  fs.renameSync(path.join(COPY, 'dist/program/load.cjs'), path.join(COPY, 'dist/program/load-only.cjs'));
  fs.copyFileSync(path.join(PROJECT, 'bundling/load-and-write.cjs'), path.join(COPY, 'dist/program/load.cjs'));
  fs.copyFileSync(path.join(PROJECT, 'lictor'), path.join(COPY, 'lictor'));
}

function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  return once(server, 'listening').then(async () => {
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
  });
}

async function until(what, condition) {
  const end = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${DEADLINE_MS / 1000} s`);
    await delay(POLL_MS);
  }
}

async function run(args, env) {
  const child = spawn(path.join(COPY, 'lictor'), args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`lictor ${args.join(' ')}: exit code ${code}`);
}

async function runAgent() {
  const [http, dns, lan, wan, server] = await Promise.all([1, 2, 3, 4, 5].map(freePort));
  const flags = [
    `-http-port=${http}`,
    `-dns-port=${dns}`,
    `-serf-lan-port=${lan}`,
    `-serf-wan-port=${wan}`,
    `-server-port=${server}`,
  ];
  const agent = spawn(path.join(COPY, 'lictor'), ['agent', '-dev', '-grpc-port=-1', '-log-level=err', ...flags], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(agent, 'exit');
  try {
    const base = `http://127.0.0.1:${http}/v1`;
    await until('a leader', async () => {
      if (agent.exitCode !== null) throw new Error('the agent ended');
      const answer = await fetch(`${base}/status/leader`).catch(() => null);
      return answer?.ok === true && (await answer.text()).includes(':');
    });
    await fetch(`${base}/kv/a`, { method: 'PUT', body: 'b' });
    agent.kill('SIGUSR2');
    const env = { CONSUL_HTTP_ADDR: `127.0.0.1:${http}` };
    await run(['kv', 'get', 'a'], env);
    await until('compiled code', () => written().length === AGENT_PROGRAMS + 1);
  } finally {
    agent.kill('SIGTERM');
    await ended;
  }
}

function written() {
  return fs.readdirSync(path.join(COPY, 'dist/program'), { recursive: true }).filter((name) => name.endsWith('.code'));
}

copyProgram();
await runAgent();
for (const file of written()) fs.copyFileSync(path.join(COPY, 'dist/program', file), path.join(PROGRAM, file));
fs.rmSync(COPY, { recursive: true, force: true });
