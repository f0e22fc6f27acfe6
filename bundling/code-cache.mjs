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
/** What of the environment changes what Node compiles, or what a command does. */
const ABOUT_PROGRAMS = /^(NODE|CONSUL|LICTOR)_/;
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

/** The same whoever builds: not with another's options for Node, token or address. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ABOUT_PROGRAMS.test(name)));
}

function start(args) {
  return spawn(path.join(COPY, 'lictor'), args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment() });
}

async function runCommand(args) {
  const [code] = await once(start(args), 'exit');
  if (code !== 0) throw new Error(`lictor ${args.join(' ')}: exit code ${code}`);
}

function written() {
  return filesUnder(COPIED_PROGRAM).filter((file) => file.endsWith('.code'));
}

const textOf = async (agent, url) => {
  if (agent.exitCode !== null) throw new Error(`the agent ended with code ${agent.exitCode}`);
  const answer = await fetch(url).catch(() => null);
  return answer?.ok ? await answer.text() : '';
};

/** A server leads, or is known, a key is written and read, a check run: what most agents do first. Answers how it is ended. */
async function useAgent(args, http) {
  const agent = start([...args, '-grpc-port=-1', '-log-level=err', `-http-port=${http}`]);
  const ended = once(agent, 'exit');
  const end = async () => {
    agent.kill('SIGKILL');
    await ended;
  };
  const address = `127.0.0.1:${http}`;
  const url = (name) => `http://${address}/v1/${name}`;
  const put = (name, body) => fetch(url(name), { method: 'PUT', body });
  try {
    await until('a leader', async () => (await textOf(agent, url('status/leader'))).includes(':'));
    await put('kv/a', 'b');
    await put('agent/check/register', JSON.stringify({ Name: 'a', TCP: address, Interval: '1s' }));
    await until('a passing check', async () => (await textOf(agent, url('agent/checks'))).includes('"passing"'));
    await runCommand(['kv', 'get', `-http-addr=http://${address}`, 'a']);
    agent.kill('SIGUSR2');
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}

// A reader compiles for itself: it begins beside a server that has started, and not on every machine. So do logins, which few use.
const programs = copyProgram() - 2;
const [http, dns, lan, wan, server, clientHttp, clientDns, clientLan] = await Promise.all(
  [1, 2, 3, 4, 5, 6, 7, 8].map(freePort),
);
const serverPorts = [`-dns-port=${dns}`, `-serf-lan-port=${lan}`, `-serf-wan-port=${wan}`, `-server-port=${server}`];
const clientPorts = [`-dns-port=${clientDns}`, `-serf-lan-port=${clientLan}`, `-server-port=${server}`];
const client = ['agent', '-node=client', '-bind=127.0.0.1', `-data-dir=${path.join(COPY, 'data')}`];
const ends = [];
try {
  ends.push(await useAgent(['agent', '-dev', '-hcl=performance { reader_workers = 0 }', ...serverPorts], http));
  // All but a client agent's.
  await until('the compiled code', () => written().length === programs - 1);
  ends.push(await useAgent([...client, `-retry-join=127.0.0.1:${lan}`, ...clientPorts], clientHttp));
  await until('the compiled code', () => written().length === programs);
  for (const file of written()) fs.copyFileSync(file, path.join(PROGRAM, path.relative(COPIED_PROGRAM, file)));
} finally {
  for (const end of ends) await end();
  fs.rmSync(COPY, { recursive: true, force: true });
}
