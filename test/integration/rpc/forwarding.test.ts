// Three servers that begin together: whichever is asked, the leader does it, and one of the others does once that is gone.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type AgentProcess, choosePorts, startAgent, waitFor } from '../../agent-process.js';
import { GrpcClient, subscribeRequest } from './grpc-client.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-forwarding-'));
const agents: AgentProcess[] = [];

before(async () => {
  const ports = [await choosePorts(), await choosePorts(), await choosePorts()];
  const join = ports.map(({ serfLan }) => `-retry-join=127.0.0.1:${serfLan}`);
  const starts = ports.map((own, i) =>
    startAgent({
      node: `server-${i}`,
      ports: own,
      args: ['-server', '-bootstrap-expect=3', `-data-dir=${path.join(folder, String(i))}`, ...join],
      waitForLeader: false,
    }),
  );
  agents.push(...(await Promise.all(starts)));
  await waitFor(async () => (await leaderOf(agents[0])) !== '', 'a leader');
});
after(async () => {
  await Promise.all(agents.filter(({ exited }) => exited === null).map((agent) => agent.kill()));
  fs.rmSync(folder, { recursive: true, force: true });
});

async function leaderOf(agent: AgentProcess | undefined): Promise<string> {
  return (await agent?.json('/v1/status/leader')) as string;
}

const put = async (agent: AgentProcess, key: string, value: string): Promise<string> =>
  (await agent.request('PUT', `/v1/kv/${key}`, value)).text;
const get = async (agent: AgentProcess, key: string): Promise<string> =>
  (await agent.request('GET', `/v1/kv/${key}?raw`)).text;

test('a write through any server is read through every other', async () => {
  for (const [i, agent] of agents.entries()) {
    assert.equal(await put(agent, `through-${i}`, `value ${i}`), 'true');
    for (const other of agents) assert.equal(await get(other, `through-${i}`), `value ${i}`);
  }
});

test('a blocking read on any server hears of a write through another', async () => {
  const [first, second] = agents;
  assert.ok(first && second);
  const found = await first.request('GET', '/v1/kv/through-0');
  const index = found.headers.get('x-consul-index');
  const waiting = agents.map((agent) => agent.request('GET', `/v1/kv/through-0?index=${index}&wait=60s&raw`));
  await put(second, 'through-0', 'changed');
  for (const answer of await Promise.all(waiting)) assert.equal(answer.text, 'changed');
});

test('leadership is handed over through a follower, and those who subscribed there go on hearing', async () => {
  const before = await leaderOf(agents[0]);
  const follower = agents.find(({ ports }) => !before.endsWith(`:${ports.server}`));
  assert.ok(follower);
  const client = new GrpcClient(follower.ports.server);
  try {
    const subscriber = client.subscribe(subscribeRequest(1, 'handed'));
    await waitFor(() => subscriber.told.length === 1, 'an empty snapshot');
    await waitFor(async () => (await client.transferLeader('')) === true, 'the hand-over');
    await waitFor(async () => !['', before].includes(await leaderOf(follower)), 'another leader');
    const [any] = agents;
    const put = async () =>
      (await any?.request('PUT', '/v1/agent/service/register', '{"Name":"handed"}'))?.status === 200;
    await waitFor(put, 'a registration');
    await subscriber.hears('+handed passing');
    assert.equal(subscriber.ended, null);
  } finally {
    client.close();
  }
});

test('leadership is handed over by a follower that is asked over HTTP', async () => {
  const before = await leaderOf(agents[0]);
  const follower = agents.find(({ ports }) => !before.endsWith(`:${ports.server}`));
  assert.ok(follower);
  const target = '/v1/operator/raft/transfer-leader';
  const { status, text } = await follower.request('POST', `${target}?id=nobody`);
  assert.deepEqual([status, text], [500, 'Could not find address for server id nobody']);
  // Not while the one before it isn't over.
  await waitFor(async () => (await follower.request('POST', target)).text === '{"Success":true}', 'the hand-over');
  await waitFor(async () => !['', before].includes(await leaderOf(follower)), 'another leader');
});

test('when the leader is killed, a write through another waits for the next and is done', async () => {
  const leader = await leaderOf(agents[0]);
  const dead = agents.find(({ ports }) => leader.endsWith(`:${ports.server}`));
  assert.ok(dead);
  const [one, other] = agents.filter((agent) => agent !== dead);
  assert.ok(one && other);
  await dead.kill();
  await waitFor(async () => (await put(one, 'after', 'it')) === 'true', 'a write through a server that lives');
  assert.equal(await get(other, 'after'), 'it');
  assert.equal(await get(other, 'through-1'), 'value 1');
});
