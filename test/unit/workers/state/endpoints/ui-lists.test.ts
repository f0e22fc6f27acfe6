// What the UI asks for: nodes, one node, services in short. As recorded where there is a recording, and what the recording has no
// example of: checks of a node that several instances share, proxies, sources; filters, waiting, and who isn't there.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { decode } from '../../../../../src/msgpack/codec.js';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import { type ConfigEntry, emptyEntry } from '../../../../../src/wire/config-entries/entries.js';
import { catalogOverviewEndpoints } from '../../../../../src/workers/state/endpoints/internal/catalog-overview.js';
import { internalEndpoints } from '../../../../../src/workers/state/endpoints/internal/internal.js';
import { metricsProxyEndpoints } from '../../../../../src/workers/state/endpoints/internal/metrics-proxy.js';
import { servicesSummary } from '../../../../../src/workers/state/endpoints/internal/service-summary.js';
import type { ServiceDump } from '../../../../../src/workers/state/methods/internal.js';
import type { Row } from '../../../../../src/workers/state/rpc/rows/row.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { waitFor } from '../../../../agent-process.js';
import { readJson } from '../../../../data.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import { check, proxy, register, service } from '../replica/store/commands.js';

interface Recorded {
  readonly label: string;
  readonly http?: { readonly answer: string };
  readonly response: { readonly body_hex: string };
}

async function serve(t: TestContext): Promise<Served> {
  const api = await serveEndpoints(() => [...internalEndpoints(), ...metricsProxyEndpoints(true)]);
  t.after(() => api.close());
  return api;
}

test('the services in short are those of the recording', () => {
  const calls = readJson('rpc/internal.json') as readonly Recorded[];
  const call = calls.find(({ label }) => label === 'ui-services');
  const row = rpcRows.find(({ method }) => method.name === 'Internal.ServiceDump') as Extract<Row, { kind: 'read' }>;
  const reply = decode(row.reply, Buffer.from(call?.response.body_hex ?? '', 'hex'));
  assert.ok(reply.ok);
  const dump = row.value(reply.value, { filter: '', kind: null }) as ServiceDump;
  assert.equal(servicesSummary(dump), call?.http?.answer);
});

test('a check of a node counts once for a service, one of an instance each time', async (t) => {
  const api = await serve(t);
  const web = (ID: string, Tags: readonly string[], Meta: { readonly [key: string]: string } | null = null) =>
    register({ Service: service({ ID, Service: 'web', Tags, Meta }) });
  api.store.runAll(
    web('web1', ['b', 'a'], { 'external-source': 'nomad' }),
    web('web2', ['a']),
    register({ Node: 'n2', Service: { ...proxy('web'), Proxy: { ...proxy('web').Proxy, Mode: 'transparent' } } }),
    register({ Check: check({ CheckID: 'node', Status: 'warning' }) }),
    register({ Check: check({ CheckID: 'c1', ServiceID: 'web1', Status: 'passing' }) }),
    register({ Check: check({ CheckID: 'c2', ServiceID: 'web2', Status: 'critical' }) }),
  );
  const { body, headers } = await api.get('/v1/internal/ui/services');
  const [web1, sidecar, ...rest] = JSON.parse(body) as readonly { readonly [field: string]: unknown }[];
  assert.deepEqual(rest, []);
  assert.deepEqual(web1, {
    Name: 'web',
    Datacenter: 'dc1',
    Tags: ['a', 'b'],
    Nodes: ['n1'],
    ExternalSources: ['nomad'],
    InstanceCount: 2,
    ChecksPassing: 1,
    ChecksWarning: 1,
    ChecksCritical: 1,
    GatewayConfig: {},
    TransparentProxy: false,
    ConnectNative: false,
    ConnectedWithProxy: true,
    ConnectedWithGateway: false,
  });
  assert.equal(sidecar?.['Kind'], 'connect-proxy');
  assert.equal(sidecar?.['TransparentProxy'], true);
  assert.equal(headers['x-consul-index'], String(api.store.appliedIndex));

  const filtered = await api.get(`/v1/internal/ui/services?filter=${encodeURIComponent('Service.Kind == ""')}`);
  // What isn't shown isn't counted either.
  assert.deepEqual(JSON.parse(filtered.body), [{ ...web1, ConnectedWithProxy: false }]);
  assert.equal((await api.get('/v1/internal/ui/services?filter=x')).status, 500);
});

