// What joining a large pool costs the agent that joins: how long it takes, and how long whoever probes it meanwhile waits for
// an answer. The pool is one socket (bench/load/crowd.ts) on a thread of its own; the agents are programs of their own, one
// after the other, so that two revisions, and Debian's `serf`, can be compared in one run.
// Usage: node dist/bench/micro/pool-join.js MEMBERS ROUNDS PROGRAM…   (a program is a path to `lictor`, or `serf`)

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { PING } from '../../src/main/gossip/wire/message-types.js';
import { ping } from '../../src/main/gossip/wire/messages.js';
import { readMessages } from '../../src/main/gossip/wire/packet-messages.js';
import { encode } from '../../src/msgpack/codec.js';
import { freePorts } from '../../test/ports.js';
import { startAgent, waitFor } from '../agent.js';
import { cleanUpAtExit, cleanUpLater, temporaryDirectory } from '../cleanup.js';
import { openCrowd } from '../load/crowd.js';
import { readCpu, readMemory, readThreads } from '../process-usage.js';

const run = promisify(execFile);
const PING_EVERY_MS = 5;
const READY_DEADLINE_MS = 30_000;
const JOIN_DEADLINE_MS = 60_000;

interface Subject {
  readonly pid: number;
  readonly gossipPort: number;
  /** Resolves when the states were exchanged and merged. */
  join(address: string): Promise<void>;
  stop(): Promise<void>;
}

async function startLictor(binary: string, directory: string): Promise<Subject> {
  const subject = { name: 'lictor', kind: 'lictor', binary: path.resolve(binary), engine: null } as const;
  const agent = await startAgent(
    subject,
    { mode: 'client', config: { log_level: 'warn' } },
    directory,
    () => undefined,
  );
  return {
    pid: agent.pid,
    gossipPort: agent.ports.serfLan,
    join: (address) => agent.put(`/v1/agent/join/${address}`, ''),
    stop: () => agent.kill(),
  };
}

async function startSerf(directory: string): Promise<Subject> {
  const [gossip = 0, commands = 0] = await freePorts(2);
  const rpc = `-rpc-addr=127.0.0.1:${commands}`;
  const snapshot = `-snapshot=${path.join(directory, 'snapshot')}`;
  const flags = ['-node=joiner', `-bind=127.0.0.1:${gossip}`, rpc, snapshot, '-profile=lan', '-log-level=warn'];
  const child: ChildProcess = spawn('serf', ['agent', ...flags], { stdio: 'ignore' });
  const remove = cleanUpLater(() => child.kill('SIGKILL'));
  const isReady = (): Promise<boolean> =>
    run('serf', ['info', rpc]).then(
      () => true,
      () => false,
    );
  await waitFor(isReady, 'serf to answer', READY_DEADLINE_MS);
  return {
    pid: child.pid ?? 0,
    gossipPort: gossip,
    join: async (address) => {
      await run('serf', ['join', rpc, address], { timeout: JOIN_DEADLINE_MS });
    },
    stop: async () => {
      remove();
      await once(child, 'exit');
    },
  };
}

/** Pings the port all the time. `stop` gives how long each answer took, and what was never answered. */
async function pingAlways(port: number): Promise<() => Promise<readonly number[]>> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const sent = new Map<number, number>();
  const tookMs: number[] = [];
  let sequence = 1_000_000;
  socket.on('message', (packet) => {
    const nowMs = performance.now();
    for (const message of readMessages(packet).messages) {
      if (message.type !== 'ack') continue;
      tookMs.push(nowMs - (sent.get(message.body.SeqNo) ?? nowMs));
      sent.delete(message.body.SeqNo);
    }
  });
  const timer = setInterval(() => {
    sequence += 1;
    const body = { SeqNo: sequence, Node: '', SourceAddr: null, SourcePort: 0, SourceNode: '' };
    sent.set(sequence, performance.now());
    socket.send(encode(ping, body, PING), port, '127.0.0.1');
  }, PING_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await waitFor(() => sent.size === 0, 'the last answers', 5_000).catch(() => undefined);
    socket.close();
    for (const [, atMs] of sent) tookMs.push(performance.now() - atMs);
    return tookMs.sort((a, b) => a - b);
  };
}

async function measure(program: string, address: string): Promise<void> {
  const { directory, remove } = temporaryDirectory();
  const subject = await (program === 'serf' ? startSerf(directory) : startLictor(program, directory));
  const stop = await pingAlways(subject.gossipPort);
  const before = readCpu(subject.pid).seconds;
  const mainBefore = readThreads(subject.pid).get(String(subject.pid))?.seconds ?? 0;
  const beganMs = performance.now();
  await subject.join(address);
  const tookMs = performance.now() - beganMs;
  const delays = await stop();
  const cpu = readCpu(subject.pid).seconds - before;
  const main = (readThreads(subject.pid).get(String(subject.pid))?.seconds ?? 0) - mainBefore;
  const worst = delays.at(-1) ?? 0;
  const p99 = delays[Math.floor(delays.length * 0.99)] ?? 0;
  const { peakRssBytes } = readMemory(subject.pid);
  await subject.stop();
  remove();
  console.log(
    `${program.padEnd(28)} join ${tookMs.toFixed(0).padStart(6)} ms; answer to a ping: worst ${worst.toFixed(1).padStart(6)} ms, ` +
      `p99 ${p99.toFixed(1).padStart(5)} ms; CPU ${cpu.toFixed(2)} s, main ${main.toFixed(2)} s; peak ${(peakRssBytes / 1e6).toFixed(0)} MB`,
  );
}

if (isMainThread) {
  cleanUpAtExit();
  const [members = '10000', rounds = '3', ...programs] = process.argv.slice(2);
  const crowd = new Worker(new URL(import.meta.url), { workerData: { members: Number(members) } });
  const [address] = (await once(crowd, 'message')) as [string];
  console.log(`${members} members`);
  for (let round = 0; round < Number(rounds); round += 1) {
    const order = round % 2 === 0 ? programs : programs.toReversed();
    for (const program of order) await measure(program, address);
  }
  await crowd.terminate();
} else {
  const { members } = workerData as { readonly members: number };
  const crowd = await openCrowd(members);
  parentPort?.postMessage(crowd.address);
}
