// The tutorial's bulk registration, as people run it: a shell loop with one curl a line over 5,000 lines, health checks
// against Prometheus' node exporter on some addresses and against nothing on the others. The agent is killed in the middle.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../agent-process.js';
import { repositoryRoot } from '../data.js';
import { freePort } from '../ports.js';

const EXPORTER = '/usr/bin/prometheus-node-exporter';
const SERVICES = 5_000;
/** Answered 200 before the agent is killed. */
const KILL_AFTER = 2_000;
const HEALTHY = ['127.0.10.1', '127.0.10.2'];
const ADDRESSES = 250;
/** The interval of the loop's checks, and what a first run may take on a busy machine. */
const INTERVAL_MS = 30_000;
const GRACE_MS = 60_000;

const hasExporter = fs.existsSync(EXPORTER);
const skip = hasExporter || process.env['CI'] !== undefined ? false : 'prometheus-node-exporter is not installed';

function addressOf(index: number): string {
  const slot = index % ADDRESSES;
  return slot < HEALTHY.length ? (HEALTHY[slot] ?? '') : `127.0.${20 + (slot >> 6)}.${1 + (slot & 63)}`;
}

interface Outcome {
  readonly id: string;
  readonly status: string;
}

function runLoop(
  file: string,
  agent: AgentProcess,
  checkPort: number,
  told: (outcome: Outcome) => void,
): Promise<void> {
  const script = path.join(repositoryRoot, 'test/interop/register-loop.sh');
  const child = spawn(script, [file, `127.0.0.1:${agent.ports.http}`, String(checkPort)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    const [id = '', status = ''] = line.split(' ');
    told({ id, status });
  });
  return new Promise((resolve) => child.on('close', () => resolve()));
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-loop-'));
const exporters: ChildProcess[] = [];
let agent: AgentProcess | null = null;
let checkPort = 0;

before(async () => {
  if (skip !== false) return;
  assert.ok(hasExporter, 'prometheus-node-exporter is not installed');
  checkPort = await freePort();
  for (const address of HEALTHY) {
    exporters.push(
      spawn(EXPORTER, [`--web.listen-address=${address}:${checkPort}`, '--collector.disable-defaults'], {
        stdio: 'ignore',
      }),
    );
  }
});

after(async () => {
  await agent?.stop();
  for (const exporter of exporters) exporter.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
});

test('5,000 services from a shell loop survive a kill -9 and are checked', { skip }, async () => {
  const words = Array.from({ length: SERVICES }, (_, index) => `${addressOf(index)}-tomcat-${8000 + index}`);
  const all = path.join(folder, 'all.txt');
  fs.writeFileSync(all, `${words.join('\n')}\n`);
  const args = ['-server', '-bootstrap', `-data-dir=${path.join(folder, 'data')}`, '-log-level=warn'];
  agent = await startAgent({ args });
  const { ports } = agent;

  const answered = new Set<string>();
  const killed: { promise: Promise<void> | null } = { promise: null };
  const killAndRestart = async (): Promise<void> => {
    const before = new Set(answered);
    await agent?.kill();
    agent = await startAgent({ args, ports });
    const services = (await agent.json('/v1/agent/services')) as Record<string, unknown>;
    const lost = [...before].filter((id) => !(id in services));
    assert.deepEqual(lost, [], 'services that were answered 200 before the kill');
  };
  await runLoop(all, agent, checkPort, ({ id, status }) => {
    if (status === '200') answered.add(id);
    if (answered.size === KILL_AFTER && killed.promise === null) killed.promise = killAndRestart();
  });
  await killed.promise;
  assert.ok(killed.promise, 'the agent was killed on the way');
  assert.match(agent.output, /Service name will not be discoverable via DNS due to invalid characters/);

  const missing = words.filter((word) => !answered.has(`prometheus-system-monitor-${word}`));
  const rest = path.join(folder, 'rest.txt');
  fs.writeFileSync(rest, `${missing.join('\n')}\n`);
  await runLoop(rest, agent, checkPort, ({ id, status }) => {
    if (status === '200') answered.add(id);
  });
  assert.equal(answered.size, SERVICES);

  const current = agent;
  const services = (await current.json('/v1/agent/services')) as Record<string, { Address: string }>;
  assert.equal(Object.keys(services).length, SERVICES);
  const healthy = Object.values(services).filter((service) => HEALTHY.includes(service.Address)).length;
  assert.ok(healthy > 0);
  await waitFor(
    async () => {
      const checks = (await current.json('/v1/health/state/any')) as { ServiceID: string; Status: string }[];
      const own = checks.filter((check) => check.ServiceID !== '');
      const passing = own.filter((check) => check.Status === 'passing').length;
      return own.length === SERVICES && passing === healthy;
    },
    `${healthy} passing and ${SERVICES - healthy} critical checks in the catalog`,
    INTERVAL_MS + GRACE_MS,
  );
  const dead = (await current.json('/v1/agent/checks')) as Record<string, { Status: string; Output: string }>;
  const outputs = Object.values(dead).filter((check) => check.Status === 'critical' && check.Output !== '');
  assert.ok(outputs.length > 0);
  assert.match(outputs[0]?.Output ?? '', /connect: connection refused/);

  for (const word of words) {
    const id = `prometheus-system-monitor-${word}`;
    const { status } = await current.request('PUT', `/v1/agent/service/deregister/${id}`);
    assert.equal(status, 200);
  }
  assert.deepEqual(await current.json('/v1/agent/services'), {});
  await waitFor(
    async () => {
      const names = (await current.json('/v1/catalog/services')) as Record<string, unknown>;
      return Object.keys(names).join() === 'consul';
    },
    'the catalog to forget the services',
    GRACE_MS,
  );
});