function gateway(Kind: 'terminating-gateway' | 'ingress-gateway', Name: string, fields: object): Command {
  const Entry = { ...emptyEntry(Kind, Name), ...fields } as ConfigEntry;
  return { type: CommandType.configEntry, body: { Datacenter: 'dc1', Token: '', Op: 'upsert', Entry } };
}

test('a service behind a terminating gateway is said to be, whatever the case of its name; one behind an ingress gateway is not', async (t) => {
  const api = await serve(t);
  const named = (Name: string) => ({
    Name,
    CAFile: '',
    CertFile: '',
    KeyFile: '',
    SNI: '',
    DisableAutoHostRewrite: false,
  });
  const served = {
    Name: 'web',
    Hosts: null,
    TLS: null,
    RequestHeaders: null,
    ResponseHeaders: null,
    MaxConnections: 0,
  };
  const limits = { MaxPendingRequests: 0, MaxConcurrentRequests: 0, PassiveHealthCheck: null };
  const listener = { Port: 80, Protocol: 'tcp', TLS: null, Services: [{ ...served, ...limits }] };
  api.store.runAll(
    register({ Service: service({ ID: 'db', Service: 'db' }) }),
    register({ Service: service({ ID: 'web', Service: 'web' }) }),
  );
  const at = api.store.appliedIndex;
  const waiting = api.get(`/v1/internal/ui/services?index=${at}&wait=60s`);
  await waitFor(() => api.server.waitingReads === 1, 'the query to wait');
  api.store.runAll(
    gateway('terminating-gateway', 'out', { Services: [named('DB')] }),
    gateway('ingress-gateway', 'in', { Listeners: [listener] }),
  );
  await waiting;
  const { body } = await api.get('/v1/internal/ui/services');
  const shown = JSON.parse(body) as readonly { Name: string; ConnectedWithGateway: boolean }[];
  assert.deepEqual(
    shown.map(({ Name, ConnectedWithGateway }) => [Name, ConnectedWithGateway]),
    [
      ['db', true],
      ['web', false],
    ],
  );
});

test('exported services are those of the entry, each once with its peers; a star is every service that is none of the mesh’s own', async (t) => {
  const api = await serve(t);
  const consumers = (...peers: readonly string[]) => peers.map((Peer) => ({ Peer, Partition: '', SamenessGroup: '' }));
  const entry = (...Services: readonly object[]) => {
    const Entry = { ...emptyEntry('exported-services', 'default'), Services } as ConfigEntry;
    api.store.runAll({ type: CommandType.configEntry, body: { Datacenter: 'dc1', Token: '', Op: 'upsert', Entry } });
  };
  const shown = async () => JSON.parse((await api.get('/v1/exported-services')).body) as unknown;
  const to = (Service: string, ...Peers: readonly string[]) => ({ Service, Consumers: { Peers } });
  assert.deepEqual(await shown(), []);
  entry(
    { Name: 'web', Namespace: '', Consumers: consumers('west', 'east') },
    { Name: 'db', Namespace: '', Consumers: null },
    { Name: 'api', Namespace: '', Consumers: consumers('east', '') },
  );
  assert.deepEqual(await shown(), [to('api', 'east'), to('web', 'east', 'west')]);
  const filtered = async (filter: string) => api.get(`/v1/exported-services?filter=${encodeURIComponent(filter)}`);
  assert.deepEqual(JSON.parse((await filtered('west in Consumers.Peers')).body), [to('web', 'east', 'west')]);
  assert.deepEqual(JSON.parse((await filtered('Service == api')).body), [to('api', 'east')]);
  assert.equal((await filtered('Peers is empty')).status, 500);
  entry(
    { Name: '*', Namespace: '', Consumers: consumers('east') },
    { Name: 'b', Namespace: '', Consumers: consumers('x') },
  );
  const waiting = api.get(`/v1/exported-services?index=${api.store.appliedIndex}&wait=60s`);
  await waitFor(() => api.server.waitingReads === 1, 'the query to wait');
  api.store.runAll(
    register({ Service: service({ ID: 'b', Service: 'b' }) }),
    register({ Service: service({ ID: 'consul', Service: 'consul' }) }),
    register({ Service: proxy('b') }),
    register({ Service: service({ ID: 'a', Service: 'a' }) }),
  );
  await waiting;
  assert.deepEqual(await shown(), [to('a', 'east'), to('b', 'east', 'x')]);
});

