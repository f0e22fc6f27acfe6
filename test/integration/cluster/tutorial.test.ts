// The tutorial's three servers, each on a host of its own, with the tutorial's flags and commands and nothing else: an
// expected number of two, nothing joins by itself, and the second join elects. Then a server dies, and comes back.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../../agent-process.js';
import { type Host, Hosts } from './hosts.js';

const NODES = ['consul1', 'consul2', 'consul3'];
const network = new Hosts('tutorial', NODES.length);
const [one, two, three] = network.hosts as [Host, Host, Host];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-tutorial-'));
const running = new Map<Host, ChildProcess>();

function startServer(host: Host): void {
  const node = NODES[network.hosts.indexOf(host)] ?? '';
  const child = host.agent(
    ...['-server', '-bootstrap-expect', '2', `-bind=${host.address}`, '-client=0.0.0.0'],
    ...[`-data-dir=${folder}/${node}`, `-node=${node}`, '-ui'],
  );
  child.stdout?.pipe(fs.createWriteStream(`${folder}/${node}.log`, { flags: 'a' }));
  running.set(host, child);
}

async function stopServer(host: Host, signal: NodeJS.Signals): Promise<void> {
  const child = running.get(host);
  if (child === undefined) return;
  running.delete(host);
  const gone = new Promise((resolve) => child.on('exit', resolve));
  child.kill(signal);
  await gone;
}

function logOf(host: Host): string {
  return fs.readFileSync(`${folder}/${NODES[network.hosts.indexOf(host)]}.log`, 'utf8').slice(-4000);
}

async function leaderSeenBy(host: Host): Promise<string> {
  const { text } = await host.http('GET', 'http://127.0.0.1:8500/v1/status/leader');
  return text.replaceAll('"', '').trim();
}

/** The one leader that all of them name. */
async function commonLeader(...hosts: readonly Host[]): Promise<Host> {
  let leader = '';
  const isCommon = async (): Promise<boolean> => {
    const seen = new Set(await Promise.all(hosts.map(leaderSeenBy)));
    leader = [...seen][0] ?? '';
    return seen.size === 1 && leader !== '';
  };
  try {
    await waitFor(isCommon, 'a leader that all name');
  } catch (error) {
    throw new Error(`${String(error)}\n${hosts.map(logOf).join('\n---\n')}`);
  }
  const host = network.hosts.find(({ address }) => leader === `${address}:8300`);
  assert.ok(host, `${leader} is none of the servers`);
  return host;
}

async function put(host: Host, key: string, value: string): Promise<boolean> {
  const answer = await host.http('PUT', `http://127.0.0.1:8500/v1/kv/${key}`, value);
  return answer.status === 200 && answer.text.trim() === 'true';
}

/** `default` consistency: the leader's answer, whoever is asked. */
async function read(host: Host, key: string): Promise<string> {
  return (await host.http('GET', `http://127.0.0.1:8500/v1/kv/${key}?raw`)).text;
}

