// Whole agents in one LAN pool: who joins, leaves, fails and returns is seen in `members` and in the catalog; events,
// coordinates and keys travel.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AgentProcess, choosePorts, startAgent, waitFor } from '../../agent-process.js';
import { Random, runSeed } from '../../random.js';
import { pinged } from './memberlist-ping.js';
import { ALIVE, DEADLINE_MS, FAILED, FAST, LEFT, type Member, statuses, untilStatus } from './members.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-gossip-'));
const started: AgentProcess[] = [];
after(async () => {
  await Promise.all(started.map((agent) => agent.kill()));
  fs.rmSync(folder, { recursive: true, force: true });
});

async function start(node: string, args: readonly string[], options: { ports?: AgentProcess['ports'] } = {}) {
  const isServer = args.includes('-dev');
  const agent = await startAgent({ node, args, waitForLeader: isServer, ...options });
  started.push(agent);
  return agent;
}

function client(node: string, args: readonly string[] = [], options: { ports?: AgentProcess['ports'] } = {}) {
  return start(node, [`-data-dir=${path.join(folder, node)}`, ...FAST, ...args], options);
}

async function health(agent: AgentProcess, node: string): Promise<{ Status: string; Output: string } | undefined> {
  const checks = (await agent.json(`/v1/health/node/${node}`)) as readonly {
    CheckID: string;
    Status: string;
    Output: string;
  }[];
  return checks.find(({ CheckID }) => CheckID === 'serfHealth');
}

function untilHealth(agent: AgentProcess, node: string, status: string | undefined): Promise<void> {
  return waitFor(
    async () => (await health(agent, node))?.Status === status,
    `serfHealth of ${node} to be ${status ?? 'gone'}`,
    DEADLINE_MS,
  );
}

