// Prepared queries in two datacenters of two servers each: made and executed by way of the leader, a server that follows and a
// client agent, over HTTP and DNS, and answered by the other datacenter when nothing is left in this one.

import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { TwoDatacenters } from './two-datacenters.js';

const both = new TwoDatacenters();
const askers = new Map<string, AgentProcess>();

interface Answer {
  readonly Datacenter: string;
  readonly Failovers: number;
  readonly Nodes: readonly { readonly Node: { readonly Node: string; readonly Datacenter: string } }[];
}

async function json(agent: AgentProcess, target: string): Promise<unknown> {
  const { status, text } = await agent.request('GET', target);
  assert.equal(status, 200, `${target}: ${text}`);
  return JSON.parse(text);
}

async function executed(agent: AgentProcess, target: string): Promise<readonly [string, number, readonly string[]]> {
  const { Datacenter, Failovers, Nodes } = (await json(agent, target)) as Answer;
  return [Datacenter, Failovers, Nodes.map(({ Node }) => `${Node.Node}.${Node.Datacenter}`).sort()];
}

async function create(agent: AgentProcess, target: string, body: object): Promise<string> {
  const { status, text } = await agent.request('POST', target, JSON.stringify(body));
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { ID: string }).ID;
}

/** One instance, with a check of the given status; told by the leader, known by the follower. */
async function register(datacenter: string, service: string, status = 'passing'): Promise<void> {
  const body = {
    Node: `${service}-node`,
    Address: datacenter === 'dc1' ? '192.0.2.1' : '192.0.2.2',
    Service: { Service: service, Port: 8080 },
    Check: { CheckID: service, ServiceID: service, Name: 'c', Status: status },
  };
  const { status: done, text } = await both
    .server(`${datacenter}-a`)
    .request('PUT', '/v1/catalog/register', JSON.stringify(body));
  assert.equal(done, 200, text);
  await waitFor(async () => {
    const checks = await json(both.server(`${datacenter}-b`), `/v1/health/checks/${service}?stale`);
    return (checks as readonly { Status: string }[])[0]?.Status === status;
  }, `the follower of ${datacenter} to know of ${service}`);
}

function resolverOf(agent: AgentProcess): Resolver {
  const resolver = new Resolver({ timeout: 10_000, tries: 3 });
  resolver.setServers([`127.0.0.1:${agent.ports.dns}`]);
  return resolver;
}

before(async () => {
  await both.start();
  await both.joinWan();
  askers.set('leader', both.server('dc1-a'));
  askers.set('follower', both.server('dc1-b'));
  askers.set('client', await both.startClient());
});
after(() => both.stop());

