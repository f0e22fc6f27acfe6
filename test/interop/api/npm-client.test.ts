// The `consul` client of npm through a client agent of three servers: keys, sessions, the catalog, services with their checks,
// health, transactions, events, and watches, which go on when the leader dies.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Consul from 'consul';
import { waitFor } from '../../agent-process.js';
import { ThreeServers } from '../../integration/cluster/three-servers.js';

interface Instance {
  readonly Node: { readonly Node: string };
  readonly Service: { readonly ID: string; readonly Port: number };
  readonly Checks: readonly { readonly CheckID: string; readonly Status: string }[];
}

const cluster = new ThreeServers();
let consul: Consul;

before(async () => {
  await cluster.start();
  consul = new Consul({ host: '127.0.0.1', port: cluster.client.ports.http });
});
after(async () => {
  consul?.destroy();
  await cluster.stop();
});

/** A watch, and what it has told so far; `backoffFactor` in milliseconds. */
function watch(method: unknown, options: Readonly<Record<string, unknown>>) {
  const told: unknown[] = [];
  const errors: unknown[] = [];
  const watched = consul.watch({
    method: method as () => void,
    options: options as Record<string, string>,
    backoffFactor: 50,
    backoffMax: 500,
  });
  watched.on('change', (data: unknown) => told.push(data));
  watched.on('error', (error: unknown) => errors.push(error));
  return { told, errors, end: () => watched.end() };
}

/** Where the answer is `false`, this client gives nothing. */
async function set(key: string, value: string, condition: { cas: number } | { acquire: string }): Promise<boolean> {
  return (await consul.kv.set({ key, value, ...condition })) ?? false;
}

async function instances(service: string, passing: boolean): Promise<readonly Instance[]> {
  return (await consul.health.service({ service, passing })) as Instance[];
}