describe('one server and its clients', () => {
  let server: AgentProcess;
  let lan = '';
  before(async () => {
    server = await start('srv1', ['-dev']);
    lan = `127.0.0.1:${server.ports.serfLan}`;
  });

  test('a client that joins at its start is a member with its tags, and in the catalog', async () => {
    const joined = await client('cli1', [`-retry-join=${lan}`]);
    await untilStatus(server, 'cli1', ALIVE);
    await untilStatus(joined, 'srv1', ALIVE);
    const members = (await joined.json('/v1/agent/members')) as readonly Member[];
    const tags = (name: string) => members.find(({ Name }) => Name === name)?.Tags ?? {};
    assert.equal(tags('srv1')['role'], 'consul');
    assert.equal(tags('srv1')['port'], String(server.ports.server));
    assert.equal(tags('cli1')['role'], 'node');
    await untilHealth(server, 'cli1', 'passing');
    assert.equal((await health(server, 'cli1'))?.Output, 'Agent alive and reachable');
    const nodes = (await server.json('/v1/catalog/nodes')) as readonly { Node: string; ID: string }[];
    assert.equal(nodes.find(({ Node }) => Node === 'cli1')?.ID, tags('cli1')['id']);
  });

  test('a client that is killed fails, returns from its snapshot without being told where to join, and leaves', async () => {
    const killed = await client('cli2', [`-retry-join=${lan}`]);
    await untilHealth(server, 'cli2', 'passing');
    // Lines are written some hundred milliseconds behind what they say.
    const snapshot = path.join(folder, 'cli2', 'serf', 'local.snapshot');
    const isNamed = () => fs.existsSync(snapshot) && fs.readFileSync(snapshot, 'utf8').includes('srv1');
    await waitFor(isNamed, 'the snapshot to name srv1', DEADLINE_MS);
    await killed.kill();
    await untilStatus(server, 'cli2', FAILED);
    await untilHealth(server, 'cli2', 'critical');
    assert.equal((await health(server, 'cli2'))?.Output, 'Agent not live or unreachable');

    const back = await client('cli2', [], { ports: killed.ports });
    await untilStatus(back, 'srv1', ALIVE);
    await untilStatus(server, 'cli2', ALIVE);
    await untilHealth(server, 'cli2', 'passing');

    assert.equal((await back.request('PUT', '/v1/agent/leave')).status, 200);
    assert.equal(await back.waitForExit(DEADLINE_MS), 0);
    await untilStatus(server, 'cli2', LEFT);
    await untilHealth(server, 'cli2', undefined);
  });

  test('a failed member is forced out, and with prune forgotten', async () => {
    const lost = await client('cli3', [`-retry-join=${lan}`]);
    await untilHealth(server, 'cli3', 'passing');
    await lost.kill();
    await untilStatus(server, 'cli3', FAILED);
    assert.equal((await server.request('PUT', '/v1/agent/force-leave/cli3')).status, 200);
    await untilStatus(server, 'cli3', LEFT);
    await untilHealth(server, 'cli3', undefined);
    assert.equal((await server.request('PUT', '/v1/agent/force-leave/cli3?prune')).status, 200);
    await waitFor(async () => !('cli3' in (await statuses(server))), 'cli3 to be forgotten', DEADLINE_MS);
    const unknown = await server.request('PUT', '/v1/agent/force-leave/nobody');
    assert.equal(unknown.status, 500);
    assert.match(unknown.text, /No node found with name 'nobody'/);
  });

  test('an event fired on one agent is listed on the others, unless its filter says otherwise', async () => {
    const other = await client('cli4');
    const join = await other.request('PUT', `/v1/agent/join/${lan}`);
    assert.equal(join.status, 200, join.text);
    await untilStatus(server, 'cli4', ALIVE);
    await server.request('PUT', '/v1/event/fire/elsewhere?node=^nobody$', 'x');
    const fired = JSON.parse((await server.request('PUT', '/v1/event/fire/deploy', 'v42')).text) as { ID: string };
    const list = async () => (await other.json('/v1/event/list')) as readonly { ID: string; Payload: string }[];
    await waitFor(async () => (await list()).length > 0, 'the event to arrive', DEADLINE_MS);
    const [event, ...rest] = await list();
    assert.equal(event?.ID, fired.ID);
    assert.equal(Buffer.from(event?.Payload ?? '', 'base64').toString(), 'v42');
    assert.deepEqual(rest, []);
  });

  test('the coordinates that a server and a client tell get into the catalog', async () => {
    const nodes = async () => (await server.json('/v1/coordinate/nodes')) as readonly { Node: string }[];
    await waitFor(
      async () =>
        (await nodes()).some(({ Node }) => Node === 'cli4') && (await nodes()).some(({ Node }) => Node === 'srv1'),
      'coordinates of srv1 and cli4',
      60_000,
    );
  });

  test('another datacenter and a taken node ID are refused with the reason', async () => {
    const stranger = await client('far1', ['-datacenter=dc2']);
    const far = await stranger.request('PUT', `/v1/agent/join/${lan}`);
    assert.equal(far.status, 500);
    assert.match(far.text, /Member '\w+' part of wrong datacenter 'dc1'/);
    const id = randomUUID();
    await client('twin1', [`-node-id=${id}`, `-retry-join=${lan}`]);
    await untilStatus(server, 'twin1', ALIVE);
    const twin = await client('twin2', [`-node-id=${id}`]);
    const refused = await twin.request('PUT', `/v1/agent/join/${lan}`);
    assert.equal(refused.status, 500);
    assert.match(refused.text, new RegExp(`Member 'twin1' has conflicting node ID '${id}' with this agent's ID`));
    // Only the twin knows. The server merged what the twin sent, and nobody can join both of them until one has left.
    await untilStatus(server, 'twin2', ALIVE);
    await twin.kill();
    await untilStatus(server, 'twin2', FAILED);
    assert.equal((await server.request('PUT', '/v1/agent/force-leave/twin2')).status, 200);
    await untilStatus(server, 'twin2', LEFT);
  });

  test('garbage on the gossip port is read to its end and changes nothing', async () => {
    const names = async () => Object.keys(await statuses(server)).sort();
    const before = await names();
    const random = new Random(runSeed);
    /** Half of it begins as a message of some type, so that it is read further. */
    const noise = (length: number): Buffer => {
      const bytes = random.bytes(length);
      if (random.chance(0.5)) bytes[0] = random.below(16);
      return bytes;
    };
    const socket = dgram.createSocket('udp4');
    for (let i = 0; i < 500; i += 1) {
      socket.send(noise(1 + random.below(1400)), server.ports.serfLan, '127.0.0.1');
      // Little by little: the system drops what its buffer can't hold.
      if (i % 50 === 49) await pinged(socket, server.ports.serfLan, 'srv1');
    }
    const ended = Array.from({ length: 20 }, async () => {
      const stream = net.connect(server.ports.serfLan, '127.0.0.1');
      stream.on('error', () => {});
      stream.resume();
      const isClosed = new Promise((resolve) => stream.on('close', resolve));
      stream.end(noise(3000));
      await isClosed;
    });
    await Promise.all(ended);
    socket.close();
    const what = `seed ${runSeed}\n${server.output.slice(-2000)}`;
    assert.equal(server.exited, null, what);
    assert.deepEqual(await names(), before, what);
    await untilStatus(server, 'cli4', ALIVE);
    assert.doesNotMatch(server.output, /TypeError|RangeError/, what);
    const late = await client('cli5', [`-retry-join=${lan}`]);
    await untilStatus(server, 'cli5', ALIVE);
    await untilStatus(late, 'srv1', ALIVE);
  });
});