before(() => network.create());
after(async () => {
  await Promise.all(network.hosts.map((host) => stopServer(host, 'SIGKILL')));
  network.remove();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("the tutorial's three servers", { concurrency: false }, () => {
  it('wait for each other while none has joined', async () => {
    for (const host of network.hosts) startServer(host);
    for (const host of network.hosts) {
      await waitFor(
        async () => (await host.http('GET', 'http://127.0.0.1:8500/v1/agent/self')).status === 200,
        'the agent to answer',
      );
    }
    assert.deepEqual(await Promise.all(network.hosts.map(leaderSeenBy)), ['', '', '']);
  });

  it('elect a leader when two of them have joined, and the third follows', async () => {
    const joined = await two.lictor('join', one.address);
    assert.equal(joined.stdout, 'Successfully joined cluster by contacting 1 nodes.\n', joined.stderr);
    await commonLeader(one, two);
    assert.equal((await three.lictor('join', one.address)).code, 0);
    await commonLeader(one, two, three);
  });

  it('show themselves as members, with their columns', async () => {
    for (const host of network.hosts) {
      const lines = (await host.lictor('members')).stdout.trimEnd().split('\n');
      assert.match(lines[0] ?? '', /^Node +Address +Status +Type +Build +Protocol +DC +Partition +Segment$/);
      assert.equal(lines.length, 1 + NODES.length);
      for (const [i, node] of NODES.entries()) {
        const line = new RegExp(
          `^${node} +${network.hosts[i]?.address}:8301 +alive +server +\\S+ +2 +dc1 +default +<all>`,
        );
        assert.match(lines[i + 1] ?? '', line);
      }
    }
  });

  it('say in info who leads', async () => {
    const leader = await commonLeader(one, two, three);
    for (const host of network.hosts) {
      const { stdout } = await host.lictor('info');
      assert.match(stdout, new RegExp(`leader = ${host === leader}`));
      assert.match(stdout, new RegExp(`leader_addr = ${leader.address}:8300`));
    }
  });

  it('become three voters', async () => {
    await waitFor(async () => {
      const { stdout } = await one.lictor('operator', 'raft', 'list-peers');
      return stdout.split('\n').filter((line) => /\btrue\b/.test(line)).length === NODES.length;
    }, 'three voters');
  });

  it('take a write on any of them and show it on all', async () => {
    for (const [i, host] of network.hosts.entries()) assert.ok(await put(host, `from-${i}`, `value ${i}`));
    for (const host of network.hosts) {
      for (const i of network.hosts.keys()) assert.equal(await read(host, `from-${i}`), `value ${i}`);
    }
  });

  it('register a service on any of them and show it on all', async () => {
    assert.equal(
      (await two.http('PUT', 'http://127.0.0.1:8500/v1/agent/service/register', '{"name":"web","port":80}')).status,
      200,
    );
    for (const host of network.hosts) {
      const { text } = await host.http('GET', 'http://127.0.0.1:8500/v1/catalog/service/web');
      assert.deepEqual(
        (JSON.parse(text) as { Node: string; ServicePort: number }[]).map(({ Node, ServicePort }) => [
          Node,
          ServicePort,
        ]),
        [['consul2', 80]],
      );
    }
  });

  it('go on when the leader is killed, and take it back when it is started again', async () => {
    const dead = await commonLeader(one, two, three);
    await stopServer(dead, 'SIGKILL');
    const others = network.hosts.filter((host) => host !== dead);
    const [asked, other] = others as [Host, Host];
    await waitFor(() => put(asked, 'after-death', 'yes'), 'a write without the dead server');
    assert.equal(await read(other, 'after-death'), 'yes');
    assert.equal(await read(other, 'from-0'), 'value 0');
    await waitFor(async () => {
      const line = (await asked.lictor('members')).stdout.split('\n').find((row) => row.includes(dead.address));
      // Autopilot makes a server leave that it finds dead while a majority of the voters is left.
      return line !== undefined && /failed|left/.test(line);
    }, 'the death to be noticed');

    startServer(dead);
    await commonLeader(one, two, three);
    await waitFor(async () => (await read(dead, 'after-death')) === 'yes', 'the server that is back to answer');
    const stale = await dead.http('GET', 'http://127.0.0.1:8500/v1/kv/after-death?raw&stale');
    assert.equal(stale.text, 'yes');
  });

  it('hand over when the leader leaves', async () => {
    const leaving = await commonLeader(one, two, three);
    assert.equal((await leaving.lictor('leave')).code, 0);
    const others = network.hosts.filter((host) => host !== leaving);
    const [asked] = others as [Host, Host];
    await waitFor(() => put(asked, 'after-leave', 'yes'), 'a write after the leave');
    await waitFor(async () => {
      const { stdout } = await asked.lictor('operator', 'raft', 'list-peers');
      return !stdout.includes(leaving.address);
    }, 'the peer to be removed');
  });
});
