// Makes the compiled code of the bundles under dist/program, which V8 takes at the next start instead of compiling them again:
// a copy of the program is started as users start it, asked a few things, and each thread writes what it has compiled by then.
// It belongs to this version of node, started with the launcher's flags; any other compiles for itself.
// `node bundling/code-cache.mjs [directory]`: where `lictor` and dist lie; this project unless said.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const DIRECTORY = path.resolve(process.argv[2] ?? PROJECT);
const PROGRAM = path.join(DIRECTORY, 'dist/program');
/** Within the directory, so that packages are found. */
const COPY = path.join(DIRECTORY, 'dist/program-to-compile');
const COPIED_PROGRAM = path.join(COPY, 'dist/program');
const LOADER = 'load.cjs';
const WRITING_LOADER = 'load-and-write.cjs';
const DEADLINE_MS = 60_000;
const POLL_MS = 20;

function filesUnder(folder) {
  return fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name));
}

/** The files that stand for a bundle and have it loaded. */
function stubs() {
  return filesUnder(COPIED_PROGRAM)
    .filter((file) => file.endsWith('.js'))
    .map((file) => ({ file, text: fs.readFileSync(file, 'utf8') }))
    .filter(({ text }) => text.startsWith('require('));
}

/** What loads its bundle in the program has it written, too, in the copy. Answers how many do. */
function copyProgram() {
  fs.rmSync(COPY, { recursive: true, force: true });
  fs.cpSync(PROGRAM, COPIED_PROGRAM, { recursive: true, filter: (file) => !file.endsWith('.code') });
  fs.copyFileSync(path.join(PROJECT, 'bundling', WRITING_LOADER), path.join(COPIED_PROGRAM, WRITING_LOADER));
  fs.copyFileSync(path.join(DIRECTORY, 'lictor'), path.join(COPY, 'lictor'));
  const changed = stubs();
  for (const { file, text } of changed) fs.writeFileSync(file, text.replace(LOADER, WRITING_LOADER));
  return changed.length;
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function until(what, condition) {
  const end = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${DEADLINE_MS / 1000} s`);
    await delay(POLL_MS);
  }
}

function start(args) {
  return spawn(path.join(COPY, 'lictor'), args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function runCommand(args) {
  const [code] = await once(start(args), 'exit');
  if (code !== 0) throw new Error(`lictor ${args.join(' ')}: exit code ${code}`);
}

function written() {
  return filesUnder(COPIED_PROGRAM).filter((file) => file.endsWith('.code'));
}

/** A server is led, a key written and read, a check run: what most agents do first. */
async function useAgent(agent, address, programs) {
  const url = (name) => `http://${address}/v1/${name}`;
  const text = async (name) => {
    if (agent.exitCode !== null) throw new Error(`the agent ended with code ${agent.exitCode}`);
    const answer = await fetch(url(name)).catch(() => null);
    return answer?.ok ? await answer.text() : '';
  };
  const put = (name, body) => fetch(url(name), { method: 'PUT', body });
  await until('a leader', async () => (await text('status/leader')).includes(':'));
  await put('kv/a', 'b');
  await put('agent/check/register', JSON.stringify({ Name: 'a', TCP: address, Interval: '1s' }));
  await until('a passing check', async () => (await text('agent/checks')).includes('"passing"'));
  await runCommand(['kv', 'get', `-http-addr=http://${address}`, 'a']);
  agent.kill('SIGUSR2');
  await until('the compiled code', () => written().length === programs);
}

const programs = copyProgram();
const [http, dns, lan, wan, server] = await Promise.all([1, 2, 3, 4, 5].map(freePort));
const agent = start(
  ['agent', '-dev', '-grpc-port=-1', '-log-level=err', `-http-port=${http}`, `-dns-port=${dns}`].concat([
    `-serf-lan-port=${lan}`,
    `-serf-wan-port=${wan}`,
    `-server-port=${server}`,
  ]),
);
const ended = once(agent, 'exit');
try {
  await useAgent(agent, `127.0.0.1:${http}`, programs);
  for (const file of written()) fs.copyFileSync(file, path.join(PROGRAM, path.relative(COPIED_PROGRAM, file)));
} finally {
  agent.kill('SIGKILL');
  await ended;
  fs.rmSync(COPY, { recursive: true, force: true });
}