describe('an encrypted pool', () => {
  const key = () => randomBytes(32).toString('base64');

  test('keys are rotated without losing a member; whoever has no key stays out', async () => {
    const first = key();
    const second = key();
    // Members have sixteen of these to get a key onto their disks and answer.
    const patience = 'gossip_lan { gossip_interval = "500ms" } gossip_wan { gossip_interval = "500ms" }';
    const server = await start('enc1', ['-dev', '-hcl', patience, `-encrypt=${first}`]);
    const lan = `127.0.0.1:${server.ports.serfLan}`;
    const member = await client('enc2', [`-encrypt=${first}`, `-retry-join=${lan}`]);
    await untilStatus(server, 'enc2', ALIVE);

    const keyring = async (method: string, wanted: string) => {
      const answer = await server.request(method, '/v1/operator/keyring', JSON.stringify({ Key: wanted }));
      assert.equal(answer.status, 200, answer.text);
    };
    await keyring('POST', second);
    await keyring('PUT', second);
    await keyring('DELETE', first);
    const rings = (await server.json('/v1/operator/keyring')) as readonly { WAN: boolean; Keys: object }[];
    assert.deepEqual(rings.find(({ WAN }) => !WAN)?.Keys, { [second]: 2 });
    assert.equal((await statuses(server))['enc2'], ALIVE);
    const file = path.join(folder, 'enc2', 'serf', 'local.keyring');
    await waitFor(() => fs.readFileSync(file, 'utf8').includes(second), 'the key file', DEADLINE_MS);
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), [second]);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);

    const keyless = await client('enc3');
    const refused = await keyless.request('PUT', `/v1/agent/join/${lan}`);
    assert.equal(refused.status, 500);
    assert.match(refused.text, /encryption is not configured/);
    assert.equal((await statuses(server))['enc3'], undefined);

    // A restarted member uses its file, not the old key of its command line.
    await member.kill();
    await untilStatus(server, 'enc2', FAILED);
    await client('enc2', [`-encrypt=${first}`, `-retry-join=${lan}`], { ports: member.ports });
    await untilStatus(server, 'enc2', ALIVE);
  });
});

test('agents that start together find each other within seconds', async () => {
  const server = await start('late0', ['-dev']);
  const lan = `127.0.0.1:${server.ports.serfLan}`;
  await server.kill();
  const waiting = await client('early1', [`-retry-join=${lan}`]);
  await waitFor(() => waiting.output.includes("couldn't join"), 'the first try to fail', DEADLINE_MS);
  await start('late0', ['-dev'], { ports: server.ports });
  await waitFor(async () => (await statuses(waiting))['late0'] === ALIVE, 'the next try to succeed', 25_000);
});

test('a port in use ends the start with the reason', async () => {
  const server = await start('port1', ['-dev']);
  const others = await choosePorts();
  const ports = { ...others, serfLan: server.ports.serfLan };
  await assert.rejects(
    startAgent({ node: 'port2', args: ['-dev'], ports, waitForLeader: false }),
    /Failed to start (LAN|WAN) Serf.*address already in use/s,
  );
});

test('a member that gets the processor only now and then is not declared failed; one that stops is', async () => {
  // Consul's own rhythm: the suspicion of two lasts four seconds.
  const server = await startAgent({
    node: 'calm1',
    args: ['-server', '-bootstrap', `-data-dir=${path.join(folder, 'calm1')}`],
  });
  started.push(server);
  const args = [`-data-dir=${path.join(folder, 'slow1')}`, `-retry-join=127.0.0.1:${server.ports.serfLan}`];
  const slow = await startAgent({ node: 'slow1', args, waitForLeader: false });
  started.push(slow);
  await untilStatus(server, 'slow1', ALIVE);
  for (let pulse = 0; pulse < 12; pulse += 1) {
    slow.child.kill('SIGSTOP');
    await delay(800);
    slow.child.kill('SIGCONT');
    await delay(200);
  }
  assert.equal((await statuses(server))['slow1'], ALIVE);
  assert.doesNotMatch(server.output, /EventMemberFailed: slow1/);
  assert.doesNotMatch(slow.output, /EventMemberFailed: calm1/);
  const stoppedMs = performance.now();
  slow.child.kill('SIGSTOP');
  await untilStatus(server, 'slow1', FAILED);
  const tookMs = performance.now() - stoppedMs;
  slow.child.kill('SIGCONT');
  // Suspected after at most three probe intervals, dead four seconds later; an accuser in doubt of itself is slower.
  assert.ok(tookMs > 3_500 && tookMs < 20_000, `${tookMs} ms`);
});