describe('prepared queries', { concurrency: false }, () => {
  it('are made, changed and deleted by way of any agent, in any datacenter', async () => {
    for (const [who, agent] of askers) {
      for (const dc of ['dc1', 'dc2']) {
        const Name = `${who}-in-${dc}`;
        const id = await create(agent, `/v1/query?dc=${dc}`, { Name, Service: { Service: 'web' } });
        const changed = await agent.request(
          'PUT',
          `/v1/query/${id}?dc=${dc}`,
          JSON.stringify({ Name, Service: { Service: 'other' } }),
        );
        assert.equal(changed.status, 200, changed.text);
        const [shown] = (await json(both.server(`${dc}-a`), `/v1/query/${id}`)) as { Service: { Service: string } }[];
        assert.equal(shown?.Service.Service, 'other', who);
        const { Query } = (await json(agent, `/v1/query/${Name}/explain?dc=${dc}`)) as { Query: { ID: string } };
        assert.equal(Query.ID, id);
        assert.equal((await agent.request('DELETE', `/v1/query/${id}?dc=${dc}`)).status, 200);
        assert.deepEqual(await json(agent, `/v1/query?dc=${dc}`), [], who);
        const { status, text } = await agent.request('GET', `/v1/query/${id}/execute?dc=${dc}`);
        assert.equal(status, 404, text);
        assert.match(text, /Query not found$/);
      }
    }
  });

  it('are watched by way of any agent', async () => {
    for (const [who, agent] of askers) {
      const { headers } = await agent.request('GET', '/v1/query');
      const waiting = agent.request('GET', `/v1/query?wait=60s&index=${headers.get('x-consul-index')}`);
      const id = await create(both.server('dc1-a'), '/v1/query', { Name: 'watched', Service: { Service: 'web' } });
      const { text } = await waiting;
      assert.deepEqual(
        (JSON.parse(text) as { ID: string }[]).map(({ ID }) => ID),
        [id],
        who,
      );
      assert.equal((await agent.request('DELETE', `/v1/query/${id}`)).status, 200);
    }
  });

  it('go to the other datacenter when nothing healthy is left in this one, and come back', async () => {
    for (const [number, [who, agent]] of [...askers].entries()) {
      const service = `web-${number}`;
      await register('dc1', service);
      await register('dc2', service);
      const leader = both.server('dc1-a');
      const of = (Failover: object) => ({ Service: { Service: service, Failover } });
      await create(leader, '/v1/query', { Name: `nearest-${number}`, ...of({ NearestN: 3 }) });
      await create(leader, '/v1/query', { Name: `listed-${number}`, ...of({ Datacenters: ['dc9', 'dc2'] }) });
      await create(leader, '/v1/query', { Name: `target-${number}`, ...of({ Targets: [{ Datacenter: 'dc2' }] }) });
      await create(leader, '/v1/query', { Name: `alone-${number}`, ...of({}) });
      const here = ['dc1', 0, [`${service}-node.dc1`]];
      const there = ['dc2', 1, [`${service}-node.dc2`]];
      const names = ['nearest', 'listed', 'target'].map((name) => `${name}-${number}`);
      const resolver = resolverOf(agent);
      const knows = async (address: string) => (await resolver.resolve4(`${names[0]}.query.consul`)).join() === address;
      for (const name of names) assert.deepEqual(await executed(agent, `/v1/query/${name}/execute`), here, who);
      // DNS is answered by any server, from what it has.
      await waitFor(() => knows('192.0.2.1').catch(() => false), `${who} to know of the query`);
      await register('dc1', service, 'critical');
      for (const name of names) {
        assert.deepEqual(await executed(agent, `/v1/query/${name}/execute`), there, `${who}: ${name}`);
        assert.deepEqual(await executed(agent, `/v1/query/${name}/execute?stale`), there, `${who}: ${name}`);
        assert.deepEqual(await resolver.resolve4(`${name}.query.consul`), ['192.0.2.2'], `${who}: ${name}`);
        const [record] = await resolver.resolveSrv(`_${name}._tcp.query.consul`);
        assert.equal(record?.name, `${service}-node.node.dc2.consul`, `${who}: ${name}`);
      }
      assert.deepEqual(await executed(agent, `/v1/query/alone-${number}/execute`), ['dc1', 0, []], who);
      await assert.rejects(resolver.resolve4(`alone-${number}.query.consul`), { code: 'ENOTFOUND' });
      await register('dc1', service);
      for (const name of names) {
        assert.deepEqual(await executed(agent, `/v1/query/${name}/execute`), here, who);
        assert.deepEqual(await resolver.resolve4(`${name}.query.consul`), ['192.0.2.1'], `${who}: ${name}`);
      }
    }
  });

  it('are asked of the datacenter that a name says', async () => {
    await register('dc2', 'theirs');
    await create(both.server('dc2-a'), '/v1/query', { Name: 'theirs', Service: { Service: 'theirs' } });
    for (const [who, agent] of askers) {
      assert.deepEqual(await executed(agent, '/v1/query/theirs/execute?dc=dc2'), ['dc2', 0, ['theirs-node.dc2']], who);
      assert.equal((await agent.request('GET', '/v1/query/theirs/execute')).status, 404, who);
      const resolver = resolverOf(agent);
      const isThere = async () => (await resolver.resolve4('theirs.query.dc2.consul')).join() === '192.0.2.2';
      await waitFor(() => isThere().catch(() => false), `${who} to be told by dc2`);
      await assert.rejects(resolver.resolve4('theirs.query.consul'), { code: 'ENOTFOUND' }, who);
      await assert.rejects(resolver.resolve4('theirs.query.dc3.consul'), { code: 'ENOTFOUND' }, who);
    }
  });
});
