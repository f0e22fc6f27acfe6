// How many proposals a second go through the real raft worker, its port and a synced log: 64 outstanding, 64-byte values in
// entries of 160 bytes, one batch per turn. Decides the shape of the log's records (src/workers/raft/store/record.ts).
// Usage: node dist/bench/micro/raft-proposals.js [seconds] [outstanding] [data-dir|memory]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { unpackLines } from '../../src/observe/packed-lines.js';
import { Leadership } from '../../src/wire/raft/leadership.js';
import type { RaftToState, StateToRaft } from '../../src/wire/raft/raft-port.js';
import type { RaftToMain, RaftWorkerData } from '../../src/wire/raft/raft-worker.js';

const seconds = Number(process.argv[2] ?? 5);
const outstanding = Number(process.argv[3] ?? 64);
const inMemory = process.argv[4] === 'memory';
const ENTRY_BYTES = 160;

const dataDir = inMemory ? null : mkdtempSync(join(process.argv[4] ?? tmpdir(), 'lictor-bench-'));
const control = new MessageChannel();
const state = new MessageChannel();
const streams = new MessageChannel();
const leadership = new Leadership();
const data: RaftWorkerData = {
  context: { name: 'raft', port: control.port1, logLevel: 'info' },
  dialing: null,
  statePort: state.port1,
  readerPorts: [],
  raftStreams: streams.port1,
  leadership: leadership.buffer,
  raft: {
    snapshotThreshold: 1e9,
    snapshotIntervalMs: 30_000,
    trailingLogs: 10_240,
    heartbeatTimeoutMs: 1000,
    electionTimeoutMs: 1000,
    leaderLeaseMs: 500,
  },
  dataDir,
  serverId: '11111111-2222-4333-8444-555555555555',
  serverAddress: '127.0.0.1:8300',
  bootstrap: true,
  bootstrapExpect: 0,
};
const bornMs = performance.now();
const worker = new Worker(new URL('../../src/workers/raft/worker.js', import.meta.url));
worker.postMessage(data, [control.port1, state.port1, streams.port1]);

const post = (message: StateToRaft, transfer: ArrayBuffer[] = []): void => state.port2.postMessage(message, transfer);
let batch = 0;
let due = 0;
let scheduled = false;
let committed = 0;
let running = false;
let last = performance.now();
let groups = 0;
let writes = 0;

function send(): void {
  scheduled = false;
  if (due === 0 || !running) return;
  const count = due;
  due = 0;
  const entries = new ArrayBuffer(count * (4 + ENTRY_BYTES));
  const view = new DataView(entries);
  for (let i = 0; i < count; i += 1) view.setUint32(i * (4 + ENTRY_BYTES), ENTRY_BYTES, true);
  batch += 1;
  post({ kind: 'propose', batch, count, entries }, [entries]);
}

function again(count: number): void {
  due += count;
  if (scheduled) return;
  scheduled = true;
  setImmediate(send);
}

function begin(): void {
  console.log(`leading after ${(performance.now() - bornMs).toFixed(0)} ms`);
  running = true;
  again(outstanding);
  setTimeout(() => {
    committed = 0;
    groups = 0;
    writes = 0;
    last = performance.now();
    const cpu = process.cpuUsage();
    const before = worker.performance.eventLoopUtilization();
    const beforeHere = performance.eventLoopUtilization();
    setTimeout(() => {
      const elapsed = (performance.now() - last) / 1000;
      const used = process.cpuUsage(cpu);
      const busy = worker.performance.eventLoopUtilization(before).utilization;
      const here = performance.eventLoopUtilization(beforeHere).utilization;
      console.log(
        `${(committed / elapsed).toFixed(0)} entries/s, ${(writes / elapsed).toFixed(0)} syncs/s, ${(groups / elapsed).toFixed(0)} batches/s, ` +
          `raft loop busy ${(busy * 100).toFixed(1)} %, this loop ${(here * 100).toFixed(1)} %, process ${((used.user + used.system) / 1e4 / elapsed).toFixed(0)} % CPU`,
      );
      running = false;
      control.port2.postMessage({ kind: 'stop' });
    }, seconds * 1000);
  }, 1000);
}

state.port2.on('message', (message: RaftToState) => {
  switch (message.kind) {
    case 'committed-own':
      committed += message.count;
      groups += 1;
      if (running) again(message.count);
      break;
    case 'committed':
      post({ kind: 'applied', index: message.through, bytes: message.entries.byteLength });
      break;
    case 'role':
      if (message.role === 'leader') begin();
      break;
  }
});
control.port2.on('message', (message: RaftToMain) => {
  if (message.kind === 'metrics') {
    for (const sample of message.report.samples) if (sample.name === 'raft.leader.dispatchLog') writes += sample.count;
  } else if (message.kind === 'log') {
    for (const record of unpackLines(message.lines)) console.log(record.level, record.message, record.fields.join(' '));
  } else if (message.kind === 'stopped') {
    state.port2.close();
    control.port2.close();
    if (dataDir) rmSync(dataDir, { recursive: true, force: true });
  } else console.log(message);
});
worker.on('error', (error) => console.error(error));
worker.on('exit', (code) => console.log(`worker ended with ${code}`));
