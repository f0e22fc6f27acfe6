// A client agent beside one server, both real and on loopback: whatever is asked of the client, the server answers, and what is
// registered with the client is in the catalog. Then the server goes, and comes back.

import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-client-'));
const SERVER = ['-server', '-bootstrap', `-data-dir=${folder}/server`];
let server: AgentProcess;
let client: AgentProcess;

interface Instance {
  readonly Node: string;
  readonly ServiceID: string;
}

async function instances(agent: AgentProcess, service: string): Promise<readonly Instance[]> {
  return (await agent.json(`/v1/catalog/service/${service}`)) as readonly Instance[];
}

before(async () => {
  server = await startAgent({ args: SERVER, node: 'server' });
  const join = `-retry-join=127.0.0.1:${server.ports.serfLan}`;
  client = await startAgent({ args: [`-data-dir=${folder}/client`, join], node: 'client' });
});
after(async () => {
  await client?.stop();
  await server?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('a client agent', { concurrency: false }, () => {
  it('answers from the server, with its headers', async () => {
    assert.equal((await client.request('PUT', '/v1/kv/a', 'one')).text.trim(), 'true');
    assert.equal((await server.request('GET', '/v1/kv/a?raw')).text, 'one');
    const { text, headers } = await client.request('GET', '/v1/kv/a?raw');
    assert.equal(text, 'one');
    assert.equal(headers.get('X-Consul-Knownleader'), 'true');
    assert.equal(headers.get('X-Consul-Lastcontact'), '0');
    assert.ok(Number(headers.get('X-Consul-Index')) > 1);
    assert.equal(await client.json('/v1/status/leader'), `127.0.0.1:${server.ports.server}`);
    assert.deepEqual(await client.json('/v1/status/peers'), [`127.0.0.1:${server.ports.server}`]);
    assert.equal((await client.request('GET', '/v1/kv/a?raw&consistent')).text, 'one');
    assert.equal((await client.request('GET', '/v1/kv/a?raw&stale')).text, 'one');
  });

  it('passes on what the server refuses', async () => {
    const { status, text } = await client.request('GET', '/v1/catalog/nodes?filter=nonsense');
    assert.equal(status, 500);
    assert.match(text, /^rpc error making call: /);
    const elsewhere = await client.request('GET', '/v1/catalog/nodes?dc=other');
    assert.deepEqual([elsewhere.status, elsewhere.text], [500, 'rpc error making call: No path to datacenter']);
  });

  it('tells how much there is, as the server does, and hears when that changes', async () => {
    type Usage = { readonly Usage: { readonly dc1: { readonly Nodes: number } }; readonly Index: number };
    const usage = async (agent: AgentProcess) => (await agent.json('/v1/operator/usage')) as Usage;
    await waitFor(async () => (await usage(client)).Usage.dc1.Nodes === 2, 'both agents in the catalog');
    const before = await usage(client);
    assert.deepEqual(before.Usage, (await usage(server)).Usage);
    const waiting = client.json(`/v1/operator/usage?index=${before.Index}&wait=60s`) as Promise<Usage>;
    const node = { Node: 'counted', Address: '10.0.0.9' };
    assert.equal((await client.request('PUT', '/v1/catalog/register', JSON.stringify(node))).status, 200);
    assert.ok((await waiting).Index > before.Index);
    const { Usage } = (await client.json('/v1/operator/usage?stale&global')) as Usage;
    assert.equal(Usage.dc1.Nodes, before.Usage.dc1.Nodes + 1);
    await client.request('PUT', '/v1/catalog/deregister', JSON.stringify({ Node: node.Node }));
  });

  it('does transactions, sessions and events', async () => {
    const operations = [
      { KV: { Verb: 'set', Key: 'txn', Value: Buffer.from('both').toString('base64') } },
      { KV: { Verb: 'get', Key: 'a' } },
    ];
    const done = await client.request('PUT', '/v1/txn', JSON.stringify(operations));
    assert.equal(done.status, 200);
    assert.equal((JSON.parse(done.text) as { Results: readonly unknown[] }).Results.length, 2);
    const made = await client.request('PUT', '/v1/session/create', '{"Name":"lock","TTL":"10s"}');
    const { ID } = JSON.parse(made.text) as { ID: string };
    assert.equal((await client.request('PUT', `/v1/kv/lock?acquire=${ID}`, 'mine')).text.trim(), 'true');
    assert.equal((await client.request('PUT', `/v1/session/renew/${ID}`)).status, 200);
    const found = (await server.json(`/v1/session/info/${ID}`)) as readonly { Node: string }[];
    assert.equal(found[0]?.Node, 'client');
    assert.equal((await client.request('PUT', `/v1/session/destroy/${ID}`)).text.trim(), 'true');
    assert.equal((await client.request('PUT', '/v1/event/fire/deploy', 'now')).status, 200);
    await waitFor(
      async () => ((await client.json('/v1/event/list')) as readonly unknown[]).length === 1,
      'the event to come round',
    );
  });

  it('brings its services to the catalog before it answers, and takes them out', async () => {
    const body = '{"ID":"web-1","Name":"web","Port":80,"Check":{"TTL":"10m"}}';
    assert.equal((await client.request('PUT', '/v1/agent/service/register', body)).status, 200);
    assert.deepEqual(
      (await instances(server, 'web')).map(({ Node, ServiceID }) => [Node, ServiceID]),
      [['client', 'web-1']],
    );
    assert.equal((await instances(client, 'web')).length, 1);
    assert.equal((await client.request('PUT', '/v1/agent/check/pass/service:web-1')).status, 200);
    await waitFor(
      async () => ((await client.json('/v1/health/service/web?passing')) as readonly unknown[]).length === 1,
      'the check to pass',
    );
    assert.equal((await client.request('PUT', '/v1/agent/service/deregister/web-1')).status, 200);
    await waitFor(async () => (await instances(server, 'web')).length === 0, 'the service to be gone');
  });

  it('has in its proxies what config entries say, and tells whoever waits for another hash', async () => {
    interface Shown {
      readonly ContentHash: string;
      readonly Proxy: { readonly Config: { readonly protocol?: string; readonly own: number } };
    }
    const shown = async (query = '') => (await client.json(`/v1/agent/service/api-sidecar-proxy${query}`)) as Shown;
    const say = async (protocol: string) => {
      const entry = JSON.stringify({ Kind: 'service-defaults', Name: 'api', Protocol: protocol });
      assert.equal((await client.request('PUT', '/v1/config', entry)).status, 200);
    };
    await say('http');
    const proxy = { Config: { own: 1 } };
    const body = JSON.stringify({ Name: 'api', Port: 80, Connect: { SidecarService: { Proxy: proxy } } });
    assert.equal((await client.request('PUT', '/v1/agent/service/register', body)).status, 200);
    const first = await shown();
    assert.deepEqual(first.Proxy.Config, { protocol: 'http', own: 1 });
    const waiting = shown(`?hash=${first.ContentHash}&wait=60s`);
    await say('grpc');
    assert.deepEqual((await waiting).Proxy.Config, { protocol: 'grpc', own: 1 });
    type Listed = readonly { readonly ServiceProxy: Shown['Proxy'] }[];
    await waitFor(async () => {
      const [listed] = (await server.json('/v1/catalog/service/api-sidecar-proxy')) as Listed;
      return listed?.ServiceProxy.Config.protocol === 'grpc';
    }, 'the catalog to have it');
    assert.equal((await client.request('PUT', '/v1/agent/service/deregister/api')).status, 200);
    await client.request('DELETE', '/v1/config/service-defaults/api');
  });

  it('answers DNS', async () => {
    const body = '{"ID":"db-1","Name":"db","Port":5432,"Address":"10.1.2.3"}';
    assert.equal((await client.request('PUT', '/v1/agent/service/register', body)).status, 200);
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${client.ports.dns}`]);
    assert.deepEqual(await resolver.resolve4('db.service.consul'), ['10.1.2.3']);
    const [found] = await resolver.resolveSrv('db.service.consul');
    assert.deepEqual([found?.name, found?.port], ['0a010203.addr.dc1.consul', 5432]);
    assert.deepEqual(await resolver.resolve4('server.node.consul'), ['127.0.0.1']);
    assert.deepEqual(await resolver.reverse('10.1.2.3'), ['db.service.dc1.consul']);
    await assert.rejects(resolver.resolve4('nobody.service.consul'), { code: 'ENOTFOUND' });
  });

  it('wakes all who wait for the same, each at its own time', async () => {
    const index = (await client.request('GET', '/v1/kv/a')).headers.get('X-Consul-Index');
    const waiting = Array.from({ length: 20 }, () => client.request('GET', `/v1/kv/a?raw&index=${index}&wait=60s`));
    const short = await client.request('GET', `/v1/kv/a?raw&index=${index}&wait=200ms`);
    assert.deepEqual([short.text, short.headers.get('X-Consul-Index')], ['one', index]);
    await server.request('PUT', '/v1/kv/a', 'two');
    for (const { text } of await Promise.all(waiting)) assert.equal(text, 'two');
  });

  it('saves and restores the state by way of the server', async () => {
    await client.request('PUT', '/v1/kv/saved', 'before');
    const saved = await fetch(`${client.http}/v1/snapshot`);
    assert.equal(saved.status, 200);
    const archive = new Uint8Array(await saved.arrayBuffer());
    await client.request('PUT', '/v1/kv/saved', 'after');
    const restored = await fetch(`${client.http}/v1/snapshot`, { method: 'PUT', body: archive });
    assert.equal(restored.status, 200, await restored.text());
    assert.equal((await client.request('GET', '/v1/kv/saved?raw')).text, 'before');
  });

  it('fails while the server is away, keeps what is registered, and goes on when it is back', async () => {
    const { ports } = server;
    await server.kill();
    const failed = await client.request('GET', '/v1/kv/a');
    assert.equal(failed.status, 500);
    const body = '{"Name":"meanwhile","Port":81}';
    assert.equal((await client.request('PUT', '/v1/agent/service/register', body)).status, 200);
    server = await startAgent({ args: SERVER, node: 'server', ports });
    await waitFor(
      async () => (await instances(server, 'meanwhile')).length === 1,
      'what was registered meanwhile to reach the catalog',
    );
    assert.equal((await client.request('GET', '/v1/kv/a?raw')).text, 'two');
  });
});
