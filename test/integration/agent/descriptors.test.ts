// An agent that runs out of file descriptors goes on with what it has, says so once in a while, and serves again when there
// are some: connections leave the last ones to its files, and nothing that only measures may end it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import packet from 'dns-packet';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { RawClient } from '../../unit/http/fixture.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-descriptors-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Of the agent, which inherits it, and of this process, which needs fewer of its own. */
const LIMIT = 256;
const HTTP_MAX = 150;
const DEADLINE_MS = 60_000;
limitDescriptors(process.pid, `${LIMIT}:${LIMIT}`);

function limitDescriptors(pid: number, limit: string): void {
  execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${limit}`]);
}

function openDescriptors({ child }: AgentProcess): number {
  return fs.readdirSync(`/proc/${child.pid}/fd`).length;
}

function start(name: string): Promise<AgentProcess> {
  const args = ['-server', '-bootstrap', `-data-dir=${path.join(folder, name)}`, '-log-level=warn'];
  const hcl = `limits { http_max_conns_per_client = ${HTTP_MAX} } telemetry { prometheus_retention_time = "1h" }`;
  return startAgent({ args: [...args, '-hcl', hcl] });
}

/** A request over a connection that is open already: a new one could not be had. */
async function ask(client: RawClient, method: string, target: string, body = ''): Promise<string> {
  client.send(`${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const answer = await client.answer(method, DEADLINE_MS);
  assert.equal(answer.status, 200, answer.body);
  return answer.body;
}

/** A figure of main's last report of metrics; with each report gauges of the process are read. */
async function lastReport(client: RawClient): Promise<string> {
  const text = await ask(client, 'GET', '/v1/agent/metrics?format=prometheus');
  return /event_loop_delay_ms\{thread="main",quantile="p50"\} (\S+)/.exec(text)?.[1] ?? '';
}

/** Resolves when the threads have reported `times` times. */
async function waitForReports(client: RawClient, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const before = await lastReport(client);
    await waitFor(async () => (await lastReport(client)) !== before, 'the threads to report', DEADLINE_MS);
  }
}

const QUESTION = packet.streamEncode({
  type: 'query',
  id: 7,
  questions: [{ name: 'consul.service.consul', type: 'A' }],
});

class Crowd {
  readonly #sockets = new Set<net.Socket>();

  /** Those that the agent hasn't closed. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Resolves when the connection is there; whether the agent keeps it shows later. */
  async connect(port: number): Promise<void> {
    const socket = net.connect(port, '127.0.0.1');
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  }

  /** Whether a DNS question is answered over a connection of its own, which stays. */
  async isAnswered(port: number): Promise<boolean> {
    const socket = net.connect(port, '127.0.0.1');
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.write(QUESTION);
    return new Promise((resolve) => {
      socket.once('data', () => resolve(true));
      socket.once('close', () => resolve(false));
    });
  }

  leave(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

const LAST_OF_THEM = 'connections take nearly all file descriptors';

test('connections to all ports leave the agent the descriptors that its files need', async () => {
  const agent = await start('crowd');
  const client = new RawClient(agent.ports.http);
  const crowd = new Crowd();
  const sinceMs = performance.now();
  try {
    assert.equal(await ask(client, 'PUT', '/v1/kv/before', 'x'), 'true');
    const said = (listener: string): boolean =>
      agent.output.includes(`listener=${listener} refused=1 error="${LAST_OF_THEM}"`);
    const { http, dns, serfLan, serfWan } = agent.ports;
    for (let number = 0; number < 80; number += 1) await crowd.connect(http);
    // Those of DNS and gossip are closed when they say nothing: as many as it takes, again and again.
    await waitFor(
      async () => {
        for (let number = 0; number < 30 && crowd.open < LIMIT - 50; number += 1) {
          for (const port of [dns, serfLan, serfWan, dns]) await crowd.connect(port);
        }
        await crowd.connect(http);
        return said('dns') && said('gossip') && said('http');
      },
      'connections to be refused',
      DEADLINE_MS,
    );
    const left = LIMIT - openDescriptors(agent);
    assert.ok(left >= 32, `${left} descriptors are left`);
    await waitForReports(client, 1);
    assert.equal(await ask(client, 'PUT', '/v1/kv/crowded', 'x'), 'true');
    assert.equal(await ask(client, 'PUT', '/v1/agent/service/register', '{"Name": "web"}'), '');
    for (let number = 0; number < 100; number += 1) await crowd.connect(dns);
    crowd.leave();
    await waitFor(() => openDescriptors(agent) < LIMIT / 2, 'the connections to be closed', DEADLINE_MS);
    assert.equal((await agent.request('GET', '/v1/kv/crowded')).status, 200, 'a new connection');
    // DNS, HTTP, two pools: a line every ten seconds each.
    const most = 4 * (1 + (performance.now() - sinceMs) / 10_000);
    assert.ok(agent.output.split(LAST_OF_THEM).length - 1 <= most, agent.output);
  } finally {
    crowd.leave();
    client.close();
    await agent.stop();
  }
});

test('without a single descriptor left the agent goes on, and accepts again when there are some', async () => {
  const agent = await start('none');
  const { pid } = agent.child;
  assert.ok(pid !== undefined);
  const client = new RawClient(agent.ports.http);
  try {
    assert.equal(await ask(client, 'PUT', '/v1/kv/before', 'x'), 'true');
    limitDescriptors(pid, `3:${LIMIT}`);
    await waitForReports(client, 2);
    assert.equal(await ask(client, 'PUT', '/v1/kv/none', 'x'), 'true');
    assert.equal(await ask(client, 'PUT', '/v1/agent/service/register', '{"Name": "web"}'), '');
    limitDescriptors(pid, `${LIMIT}:${LIMIT}`);
    await waitFor(
      () =>
        agent.request('GET', '/v1/kv/none').then(
          ({ status }) => status === 200,
          () => false,
        ),
      'a new connection',
      DEADLINE_MS,
    );
    assert.equal(agent.exited, null);
  } catch (error) {
    throw new Error(`${JSON.stringify(agent.exited)}\n${agent.output}`, { cause: error });
  } finally {
    client.close();
    await agent.stop();
  }
});

test('one client gets its share of the DNS connections', async () => {
  const agent = await startAgent({
    args: ['-dev', '-log-level=warn', '-hcl', `limits { http_max_conns_per_client = ${HTTP_MAX} }`],
  });
  const crowd = new Crowd();
  try {
    const { dns } = agent.ports;
    const answered = await Promise.all(Array.from({ length: 140 }, () => crowd.isAnswered(dns)));
    const served = answered.filter((isAnswered) => isAnswered).length;
    assert.ok(served >= 128 && served < 140, `${served} connections of one client were served`);
    assert.equal(agent.output.includes(LAST_OF_THEM), false, 'there were descriptors');
    crowd.leave();
    await waitFor(() => crowd.isAnswered(dns), 'an answer to the next one', DEADLINE_MS);
  } finally {
    crowd.leave();
    await agent.stop();
  }
});
