// Limits hold for all threads of an agent together; a stop ends them all; a reader that is gone ends the process; an agent that
// can't have readers says so.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { repositoryRoot } from '../../data.js';
import { ManyConnections, readerSettings, startWithReaders, waitForReaders, withoutReaders } from './readers.js';

const skip = withoutReaders;
const LIMIT = 10;
const READERS = 3;

/** Opens a connection and leaves a request waiting on it; what came is collected. */
async function waitingConnection(agent: AgentProcess): Promise<{ socket: net.Socket; text: () => string }> {
  const socket = net.connect(agent.ports.http, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString();
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write('GET /v1/catalog/services?index=1000000&wait=60s HTTP/1.1\r\nHost: a\r\n\r\n');
  return { socket, text: () => received };
}

test('a client address has its number of connections on all threads together', { skip }, async (context) => {
  const agent = await startWithReaders(READERS, ['-dev', `-hcl=limits { http_max_conns_per_client = ${LIMIT} }`]);
  context.after(() => agent.stop());
  const connections = await Promise.all(Array.from({ length: 3 * LIMIT }, () => waitingConnection(agent)));
  const refused = (): number => connections.filter(({ text }) => text().startsWith('HTTP/1.1 429 ')).length;
  await waitFor(() => refused() >= 2 * LIMIT, `${2 * LIMIT} refusals`);
  // Connections that the start was waited for on count, too.
  assert.ok(refused() <= 2 * LIMIT + 4, `${refused()} of ${3 * LIMIT} refused`);
  for (const { socket } of connections) socket.destroy();
  // Those that left have made room, on whichever thread they were.
  await waitFor(async () => {
    const { status } = await agent.request('GET', '/v1/status/leader');
    return status === 200;
  }, 'room');
  const again = await Promise.all(Array.from({ length: LIMIT - 1 }, () => waitingConnection(agent)));
  const answered = await agent.request('GET', '/v1/kv/nothing').catch(() => null);
  assert.ok(answered === null || [404, 429].includes(answered.status));
  for (const { socket } of again) socket.destroy();
});

test('requests are counted by all threads together, reads that readers answer and those that they hand over', {
  skip,
}, async (context) => {
  const limits = '-hcl=limits { request_limits { mode = "enforcing" read_rate = 0.01 write_rate = 1000 } }';
  const agent = await startWithReaders(2, ['-dev', limits, '-log-level=debug'], { waitForLeader: false });
  const clients = new ManyConnections(agent, 16);
  context.after(async () => {
    clients.close();
    await agent.stop();
  });
  const leads = async () => (await clients.ask(0, 'GET', '/v1/status/leader')).text !== '""';
  await waitFor(leads, 'the leader');
  const paths = ['/v1/kv/nothing', '/v1/kv/nothing?consistent'];
  const answers = (await Promise.all(paths.map((path) => clients.askAll('GET', path)))).flat();
  const refused = answers.filter(({ status }) => status === 429);
  // One, and the next after 100 s: three threads that each counted for themselves would serve three.
  assert.equal(refused.length, answers.length - 1);
  for (const { text } of refused) {
    assert.equal(text, 'rate limit exceeded, try again later or against a different server');
  }
  const said = /server\.rpc-rate-limit: RPC exceeded allowed rate limit: rpc=KVS\.Get .*limit_enforced=true/;
  await waitFor(() => said.test(agent.output), 'the log to say so');
});

test('a stop ends the blocking queries of all threads with their answers', { skip }, async () => {
  const agent = await startWithReaders(2, ['-dev']);
  await agent.request('PUT', '/v1/kv/watched', 'value');
  const clients = new ManyConnections(agent, 16);
  const { headers } = await clients.ask(0, 'GET', '/v1/kv/watched');
  const waiting = ['', '&consistent'].map((how) =>
    clients
      .askAll('GET', `/v1/kv/watched?raw&index=${headers['x-consul-index']}&wait=120s${how}`)
      .catch((error) => error),
  );
  const isStarted = (): boolean => agent.output.includes('Consul agent running!');
  await waitFor(isStarted, 'the start');
  await agent.request('GET', '/v1/kv/watched');
  const startedMs = performance.now();
  assert.equal(await agent.stop(), 1);
  assert.ok(performance.now() - startedMs < 20_000);
  const [plain] = await Promise.all(waiting);
  if (Array.isArray(plain)) for (const { text } of plain) assert.equal(text, 'value');
  clients.close();
});

test('a second agent doesn’t get the port that threads of the first one share', { skip }, async (context) => {
  const agent = await startWithReaders(1, ['-dev']);
  context.after(() => agent.stop());
  const second = spawnSync(
    path.join(repositoryRoot, 'lictor'),
    ['agent', '-dev', '-bind=127.0.0.1', ...readerSettings(1), ...otherPorts(agent)],
    { encoding: 'utf8', timeout: 60_000, env: { ...process.env } },
  );
  assert.equal(second.status, 1, second.stdout);
  assert.match(second.stdout, /EADDRINUSE|address already in use/);
  assert.equal((await agent.request('GET', '/v1/status/leader')).status, 200);
});

/** The HTTP port of the first agent, and otherwise any: pools and RPC of its own come first. */
function otherPorts({ ports }: AgentProcess): string[] {
  return [
    `-http-port=${ports.http}`,
    '-dns-port=-1',
    '-grpc-port=-1',
    `-server-port=${ports.grpc + 10_000 > 65_535 ? ports.grpc - 10_000 : ports.grpc + 10_000}`,
    `-serf-lan-port=${ports.grpcTls}`,
    '-serf-wan-port=-1',
  ];
}

test('an agent that is told to have readers and can’t starts without and says so', async (context) => {
  const agent = await startAgent({
    args: [`-data-dir=${path.join('/nonexistent', 'x')}`, '-dev', '-hcl=performance { reader_workers = 2 }'],
    waitForLeader: true,
  });
  context.after(() => agent.stop());
  const said = () => agent.output.includes('performance.reader_workers: the HTTP engine net can');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const shares = major > 23 || (major === 22 && minor >= 12) || (major === 23 && minor >= 1);
  if (!shares) {
    await waitFor(said, 'the log to say so');
    return;
  }
  await waitForReaders(agent, 2);
  assert.equal(said(), false);
});
