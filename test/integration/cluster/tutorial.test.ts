// The tutorial's three servers, each on a host of its own, with the tutorial's flags and commands and nothing else: an
// expected number of two, nothing joins by itself, and the second join elects. Then a server dies, and comes back.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../../agent-process.js';
import type { Host } from './hosts.js';
import { SERVERS, TutorialServers } from './tutorial-servers.js';

const servers = new TutorialServers('tutorial');
const [one, two, three] = servers.hosts as [Host, Host, Host];

async function put(host: Host, key: string, value: string): Promise<boolean> {
  const answer = await host.http('PUT', `http://127.0.0.1:8500/v1/kv/${key}`, value);
  return answer.status === 200 && answer.text.trim() === 'true';
}

/** `default` consistency: the leader's answer, whoever is asked. */
async function read(host: Host, key: string): Promise<string> {
  return (await host.http('GET', `http://127.0.0.1:8500/v1/kv/${key}?raw`)).text;
}

before(() => servers.create());
after(() => servers.remove());

describe("the tutorial's three servers", { concurrency: false }, () => {
  it('wait for each other while none has joined', async () => {
    for (const host of servers.hosts) servers.startServer(host);
    for (const host of servers.hosts) {
      await waitFor(
        async () => (await host.http('GET', 'http://127.0.0.1:8500/v1/agent/self')).status === 200,
        'the agent to answer',
      );
    }
    assert.deepEqual(await Promise.all(servers.hosts.map((host) => servers.leaderSeenBy(host))), ['', '', '']);
  });

  it('elect a leader when two of them have joined, and the third follows', async () => {
    const joined = await two.lictor('join', one.address);
    assert.equal(joined.stdout, 'Successfully joined cluster by contacting 1 nodes.\n', joined.stderr);
    await servers.commonLeader(one, two);
    assert.equal((await three.lictor('join', one.address)).code, 0);
    await servers.commonLeader(one, two, three);
  });

  it('show themselves as members, with their columns', async () => {
    for (const host of servers.hosts) {
      const lines = (await host.lictor('members')).stdout.trimEnd().split('\n');
      assert.match(lines[0] ?? '', /^Node +Address +Status +Type +Build +Protocol +DC +Partition +Segment$/);
      assert.equal(lines.length, 1 + SERVERS.length);
      for (const [i, node] of SERVERS.entries()) {
        const line = new RegExp(
          `^${node} +${servers.hosts[i]?.address}:8301 +alive +server +\\S+ +2 +dc1 +default +<all>`,
        );
        assert.match(lines[i + 1] ?? '', line);
      }
    }
  });

  it('say in info who leads', async () => {
    const leader = await servers.commonLeader(one, two, three);
    for (const host of servers.hosts) {
      const { stdout } = await host.lictor('info');
      assert.match(stdout, new RegExp(`leader = ${host === leader}`));
      assert.match(stdout, new RegExp(`leader_addr = ${leader.address}:8300`));
    }
  });

  it('become three voters', async () => {
    await waitFor(async () => {
      const { stdout } = await one.lictor('operator', 'raft', 'list-peers');
      return stdout.split('\n').filter((line) => /\btrue\b/.test(line)).length === SERVERS.length;
    }, 'three voters');
  });

  it('take a write on any of them and show it on all', async () => {
    for (const [i, host] of servers.hosts.entries()) assert.ok(await put(host, `from-${i}`, `value ${i}`));
    for (const host of servers.hosts) {
      for (const i of servers.hosts.keys()) assert.equal(await read(host, `from-${i}`), `value ${i}`);
    }
  });

  it('register a service on any of them and show it on all', async () => {
    assert.equal(
      (await two.http('PUT', 'http://127.0.0.1:8500/v1/agent/service/register', '{"name":"web","port":80}')).status,
      200,
    );
    for (const host of servers.hosts) {
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
    const dead = await servers.commonLeader(one, two, three);
    await servers.stop(dead, 'SIGKILL');
    const others = servers.hosts.filter((host) => host !== dead);
    const [asked, other] = others as [Host, Host];
    await waitFor(() => put(asked, 'after-death', 'yes'), 'a write without the dead server');
    assert.equal(await read(other, 'after-death'), 'yes');
    assert.equal(await read(other, 'from-0'), 'value 0');
    await waitFor(async () => {
      const line = (await asked.lictor('members')).stdout.split('\n').find((row) => row.includes(dead.address));
      // Autopilot makes a server leave that it finds dead while a majority of the voters is left.
      return line !== undefined && /failed|left/.test(line);
    }, 'the death to be noticed');

    servers.startServer(dead);
    await servers.commonLeader(one, two, three);
    await waitFor(async () => (await read(dead, 'after-death')) === 'yes', 'the server that is back to answer');
    const stale = 'http://127.0.0.1:8500/v1/kv/after-death?raw&stale';
    await waitFor(async () => (await dead.http('GET', stale)).text === 'yes', 'its own copy to have all of it');
  });

  it('hand over when the leader leaves', async () => {
    const leaving = await servers.commonLeader(one, two, three);
    assert.equal((await leaving.lictor('leave')).code, 0);
    const others = servers.hosts.filter((host) => host !== leaving);
    const [asked] = others as [Host, Host];
    await waitFor(() => put(asked, 'after-leave', 'yes'), 'a write after the leave');
    await waitFor(async () => {
      const { stdout } = await asked.lictor('operator', 'raft', 'list-peers');
      return !stdout.includes(leaving.address);
    }, 'the peer to be removed');
  });
});
