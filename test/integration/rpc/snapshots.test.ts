// Three servers that begin together, and an operator who asks one that doesn't lead: the leader's state is saved, an archive
// becomes the state of all three, and stays it when all of them are killed and started again.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { dataPath, readJson } from '../../data.js';
import { ThreeServers } from '../cluster/three-servers.js';

const recorded = fs.readFileSync(dataPath('raft/populated.snap.tgz'));
const expected = (readJson('store/populated.expected.json') as { items: readonly { path: string; body: unknown }[] })
  .items;
const cluster = new ThreeServers();
const agents = cluster.servers;

async function startAll(): Promise<void> {
  await cluster.startServers();
  await cluster.leader();
}

before(startAll);
after(() => cluster.stop());

async function followers(): Promise<readonly [AgentProcess, AgentProcess]> {
  const leader = (await agents[0]?.json('/v1/status/leader')) as string;
  const [one, other] = agents.filter(({ ports: { server } }) => !leader.endsWith(`:${server}`));
  assert.ok(one && other);
  return [one, other];
}

async function save(agent: AgentProcess, query = ''): Promise<{ archive: Buffer; headers: Headers }> {
  const answer = await fetch(`${agent.http}/v1/snapshot${query}`);
  assert.equal(answer.status, 200);
  return { archive: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
}

async function restore(agent: AgentProcess, archive: Uint8Array): Promise<string> {
  const answer = await fetch(`${agent.http}/v1/snapshot`, { method: 'PUT', body: new Uint8Array(archive) });
  return `${answer.status} ${await answer.text()}`;
}

/** What the archive holds of nodes that are no members: the leader leaves it alone. */
const KEPT = /^\/v1\/(catalog\/node\/(ext-\d|txn-node)|health\/service\/(redis|txnsvc))$/;
const KEYS = '/v1/kv/?recurse';

/** Without their locks, whose sessions end with their node. */
function unlocked(entries: unknown): unknown {
  const values = entries as readonly { Key: string; Value: string; Flags: number; CreateIndex: number }[];
  return values.map(({ Key, Value, Flags, CreateIndex }) => ({ Key, Value, Flags, CreateIndex }));
}

async function assertRecorded(agent: AgentProcess): Promise<void> {
  const kept = expected.filter(({ path: target }) => KEPT.test(target));
  assert.equal(kept.length, 6);
  for (const { path: target, body } of kept) assert.deepEqual(await agent.json(`${target}?stale`), body, target);
  const keys = expected.find(({ path: target }) => target === KEYS)?.body;
  assert.deepEqual(unlocked(await agent.json(`${KEYS}&stale`)), unlocked(keys));
}

test("a follower saves the leader's state, or its own where that will do", async () => {
  const [one] = await followers();
  assert.equal((await one.request('PUT', '/v1/kv/before', 'yes')).text, 'true');
  const { archive, headers } = await save(one);
  assert.ok(archive.length > 500);
  assert.equal(headers.get('x-consul-knownleader'), 'true');
  assert.equal(headers.get('x-consul-lastcontact'), '0');
  assert.ok(Number(headers.get('x-consul-index')) > 0);
  assert.ok((await save(one, '?stale')).archive.length > 500);
});

test('a follower hands what it is given to the leader, and all three then hold it', async () => {
  const [one] = await followers();
  const { archive: before } = await save(one);
  assert.equal(await restore(one, recorded), '200 ');
  for (const agent of agents) {
    await waitFor(async () => (await agent.request('GET', '/v1/kv/before?stale')).status === 404, 'the restored state');
    await assertRecorded(agent);
  }
  assert.equal(await restore(one, before), '200 ');
  for (const agent of agents) {
    await waitFor(
      async () => (await agent.request('GET', '/v1/kv/before?raw&stale')).text === 'yes',
      'the state that was saved',
    );
  }
});

test('a follower tells what the leader says against an archive', async () => {
  const [one] = await followers();
  assert.match(await restore(one, Buffer.from('garbage')), /^500 failed to decompress snapshot: gzip: invalid header/);
  assert.equal(await restore(one, Buffer.alloc(0)), '500 failed to decompress snapshot: EOF');
  assert.match(await restore(one, recorded.subarray(0, 3000)), /^500 failed to read snapshot/);
  const answer = await one.request('PUT', '/v1/snapshot?stale', 'x');
  assert.equal(answer.text, 'stale not allowed for restore');
  assert.equal((await one.request('GET', '/v1/kv/before?raw')).text, 'yes');
});

test('what was restored is there when all were killed and started again', async () => {
  const [one] = await followers();
  // A leader that the machine left too little of the processor may lose its term over it; then somebody asks again.
  await waitFor(async () => (await restore(one, recorded)) === '200 ', 'the restore');
  await Promise.all(agents.map((agent) => agent.kill()));
  await startAll();
  for (const agent of agents) {
    await waitFor(
      async () => (await agent.request('GET', '/v1/catalog/node/ext-1?stale')).text !== 'null',
      'the state',
    );
    await assertRecorded(agent);
  }
});