test('the overview of the catalog is that of the recording', async (t) => {
  const calls = readJson('rpc/internal.json') as readonly Recorded[];
  const call = calls.find(({ label }) => label === 'ui-overview');
  const api = await serveEndpoints(({ calls: to }) => catalogOverviewEndpoints(to));
  t.after(() => api.close());
  const serf = (Node: string) =>
    register({ Node, Check: check({ Node, CheckID: 'serfHealth', Name: 'Serf Health Status', Status: 'passing' }) });
  const run = (Node: string, ID: string, Service: string, name: string, Status: 'passing' | 'critical') =>
    register({
      Node,
      Service: service({ ID, Service }),
      Check: check({ Node, CheckID: `${ID}:${name}`, Name: name, ServiceID: ID, ServiceName: Service, Status }),
    });
  api.store.runAll(
    serf('c1'),
    run('c1', 'api', 'api', "Service 'api' check", 'passing'),
    serf('s1'),
    register({ Node: 's1', Service: service({ ID: 'consul', Service: 'consul' }) }),
    run('n1', 'web1', 'web', 'http', 'passing'),
    register({ Node: 'n1', Check: check({ Node: 'n1', CheckID: 'mem', Name: 'memory', Status: 'warning' }) }),
    run('n2', 'web2', 'web', 'tcp', 'critical'),
    register({ Node: 'n4', Service: service({ ID: 'db', Service: 'db' }) }),
    register({ Node: 'n4', Check: check({ Node: 'n4', CheckID: 'c', Name: 'c', Status: 'passing' }) }),
  );
  assert.equal((await api.get('/v1/internal/ui/catalog-overview')).body, call?.http?.answer);
});

test('lists for the UI wait for a change of anything in them', async (t) => {
  const api = await serve(t);
  api.store.runAll(register({ Service: service({ ID: 'web', Service: 'web' }) }));
  for (const target of ['/v1/internal/ui/services', '/v1/internal/ui/node/n1', '/v1/internal/ui/nodes']) {
    const waiting = api.get(`${target}?index=${api.store.appliedIndex}&wait=60s`);
    await waitFor(() => api.server.waitingReads === 1, 'the query to wait');
    api.store.runAll(register({ Check: check({ Status: 'critical', Output: target }) }));
    const { status, body, headers } = await waiting;
    assert.equal(status, 200);
    assert.equal(headers['x-consul-index'], String(api.store.appliedIndex));
    if (target !== '/v1/internal/ui/services') assert.ok(body.includes(target), body);
    else assert.ok(body.includes('"ChecksCritical":1'), body);
  }
});

test('a node with what runs on it, one that is not there, and none', async (t) => {
  const api = await serve(t);
  api.store.runAll(register({ Service: service({ ID: 'web', Service: 'web' }) }), register({ Check: check({}) }));
  const { body } = await api.get('/v1/internal/ui/node/N1');
  const node = JSON.parse(body) as { Node: string; Services: readonly object[]; Checks: readonly object[] };
  assert.deepEqual([node.Node, node.Services.length, node.Checks.length], ['n1', 1, 1]);
  const [first] = JSON.parse((await api.get('/v1/internal/ui/nodes')).body) as readonly object[];
  assert.deepEqual(node, first);
  const missing = await api.get('/v1/internal/ui/node/other');
  assert.deepEqual([missing.status, missing.body, missing.headers['content-type']], [404, '', undefined]);
  const none = await api.get('/v1/internal/ui/node/');
  assert.deepEqual([none.status, none.body], [400, 'Missing node name']);
});

test('there is no metrics server behind the UI', async (t) => {
  const api = await serve(t);
  const { status, body } = await api.get('/v1/internal/ui/metrics-proxy/api/v1/query?query=up');
  assert.deepEqual([status, body], [404, 'Metrics proxy is not enabled']);
  assert.equal((await api.put('/v1/internal/ui/metrics-proxy/x')).status, 405);
});