describe('the client of npm through a client agent', { concurrency: false }, () => {
  it('keys', async () => {
    assert.equal(await consul.kv.get('npm/none'), undefined);
    assert.equal(await consul.kv.set('npm/a b/ü', 'one'), true);
    assert.equal((await consul.kv.get('npm/a b/ü'))?.Value, 'one');
    const index = (await consul.kv.get('npm/a b/ü'))?.ModifyIndex ?? 0;
    assert.equal(await set('npm/a b/ü', 'two', { cas: index - 1 }), false);
    assert.equal(await consul.kv.set({ key: 'npm/a b/ü', value: Buffer.from([0, 255]), cas: index, flags: 7 }), true);
    assert.deepEqual(await consul.kv.get({ key: 'npm/a b/ü', raw: true }), Buffer.from([0, 255]));
    assert.equal((await consul.kv.get('npm/a b/ü'))?.Flags, 7);
    assert.equal(await consul.kv.set('npm/c', ''), true);
    assert.deepEqual(await consul.kv.keys('npm/'), ['npm/a b/ü', 'npm/c']);
    assert.deepEqual(await consul.kv.keys({ key: 'npm/', separator: '/' }), ['npm/a b/', 'npm/c']);
    const all = (await consul.kv.get({ key: 'npm/', recurse: true })) as readonly { Key: string }[];
    assert.deepEqual(
      all.map(({ Key }) => Key),
      ['npm/a b/ü', 'npm/c'],
    );
    assert.equal(await consul.kv.del('npm/c'), true);
    assert.equal(await consul.kv.del({ key: 'npm/', recurse: true }), true);
    await assert.rejects(consul.kv.keys('npm/'), { message: /not found/i });
  });

  it('sessions and the keys they hold', async () => {
    const { ID: id } = await consul.session.create({ name: 'npm', ttl: '30s', lockdelay: '1ms', behavior: 'delete' });
    const info = (await consul.session.info(id)) as unknown as { Name: string; Node: string; TTL: string };
    assert.deepEqual([info.Name, info.Node, info.TTL], ['npm', 'client', '30s']);
    assert.equal(await set('npm/lock', 'mine', { acquire: id }), true);
    const { ID: other } = await consul.session.create();
    assert.equal(await set('npm/lock', 'yours', { acquire: other }), false);
    assert.equal((await consul.session.renew(id))[0]?.ID, id);
    assert.ok((await consul.session.list()).some(({ ID }) => ID === id));
    assert.equal((await consul.session.node('client')).length, 2);
    await consul.session.destroy(id);
    assert.equal(await consul.kv.get('npm/lock'), undefined);
    await consul.session.destroy(other);
    await assert.rejects(consul.session.renew(id), { message: /not found/i });
  });

  it('services and checks', async () => {
    const check = { name: 'alive', checkid: 'npm-alive', ttl: '10m', timeout: '', status: 'passing' };
    await consul.agent.service.register({ name: 'npm-web', id: 'npm-web-1', port: 80, tags: ['a'], check });
    const [found] = await instances('npm-web', true);
    assert.deepEqual([found?.Node.Node, found?.Service.ID, found?.Service.Port], ['client', 'npm-web-1', 80]);
    assert.ok('npm-web-1' in (await consul.agent.services()));
    assert.ok('npm-alive' in (await consul.agent.checks()));
    await consul.agent.check.fail({ id: 'npm-alive', note: 'on purpose' });
    await waitFor(async () => (await instances('npm-web', true)).length === 0, 'the failed check to be seen');
    await consul.agent.check.pass('npm-alive');
    await waitFor(async () => (await instances('npm-web', true)).length === 1, 'the passing check to be seen');
    await consul.agent.service.maintenance({ id: 'npm-web-1', enable: true, reason: 'new wheels' });
    await waitFor(async () => (await instances('npm-web', true)).length === 0, 'the maintenance to be seen');
    await consul.agent.service.maintenance({ id: 'npm-web-1', enable: false });
    assert.equal(((await consul.catalog.service.nodes('npm-web')) as readonly unknown[]).length, 1);
    assert.deepEqual((await consul.catalog.service.list())['npm-web'], ['a']);
    assert.equal((await consul.catalog.node.list()).length, 4);
    assert.deepEqual(await consul.catalog.datacenters(), ['dc1']);
    assert.equal((await consul.health.checks('npm-web'))[0]?.CheckID, 'npm-alive');
    assert.ok((await consul.health.node('client')).some(({ CheckID }) => CheckID === 'serfHealth'));
    assert.ok((await consul.health.state('passing')).length >= 5);
    await consul.agent.service.deregister('npm-web-1');
    await waitFor(async () => (await instances('npm-web', false)).length === 0, 'the service to be gone');
    assert.equal((await consul.agent.members()).length, 4);
    assert.equal(((await consul.agent.self()) as { Config: { NodeName: string } }).Config.NodeName, 'client');
    assert.equal((await consul.status.peers()).length, 3);
  });

  it('transactions and events', async () => {
    const done = await consul.transaction.create([
      { KV: { Verb: 'set', Key: 'npm/txn', Value: Buffer.from('both').toString('base64') } },
      { KV: { Verb: 'get', Key: 'npm/txn' } },
    ] as never);
    assert.equal(done.Results?.length, 2);
    const { ID: id } = await consul.event.fire('npm-deploy', 'now');
    await waitFor(async () => {
      const [event] = await consul.event.list('npm-deploy');
      return event?.ID === id && String(event.Payload) === 'now';
    }, 'the event to come round');
  });

  it('watches go on when the leader is killed', async () => {
    await consul.kv.set('npm/watched', '0');
    const key = watch(consul.kv.get, { key: 'npm/watched' });
    const health = watch(consul.health.service, { service: 'npm-late', passing: true });
    const values = () => key.told.map((pair) => (pair as { Value: string }).Value);
    const isLate = () => (health.told.at(-1) as readonly Instance[] | undefined)?.length === 1;
    try {
      await waitFor(() => key.told.length === 1 && health.told.length === 1, 'what there is');
      await consul.kv.set('npm/watched', '1');
      await waitFor(() => values().at(-1) === '1', 'the first change');
      const dead = await cluster.leader();
      await cluster.servers[dead]?.kill();
      const put = () => consul.kv.set('npm/watched', '2').catch(() => false);
      await waitFor(put, 'a write without the dead server');
      await consul.agent.service.register({ name: 'npm-late', port: 1 });
      await waitFor(() => values().at(-1) === '2' && isLate(), `the changes without it: ${values()}`);
      await cluster.startAgain(dead);
      await cluster.settled();
      await consul.kv.set('npm/watched', '3');
      await waitFor(() => values().at(-1) === '3', 'the change with all of them');
      assert.deepEqual([...new Set(values())], ['0', '1', '2', '3']);
    } finally {
      key.end();
      health.end();
    }
  });
});
