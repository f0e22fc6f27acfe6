// Three servers that begin together: whichever is asked, the leader does it, and one of the others does once that is gone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { ThreeServers } from '../cluster/three-servers.js';
import { GrpcClient, subscribeRequest } from './grpc-client.js';

const cluster = new ThreeServers();
const agents = cluster.servers;

before(async () => {
  await cluster.startServers();
  await cluster.leader();
});
after(() => cluster.stop());

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

test('the figures of the catalog are the same through every server', async () => {
  type Usage = { readonly Usage: { readonly dc1: { readonly Nodes: number; readonly Services: number } } };
  const figures = async (agent: AgentProcess) => ((await agent.json('/v1/operator/usage')) as Usage).Usage.dc1;
  await waitFor(async () => (await figures(agents[0] as AgentProcess)).Nodes === 3, 'three nodes');
  for (const agent of agents) {
    const { Nodes, Services } = await figures(agent);
    assert.deepEqual([Nodes, Services], [3, 1], agent.http);
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

async function follower(): Promise<AgentProcess> {
  const leader = await leaderOf(agents[0]);
  const found = agents.find(({ ports }) => !leader.endsWith(`:${ports.server}`));
  assert.ok(found);
  return found;
}

test('what is registered with a follower is in the catalog when that is answered', async () => {
  const agent = await follower();
  const { length: before } = agent.output;
  for (let i = 0; i < 5; i += 1) {
    const body = JSON.stringify({ Name: `at-once-${i}`, Port: 80 });
    assert.equal((await agent.request('PUT', '/v1/agent/service/register', body)).status, 200);
    const found = (await agent.json(`/v1/catalog/service/at-once-${i}`)) as readonly unknown[];
    assert.equal(found.length, 1);
  }
  assert.doesNotMatch(agent.output.slice(before), /failed to sync changes/);
});

test('a follower says whose answer it gives, and asks the leader for what must be younger than its own', async () => {
  const agent = await follower();
  await put(agent, 'asked', 'it');
  const contact = async (query: string): Promise<number> => {
    const { status, headers } = await agent.request('GET', `/v1/kv/asked?${query}`);
    assert.equal(status, 200, query);
    assert.equal(headers.get('x-consul-knownleader'), 'true', query);
    assert.ok(Number(headers.get('x-consul-index')) > 1, query);
    return Number(headers.get('x-consul-lastcontact'));
  };
  for (const query of ['raw', 'consistent', 'max_stale=1us']) assert.equal(await contact(query), 0, query);
  const late = async () => (await agent.request('GET', '/v1/kv/asked?stale')).status === 200;
  await waitFor(late, 'the write to come to the follower');
  await waitFor(async () => (await contact('stale')) > 0, 'an answer of its own');
});

test('leadership is handed over through a follower, and those who subscribed there go on hearing', async () => {
  const before = await leaderOf(agents[0]);
  const asked = await follower();
  const client = new GrpcClient(asked.ports.server);
  try {
    const subscriber = client.subscribe(subscribeRequest(1, 'handed'));
    await waitFor(() => subscriber.told.length === 1, 'an empty snapshot');
    await waitFor(async () => (await client.transferLeader('')) === true, 'the hand-over');
    await waitFor(async () => !['', before].includes(await leaderOf(asked)), 'another leader');
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
  const asked = await follower();
  const target = '/v1/operator/raft/transfer-leader';
  const { status, text } = await asked.request('POST', `${target}?id=nobody`);
  assert.deepEqual([status, text], [500, 'Could not find address for server id nobody']);
  // Not while the one before it isn't over.
  await waitFor(async () => (await asked.request('POST', target)).text === '{"Success":true}', 'the hand-over');
  await waitFor(async () => !['', before].includes(await leaderOf(asked)), 'another leader');
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
