// What is another datacenter's is asked of one of its servers, whoever was asked first: the leader of this one, a server that
// follows, a client agent.

import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { GrpcClient, type Subscriber, subscribeRequest } from '../rpc/grpc-client.js';
import { TwoDatacenters } from './two-datacenters.js';

const SERVICE_HEALTH = 1;
/** Of gRPC's statuses. */
const UNAVAILABLE = 14;

const both = new TwoDatacenters();
const askers = new Map<string, AgentProcess>();

async function json(agent: AgentProcess, target: string): Promise<unknown> {
  const { status, text } = await agent.request('GET', target);
  assert.equal(status, 200, `${target}: ${text}`);
  return JSON.parse(text);
}

/** Names and subscriptions are answered by any server of a datacenter, from what it has: this waits until the follower has it well. */
async function untilFollowed(service: string): Promise<void> {
  const follower = both.server('dc2-b');
  const isThere = async () =>
    ((await json(follower, `/v1/health/service/${service}?stale&passing`)) as readonly unknown[]).length > 0;
  await waitFor(isThere, `the follower to know an instance of ${service}`);
}

function resolverOf(agent: AgentProcess): Resolver {
  const resolver = new Resolver({ timeout: 10_000, tries: 3 });
  resolver.setServers([`127.0.0.1:${agent.ports.dns}`]);
  return resolver;
}

before(async () => {
  await both.start();
  await both.joinWan();
  askers.set('the leader', both.server('dc1-a'));
  askers.set('a follower', both.server('dc1-b'));
  askers.set('a client agent', await both.startClient());
});
after(() => both.stop());

