// Subscriptions to a whole agent, by gRPC's own client: snapshots, changes, the way on from an index, refusals, many at once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { GrpcClient, type Subscriber, subscribeRequest } from './grpc-client.js';

const HEALTH = 1;
const SERVICE_LIST = 7;
let agent: AgentProcess;
let client: GrpcClient;

before(async () => {
  agent = await startAgent({ args: ['-dev'], node: 'agent' });
  client = new GrpcClient(agent.ports.server);
});
after(async () => {
  client.close();
  await agent.stop();
});

async function put(path: string, body: object): Promise<void> {
  const answer = await agent.request('PUT', path, JSON.stringify(body));
  assert.equal(answer.status, 200, answer.text);
}

function register(id: string, name: string, status = 'passing'): Promise<void> {
  const check = { CheckID: `check-${id}`, TTL: '1h', Status: status };
  return put('/v1/agent/service/register', { ID: id, Name: name, Port: 80, Check: check });
}

async function healthIndex(name: string): Promise<number> {
  const { headers } = await agent.request('GET', `/v1/health/service/${name}`);
  return Number(headers.get('x-consul-index'));
}

test('a subscriber hears of instances that come, change and go', async () => {
  await register('web-1', 'web');
  const subscriber = client.subscribe(subscribeRequest(HEALTH, 'web'));
  const index = await healthIndex('web');
  await subscriber.hears('+web-1 passing passing', `snapshot of ${index} is over`);
  await register('web-2', 'web', 'critical');
  await subscriber.hears('+web-2 passing critical');
  await put('/v1/agent/check/update/check-web-2', { Status: 'passing' });
  await subscriber.hears('+web-2 passing passing');
  assert.equal(subscriber.index, await healthIndex('web'));
  await put('/v1/agent/service/deregister/web-1', {});
  await subscriber.hears('-web-1');
  await put('/v1/agent/service/deregister/web-2', {});
  await subscriber.hears('-web-2');
  subscriber.call.cancel();
});

test('what a commit changes in many instances comes as one event', async () => {
  await register('many-1', 'many');
  await register('many-2', 'many');
  const subscriber = client.subscribe(subscribeRequest(HEALTH, 'many'));
  await isSnapshotOverOf(subscriber, 'many');
  await put('/v1/agent/check/register', { Name: 'of-node', TTL: '1h', Status: 'warning' });
  await subscriber.hears('+many-1 warning passing passing', '+many-2 warning passing passing');
  await put('/v1/agent/check/deregister/of-node', {});
  await subscriber.hears('+many-1 passing passing', '+many-2 passing passing');
  subscriber.call.cancel();
});

async function isSnapshotOverOf(subscriber: Subscriber, name: string): Promise<void> {
  await subscriber.hears(`snapshot of ${await healthIndex(name)} is over`);
}

test('an unknown service has an empty snapshot, and is heard of when it comes', async () => {
  const subscriber = client.subscribe(subscribeRequest(HEALTH, 'later'));
  await isSnapshotOverOf(subscriber, 'later');
  assert.equal(subscriber.told.length, 1);
  await register('later-1', 'later');
  await subscriber.hears('+later-1 passing passing');
  subscriber.call.cancel();
});

test('who comes back with the index of now gets no snapshot while others listen, and any other index gets one', async () => {
  await register('back-1', 'back');
  const staying = client.subscribe(subscribeRequest(HEALTH, 'back'));
  await isSnapshotOverOf(staying, 'back');
  const current = client.subscribe(subscribeRequest(HEALTH, 'back', staying.index));
  const outdated = client.subscribe(subscribeRequest(HEALTH, 'back', staying.index - 1));
  await outdated.hears('new snapshot', '+back-1 passing passing', `snapshot of ${staying.index} is over`);
  await register('back-2', 'back');
  for (const each of [staying, current, outdated]) await each.hears('+back-2 passing passing');
  assert.deepEqual(current.told, ['+back-2 passing passing']);
  for (const each of [staying, current, outdated]) each.call.cancel();
});

test('the list of services is told as names', async () => {
  const subscriber = client.subscribe(subscribeRequest(SERVICE_LIST, ''));
  await subscriber.hears(
    `snapshot of ${Number((await agent.request('GET', '/v1/catalog/services')).headers.get('x-consul-index'))} is over`,
  );
  assert.ok(subscriber.told.includes('+consul'));
  await register('listed', 'listed');
  await subscriber.hears('+listed');
  await put('/v1/agent/service/deregister/listed', {});
  await subscriber.hears('-listed');
  subscriber.call.cancel();
});

test('hundreds of subscribers hear of a change', async () => {
  await register('crowd-1', 'crowd');
  const crowd = Array.from({ length: 400 }, () => client.subscribe(subscribeRequest(HEALTH, 'crowd')));
  // The agent's own node may change meanwhile, and with it every instance on it.
  for (const each of crowd) await each.hasHeard(/^snapshot of \d+ is over$/);
  await register('crowd-2', 'crowd');
  for (const each of crowd) await each.hasHeard(/^\+crowd-2 passing passing$/);
  for (const each of crowd) each.call.cancel();
});

test('what is asked wrongly is refused with a text', async () => {
  const refused = async (request: Buffer) => client.subscribe(request).end();
  assert.deepEqual(await refused(subscribeRequest(99, 'web')), { code: 3, details: 'unknown topic: 99' });
  assert.equal((await refused(subscribeRequest(4, 'web'))).code, 12);
  assert.equal((await refused(subscribeRequest(HEALTH, ''))).code, 3);
  assert.equal((await refused(Buffer.from('0a', 'hex'))).code, 13);
  assert.equal((await refused(Buffer.alloc(100_000))).code, 8);
  const elsewhere = Buffer.concat([
    Buffer.from('08012a03', 'hex'),
    Buffer.from('dc9'),
    Buffer.from('52050a03776562', 'hex'),
  ]);
  assert.deepEqual(await refused(elsewhere), { code: 2, details: 'No path to datacenter' });
});

test('services and methods that are not here are said to be unknown', async () => {
  const asked = (path: string) => client.transferLeader('', path);
  assert.deepEqual(await asked('/hashicorp.consul.resource.ResourceService/Read'), {
    code: 12,
    details: 'unknown service hashicorp.consul.resource.ResourceService',
  });
  assert.deepEqual(await asked('/subscribe.StateChangeSubscription/Other'), {
    code: 12,
    details: 'unknown method Other for service subscribe.StateChangeSubscription',
  });
});

test('without another voter nobody takes the leadership, and an unknown server has no address', async () => {
  assert.deepEqual(await client.transferLeader(''), { code: 2, details: 'cannot find peer' });
  assert.deepEqual(await client.transferLeader('99999999-0000-4000-8000-000000000009'), {
    code: 2,
    details: 'Could not find address for server id 99999999-0000-4000-8000-000000000009',
  });
});
