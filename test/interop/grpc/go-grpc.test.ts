// Generated Go clients of the public services, on google.golang.org/grpc, at a cluster of three servers: what programs such as
// consul-dataplane ask (`go/`), of a leader and of those that follow it, and what is told of servers that go and come back.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { waitFor } from '../../agent-process.js';
import { ThreeServers } from '../../integration/cluster/three-servers.js';
import { skipWithout, stockNodes } from '../gossip/programs.js';

const SUBJECTS = ['health', 'servers', 'roots', 'params', 'dns', 'refusals', 'reflection'];
const DEADLINE_MS = 240_000;

const run = promisify(execFile);
const skip = skipWithout('go');
const [program] = stockNodes(skip, 'grpc');
const cluster = new ThreeServers();

before(async () => {
  if (skip !== false) return;
  await cluster.startServers();
  await cluster.settled();
});
after(() => cluster.stop());

function addresses(): readonly string[] {
  return cluster.servers.map(({ ports }) => `127.0.0.1:${ports.grpc}`);
}

async function write(target: string, body: unknown): Promise<void> {
  const answer = await cluster.servers[0]?.request('PUT', target, JSON.stringify(body));
  assert.equal(answer?.status, 200, answer?.text);
}

describe('Go clients of gRPC', { concurrency: false, skip }, () => {
  before(async () => {
    if (skip !== false) return;
    const Config = { near: 'far', deep: { list: [1, 'b', null, true] } };
    await write('/v1/config', { Kind: 'proxy-defaults', Name: 'global', Config });
    const sidecar = { Name: 'web-sidecar-proxy', ID: 'web-1-proxy', Kind: 'connect-proxy', Port: 9001 };
    const proxy = { DestinationServiceName: 'web', Config: { near: 'own' } };
    await write('/v1/agent/service/register', { ...sidecar, Proxy: proxy });
  });

  for (const subject of SUBJECTS) {
    it(subject, async () => {
      await run(program, [subject, ...addresses()], { timeout: DEADLINE_MS });
    });
  }

  it('is told of a server that goes, and of its return', async () => {
    const leader = await cluster.leader();
    const [watched = 0, goes = 1] = [0, 1, 2].filter((at) => at !== leader);
    const child = spawn(program, ['watch', addresses()[watched] ?? ''], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    const told: number[] = [];
    readline.createInterface({ input: child.stdout }).on('line', (line) => told.push(line.split(' ').length));
    try {
      await waitFor(() => told.at(-1) === 3, 'all three');
      await cluster.servers[goes]?.kill();
      await waitFor(() => told.at(-1) === 2, 'one less');
      await cluster.startAgain(goes);
      await waitFor(() => told.at(-1) === 3, 'its return');
      child.stdin.end();
      const [code] = await ended;
      assert.equal(code, 0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