describe('another datacenter', { concurrency: false }, () => {
  it('is written to and read from, and only that one', async () => {
    for (const [who, agent] of askers) {
      const key = who.replaceAll(' ', '-');
      const put = await agent.request('PUT', `/v1/kv/${key}?dc=dc2`, who);
      assert.deepEqual([put.status, put.text], [200, 'true'], who);
      assert.equal((await agent.request('GET', `/v1/kv/${key}?dc=dc2&raw`)).text, who);
      assert.equal((await agent.request('GET', `/v1/kv/${key}?dc=dc2&raw&consistent`)).text, who);
      assert.equal((await agent.request('GET', `/v1/kv/${key}?raw`)).status, 404);
      assert.equal((await both.server('dc2-a').request('GET', `/v1/kv/${key}?raw`)).text, who);
    }
  });

  it('has sessions, services and nodes of its own', async () => {
    for (const [who, agent] of askers) {
      const node = `node-of-${who.replaceAll(' ', '-')}`;
      const service = { Service: `web-${node}`, Port: 8080 };
      const check = { CheckID: 'serfHealth', Name: 'there', Status: 'passing' };
      const place = { Datacenter: 'dc2', Node: node, Address: '192.0.2.7' };
      const body = JSON.stringify({ ...place, Service: service, Check: check });
      const registered = await agent.request('PUT', '/v1/catalog/register', body);
      assert.deepEqual([registered.status, registered.text], [200, 'true'], who);
      const found = (await json(agent, `/v1/health/service/web-${node}?dc=dc2`)) as readonly {
        Node: { Node: string; Datacenter: string };
      }[];
      assert.deepEqual(
        found.map(({ Node }) => [Node.Node, Node.Datacenter]),
        [[node, 'dc2']],
      );
      assert.deepEqual(await json(agent, `/v1/health/service/web-${node}`), []);
      const created = await agent.request('PUT', '/v1/session/create?dc=dc2', JSON.stringify({ Node: node }));
      assert.equal(created.status, 200, created.text);
      const { ID } = JSON.parse(created.text) as { ID: string };
      const sessions = (await json(agent, `/v1/session/info/${ID}?dc=dc2`)) as readonly { Node: string }[];
      assert.deepEqual(
        sessions.map(({ Node }) => Node),
        [node],
      );
      assert.deepEqual(await json(agent, `/v1/session/info/${ID}`), []);
    }
  });

  it('is shown by its WAN addresses, over HTTP and DNS, and to itself by its own', async () => {
    const there = both.server('dc2-b');
    const node = { Node: 'far', Address: '10.9.9.1', TaggedAddresses: { wan: '198.51.100.1' } };
    const TaggedAddresses = { wan: { Address: '198.51.100.2', Port: 8443 } };
    for (const Service of [
      { Service: 'far-web', Address: '10.9.9.2', Port: 80, TaggedAddresses },
      { Service: 'far-plain', Port: 81 },
    ]) {
      const put = await there.request('PUT', '/v1/catalog/register', JSON.stringify({ ...node, Service }));
      assert.equal(put.status, 200, put.text);
      await untilFollowed(Service.Service);
    }
    type Entry = { Node: { Address: string }; Service: { Address: string; Port: number } };
    const shown = async (agent: AgentProcess, query: string): Promise<unknown> => {
      const [web] = (await json(agent, `/v1/health/service/far-web${query}`)) as readonly Entry[];
      const [row] = (await json(agent, `/v1/catalog/service/far-web${query}`)) as readonly Record<string, unknown>[];
      const { Node, Services } = (await json(agent, `/v1/catalog/node/far${query}`)) as {
        Node: { Address: string };
        Services: Record<string, { Address: string }>;
      };
      const nodes = (await json(agent, `/v1/catalog/nodes${query}`)) as readonly { Node: string; Address: string }[];
      return [
        [web?.Node.Address, web?.Service.Address, web?.Service.Port],
        [row?.['Address'], row?.['ServiceAddress'], row?.['ServicePort']],
        [Node.Address, Services['far-web']?.Address, Services['far-plain']?.Address],
        nodes.find((one) => one.Node === 'far')?.Address,
      ];
    };
    const wan = [
      ['198.51.100.1', '198.51.100.2', 8443],
      ['198.51.100.1', '198.51.100.2', 8443],
      ['198.51.100.1', '198.51.100.2', ''],
      '198.51.100.1',
    ];
    const own = [['10.9.9.1', '10.9.9.2', 80], ['10.9.9.1', '10.9.9.2', 80], ['10.9.9.1', '10.9.9.2', ''], '10.9.9.1'];
    for (const [who, agent] of askers) {
      assert.deepEqual(await shown(agent, '?dc=dc2'), wan, who);
      const dns = resolverOf(agent);
      assert.deepEqual(await dns.resolve4('far-web.service.dc2.consul'), ['198.51.100.2'], who);
      assert.deepEqual(await dns.resolve4('far-plain.service.dc2.consul'), ['198.51.100.1'], who);
      assert.deepEqual(await dns.resolve4('far.node.dc2.consul'), ['198.51.100.1'], who);
      const [srv] = await dns.resolveSrv('far-web.service.dc2.consul');
      assert.deepEqual([srv?.name, srv?.port], ['c6336402.addr.dc2.consul', 8443], who);
    }
    const near = both.server('dc2-a');
    for (const query of ['', '?dc=dc2']) assert.deepEqual(await shown(near, query), own);
    assert.deepEqual(await resolverOf(near).resolve4('far-web.service.dc2.consul'), ['10.9.9.2']);
  });

  it('is watched: a blocking query ends with the change there', async () => {
    for (const [who, agent] of askers) {
      const target = `/v1/kv/watched-${who.replaceAll(' ', '-')}`;
      await agent.request('PUT', `${target}?dc=dc2`, 'old');
      const { headers } = await agent.request('GET', `${target}?dc=dc2`);
      const watch = agent.request('GET', `${target}?dc=dc2&raw&wait=60s&index=${headers.get('x-consul-index')}`);
      const short = await agent.request('GET', `${target}?dc=dc2&wait=50ms&index=${headers.get('x-consul-index')}`);
      assert.equal(short.headers.get('x-consul-index'), headers.get('x-consul-index'), who);
      await both.server('dc2-b').request('PUT', target, 'new');
      assert.equal((await watch).text, 'new', who);
    }
  });

  it('is subscribed to at any server: its events come through', async () => {
    const instance = (status: string) => ({
      Node: 'streamed',
      Address: '192.0.2.11',
      Service: { ID: 'streamed-1', Service: 'streamed' },
      Check: { CheckID: 'c', Name: 'c', ServiceID: 'streamed-1', Status: status },
    });
    const register = async (status: string): Promise<void> => {
      const { text } = await both
        .server('dc2-a')
        .request('PUT', '/v1/catalog/register', JSON.stringify(instance(status)));
      assert.equal(text, 'true');
    };
    await register('passing');
    for (const name of ['dc1-a', 'dc1-b']) {
      await untilFollowed('streamed');
      const client = new GrpcClient(both.server(name).ports.server);
      try {
        const there = client.subscribe(subscribeRequest(SERVICE_HEALTH, 'streamed', 0, 'dc2'));
        const here = client.subscribe(subscribeRequest(SERVICE_HEALTH, 'streamed'));
        await there.hasHeard(/^snapshot of \d+ is over$/);
        await here.hasHeard(/^snapshot of \d+ is over$/);
        assert.equal(there.told[0], '+streamed-1 passing', name);
        await register('critical');
        await there.hears('+streamed-1 critical');
        await register('passing');
        await there.hears('+streamed-1 passing');
        assert.equal(here.told.length, 1, 'nothing of it is in this datacenter');
        for (const each of [there, here]) each.call.cancel();
      } finally {
        client.close();
      }
    }
  });

  it('is told of by whoever asks for its leader, its servers, a snapshot of it', async () => {
    const leader = `127.0.0.1:${both.server('dc2-a').ports.server}`;
    for (const [who, agent] of askers) {
      assert.equal(await json(agent, '/v1/status/leader?dc=dc2'), leader, who);
      const { Servers } = (await json(agent, '/v1/operator/raft/configuration?dc=dc2')) as {
        Servers: readonly { Node: string }[];
      };
      assert.deepEqual(Servers.map(({ Node }) => Node).sort(), ['dc2-a', 'dc2-b'], who);
      const snapshot = await agent.request('GET', '/v1/snapshot?dc=dc2');
      assert.equal(snapshot.status, 200, snapshot.text.slice(0, 200));
      assert.ok(snapshot.text.length > 100);
    }
  });

  it('is in the list of datacenters, the own one first, and has a place', async () => {
    for (const [who, agent] of askers) {
      assert.deepEqual(await json(agent, '/v1/catalog/datacenters'), ['dc1', 'dc2'], who);
      const places = (await json(agent, '/v1/coordinate/datacenters')) as readonly {
        Datacenter: string;
        Coordinates: readonly { Node: string }[];
      }[];
      const names = places.map(({ Datacenter, Coordinates }) => [
        Datacenter,
        ...Coordinates.map(({ Node }) => Node).sort(),
      ]);
      // Of members that were never probed no place is known.
      assert.ok(
        names.some(([datacenter]) => datacenter === 'dc1'),
        JSON.stringify(places),
      );
    }
    assert.deepEqual(await json(both.server('dc2-b'), '/v1/catalog/datacenters'), ['dc2', 'dc1']);
  });

  it('says how much it has, alone and beside the others', async () => {
    type Usage = {
      readonly Usage: { readonly [datacenter: string]: { readonly Nodes: number } };
      readonly Index: number;
    };
    for (const [who, agent] of askers) {
      const usage = async (query: string) => (await json(agent, `/v1/operator/usage${query}`)) as Usage;
      const here = await usage('');
      const there = await usage('?dc=dc2');
      assert.deepEqual([Object.keys(here.Usage), Object.keys(there.Usage)], [['dc1'], ['dc2']], who);
      const both = await usage('?global');
      assert.deepEqual(both.Usage, { ...here.Usage, ...there.Usage }, who);
      assert.equal(both.Index, here.Index, who);
      assert.deepEqual((await usage('?global&dc=dc2')).Usage, both.Usage, who);
    }
  });

  it('has names in DNS', async () => {
    const instance = { Node: 'dns-node', Address: '192.0.2.9', Service: { Service: 'far', Port: 4242 } };
    const registered = await both.server('dc2-a').request('PUT', '/v1/catalog/register', JSON.stringify(instance));
    assert.equal(registered.status, 200, registered.text);
    await untilFollowed('far');
    for (const [who, agent] of askers) {
      const resolver = resolverOf(agent);
      assert.deepEqual(await resolver.resolve4('far.service.dc2.consul'), ['192.0.2.9'], who);
      assert.deepEqual(await resolver.resolve4('far.service.dc2.dc.consul'), ['192.0.2.9'], who);
      assert.deepEqual(await resolver.resolve4('dns-node.node.dc2.consul'), ['192.0.2.9'], who);
      const [record] = await resolver.resolveSrv('far.service.dc2.consul');
      assert.deepEqual([record?.name, record?.port], ['dns-node.node.dc2.consul', 4242], who);
      for (const name of ['far.service.consul', 'far.service.dc1.consul', 'far.service.dc3.consul']) {
        await assert.rejects(resolver.resolve4(name), { code: 'ENOTFOUND' }, `${who}: ${name}`);
      }
    }
  });

  it('must be known', async () => {
    for (const [who, agent] of askers) {
      const hops = who === 'a client agent' ? 'rpc error making call: ' : '';
      for (const [method, target] of [
        ['GET', '/v1/kv/x?dc=dc3'],
        ['PUT', '/v1/kv/x?dc=dc3'],
        ['GET', '/v1/status/leader?dc=DC2'],
        ['GET', '/v1/catalog/nodes?dc=dc3&wait=10s&index=1'],
      ] as const) {
        const { status, text } = await agent.request(method, target, method === 'PUT' ? 'x' : undefined);
        assert.deepEqual([status, text], [500, `${hops}No path to datacenter`], `${who}: ${method} ${target}`);
      }
    }
  });

  it('is reached by another of its servers when one is gone, before anybody has noticed', async (t) => {
    await both.server('dc2-a').request('PUT', '/v1/kv/there', 'still');
    const client = new GrpcClient(both.server('dc1-a').ports.server);
    t.after(() => client.close());
    const subscribe = (): Subscriber => client.subscribe(subscribeRequest(SERVICE_HEALTH, 'streamed', 0, 'dc2'));
    const snapshot = /^snapshot of \d+ is over$/;
    // So many that both servers have some.
    const subscribers = Array.from({ length: 16 }, subscribe);
    for (const each of subscribers) await each.hasHeard(snapshot);
    await both.server('dc2-b').kill();
    await waitFor(() => subscribers.some(({ ended }) => ended !== null), 'the subscriptions there to end');
    for (const { ended } of subscribers) if (ended !== null) assert.equal(ended.code, UNAVAILABLE, ended.details);
    const again = Array.from({ length: 8 }, subscribe);
    for (const each of again) await each.hasHeard(snapshot);
    for (const [who, agent] of askers) {
      for (let i = 0; i < 10; i += 1) {
        const { status, text } = await agent.request('GET', '/v1/kv/there?dc=dc2&raw&stale');
        assert.deepEqual([status, text], [200, 'still'], who);
      }
    }
  });
});
