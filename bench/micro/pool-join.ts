// What a large pool costs the agent that joins it, leaves it and finds it again from its snapshot: how long that takes, and how
// long whoever probes the agent meanwhile waits for an answer. The pool is one socket (bench/load/crowd.ts) on a thread of its
// own; the agents are programs, one after the other, so that two revisions, and Debian's `serf`, can be compared in one run.
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
import { choosePorts, startAgent, waitFor } from '../agent.js';
import { cleanUpAtExit, cleanUpLater, temporaryDirectory } from '../cleanup.js';
import { openCrowd } from '../load/crowd.js';
import { readCpu, readMemory, readThreads } from '../process-usage.js';

const run = promisify(execFile);
const PING_EVERY_MS = 5;
const READY_DEADLINE_MS = 30_000;
const JOIN_DEADLINE_MS = 60_000;

interface Running {
  readonly pid: number;
  /** Resolves when the states were exchanged and merged. */
  join(address: string): Promise<void>;
  /** As Serf's statistics have it. */
  members(): Promise<number>;
  /** Resolves when the agent has left and ended. */
  leave(): Promise<void>;
  kill(): Promise<void>;
}

/** An agent's place: started in it again, it finds what it left. */
interface Subject {
  readonly gossipPort: number;
  start(): Promise<Running>;
}

async function lictor(binary: string, directory: string): Promise<Subject> {
  const subject = { name: 'lictor', kind: 'lictor', binary: path.resolve(binary), engine: null } as const;
  const place = { node: 'joiner', ports: await choosePorts(), join: [], expect: 0 };
  const config = { log_level: 'warn', rejoin_after_leave: true };
  return {
    gossipPort: place.ports.serfLan,
    async start() {
      const agent = await startAgent(subject, { mode: 'client', place, config }, directory, () => undefined);
      return {
        pid: agent.pid,
        join: (address) => agent.put(`/v1/agent/join/${address}`, ''),
        async members() {
          const self = (await agent.json('/v1/agent/self')) as { Stats: { serf_lan: { members: string } } };
          return Number(self.Stats.serf_lan.members);
        },
        async leave() {
          await agent.put('/v1/agent/leave', '');
          await waitFor(() => !agent.running, 'the agent to leave', JOIN_DEADLINE_MS);
          await agent.kill();
        },
        kill: () => agent.kill(),
      };
    },
  };
}

async function serf(directory: string): Promise<Subject> {
  const [gossipPort = 0, commands = 0] = await freePorts(2);
  const rpc = `-rpc-addr=127.0.0.1:${commands}`;
  const snapshot = `-snapshot=${path.join(directory, 'snapshot')}`;
  const flags = [`-bind=127.0.0.1:${gossipPort}`, rpc, snapshot, '-rejoin', '-profile=lan', '-log-level=warn'];
  const ask = async (...args: readonly string[]): Promise<string> => {
    const [command = '', ...rest] = args;
    return (await run('serf', [command, rpc, ...rest], { timeout: JOIN_DEADLINE_MS })).stdout;
  };
  return {
    gossipPort,
    async start() {
      const child: ChildProcess = spawn('serf', ['agent', '-node=joiner', ...flags], { stdio: 'ignore' });
      const exited = once(child, 'exit');
      const remove = cleanUpLater(() => child.kill('SIGKILL'));
      const isReady = (): Promise<boolean> =>
        ask('info').then(
          () => true,
          () => false,
        );
      await waitFor(isReady, 'serf to answer', READY_DEADLINE_MS);
      return {
        pid: child.pid ?? 0,
        async join(address) {
          await ask('join', address);
        },
        members: async () => Number(/members = (\d+)/.exec(await ask('info'))?.[1] ?? 0),
        async leave() {
          await ask('leave');
          await exited;
          remove();
        },
        async kill() {
          remove();
          await exited;
        },
      };
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

/** Does `act` while the agent is pinged; one line of what it took. */
async function measure(what: string, { gossipPort }: Subject, agent: Running, act: () => Promise<void>): Promise<void> {
  const stop = await pingAlways(gossipPort);
  const mainSeconds = (): number => readThreads(agent.pid).get(String(agent.pid))?.seconds ?? 0;
  const [before, mainBefore] = [readCpu(agent.pid).seconds, mainSeconds()];
  const beganMs = performance.now();
  await act();
  const tookMs = performance.now() - beganMs;
  const [cpu, main] = [readCpu(agent.pid).seconds - before, mainSeconds() - mainBefore];
  const delays = await stop();
  const worst = delays.at(-1) ?? 0;
  const p99 = delays[Math.floor(delays.length * 0.99)] ?? 0;
  const { peakRssBytes } = readMemory(agent.pid);
  console.log(
    `${what.padEnd(40)} ${tookMs.toFixed(0).padStart(6)} ms; answer to a ping: worst ${worst.toFixed(1).padStart(6)} ms, ` +
      `p99 ${p99.toFixed(1).padStart(5)} ms; CPU ${cpu.toFixed(2)} s, main ${main.toFixed(2)} s; peak ${(peakRssBytes / 1e6).toFixed(0)} MB`,
  );
}

async function compare(program: string, address: string, members: number): Promise<void> {
  const { directory, remove } = temporaryDirectory();
  const subject = await (program === 'serf' ? serf(directory) : lictor(program, directory));
  const first = await subject.start();
  await measure(`${program} joins`, subject, first, () => first.join(address));
  const beganMs = performance.now();
  await first.leave();
  console.log(`${`${program} leaves`.padEnd(40)} ${(performance.now() - beganMs).toFixed(0).padStart(6)} ms`);
  const again = await subject.start();
  const isFound = async (): Promise<boolean> => (await again.members()) > members;
  await measure(`${program} finds the pool again`, subject, again, () =>
    waitFor(isFound, 'the pool to be found again', JOIN_DEADLINE_MS, 100),
  );
  await again.kill();
  remove();
}

if (isMainThread) {
  cleanUpAtExit();
  const [members = '10000', rounds = '3', ...programs] = process.argv.slice(2);
  const crowd = new Worker(new URL(import.meta.url), { workerData: { members: Number(members) } });
  const [address] = (await once(crowd, 'message')) as [string];
  console.log(`${members} members`);
  for (let round = 0; round < Number(rounds); round += 1) {
    const order = round % 2 === 0 ? programs : programs.toReversed();
    for (const program of order) await compare(program, address, Number(members));
  }
  await crowd.terminate();
} else {
  const { members } = workerData as { readonly members: number };
  const crowd = await openCrowd(members);
  parentPort?.postMessage(crowd.address);
}
