// What the UI shows of the mesh: who calls whom, by registration and by intention, and what is behind a gateway; the same answer
// from the server that is asked and from one that asks another.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import { type EntryKind, type EntryOf, emptyEntry } from '../../../../../src/wire/config-entries/entries.js';
import type { ProxyConfig, Upstream } from '../../../../../src/wire/records.js';
import { allowAll } from '../../../../../src/workers/state/acl/access.js';
import { meshListEndpoints } from '../../../../../src/workers/state/endpoints/internal/mesh-lists.js';
import { gatewayServices } from '../../../../../src/workers/state/methods/catalog/catalog.js';
import { shownSteps } from '../../../../../src/workers/state/methods/contract/method.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import {
  intentionUpstreams,
  intentionUpstreamsDestination,
} from '../../../../../src/workers/state/methods/mesh/intention-upstreams.js';
import { type ServiceTopology, serviceTopology } from '../../../../../src/workers/state/methods/mesh/topology.js';
import { unset } from '../../../../../src/workers/state/rpc/rows/query-options.js';
import type { Row } from '../../../../../src/workers/state/rpc/rows/row.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { atOnce } from '../../../../../src/workers/state/turns/turns.js';
import { waitFor } from '../../../../agent-process.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import { check, proxy, register, service, TestStore } from '../replica/store/commands.js';
import { misfit } from './table/fits-shape.js';

function write<K extends EntryKind>(kind: K, name: string, fields: object, Op = 'upsert'): Command {
  const Entry = { ...emptyEntry(kind, name), ...fields } as EntryOf<K>;
  return { type: CommandType.configEntry, body: { Datacenter: 'dc1', Token: '', Op, Entry } };
}

function upstream(DestinationName: string, DestinationType = 'service'): Upstream {
  return {
    ...{ CentrallyConfigured: false, Config: null, Datacenter: '', DestinationNamespace: '', DestinationPartition: '' },
    ...{ DestinationPeer: '', IngressHosts: null, LocalBindAddress: '', LocalBindPort: 0, LocalBindSocketMode: '' },
    ...{ LocalBindSocketPath: '', MeshGateway: { Mode: '' }, DestinationName, DestinationType },
  };
}

function sidecar(of: string, fields: Partial<ProxyConfig> = {}): Command {
  const plain = proxy(of);
  return register({ Node: 'n', Service: { ...plain, Proxy: { ...plain.Proxy, ...fields } } });
}

function plain(name: string): Command {
  return register({ Node: 'n', Service: service({ ID: name, Service: name }) });
}

const SOURCE = {
  ...{ Action: 'allow', Permissions: null, Precedence: 9, LegacyID: '', Type: 'consul', Description: '' },
  ...{ LegacyMeta: null, LegacyCreateTime: null, LegacyUpdateTime: null, Peer: '', SamenessGroup: '' },
};

function allow(destination: string, ...sources: readonly string[]): Command {
  const Precedence = (Name: string) => (destination === '*' ? 6 : 9) - (Name === '*' ? 1 : 0);
  const Sources = sources.map((Name) => ({ ...SOURCE, Name, Precedence: Precedence(Name) }));
  return write('service-intentions', destination, { Sources });
}

async function serve(t: TestContext, policy: 'allow' | 'deny' = 'deny'): Promise<Served> {
  const api = await serveEndpoints(() => meshListEndpoints({ datacenter: 'dc1', defaultPolicy: () => policy }));
  t.after(() => api.close());
  return api;
}

/** What the document of the API says of the answer holds. */
function fits(target: string, body: string): void {
  const table = meshListEndpoints({ datacenter: 'dc1', defaultPolicy: () => 'deny' });
  const row = table.find(({ path }) => path.includes(target.split('/')[0] ?? ''));
  assert.equal(misfit(JSON.parse(body), row?.methods.GET?.answer ?? 'nothing'), null);
}

interface Link {
  readonly Name: string;
  readonly Source: string;
  readonly InstanceCount: number;
  readonly ChecksCritical: number;
  readonly Intention: object;
}

interface Topology {
  readonly Protocol: string;
  readonly TransparentProxy: boolean;
  readonly Upstreams: readonly Link[];
  readonly Downstreams: readonly Link[];
}

async function topologyOf(api: Served, name: string, query = ''): Promise<Topology> {
  const { status, body } = await api.get(`/v1/internal/ui/service-topology/${name}${query}`);
  assert.equal(status, 200, body);
  fits('service-topology', body);
  return JSON.parse(body) as Topology;
}

function inShort(links: readonly Link[]): string[] {
  return links.map(({ Name, Source }) => `${Name} ${Source}`);
}

test('upstreams and downstreams are those that proxies have registered, with what intentions say', async (t) => {
  const api = await serve(t);
  api.store.runAll(
    plain('web'),
    plain('db'),
    sidecar('web', { Upstreams: [upstream('db'), upstream('q', 'prepared_query'), upstream('constructor')] }),
    sidecar('db'),
    sidecar('Api', { Upstreams: [upstream('web')] }),
    register({ Node: 'n', Check: check({ Node: 'n', CheckID: 'c', ServiceID: 'db', Status: 'critical' }) }),
    write('service-defaults', 'web', { Protocol: 'http' }),
    allow('db', 'web'),
  );
  const web = await topologyOf(api, 'web');
  assert.equal(web.Protocol, 'http');
  assert.equal(web.TransparentProxy, false);
  assert.deepEqual(inShort(web.Upstreams), ['db registration', 'constructor registration']);
  const [db, other] = web.Upstreams;
  assert.deepEqual([db?.InstanceCount, db?.ChecksCritical], [1, 1]);
  const said = { HasPermissions: false, ExternalSource: '', DefaultAllow: false };
  assert.deepEqual(db?.Intention, { ...said, Allowed: true, HasExact: true });
  assert.deepEqual(other?.Intention, { ...said, Allowed: false, HasExact: false });
  assert.equal(other?.InstanceCount, 0, 'nobody has seen it yet');
  assert.deepEqual(inShort(web.Downstreams), ['Api registration']);
  assert.deepEqual(inShort((await topologyOf(api, 'db')).Downstreams), ['web registration']);
});

test('transparent proxies call what intentions let them call, and are called so', async (t) => {
  const api = await serve(t);
  api.store.runAll(
    ...['web', 'db', 'cache', 'other'].map(plain),
    ...['db', 'cache', 'other'].map((name) => sidecar(name)),
    sidecar('web', { Upstreams: [upstream('cache')] }),
    write('proxy-defaults', 'global', { Mode: 'transparent' }),
    allow('db', 'web'),
    allow('*', 'cache'),
  );
  const web = await topologyOf(api, 'web');
  assert.equal(web.TransparentProxy, true);
  assert.deepEqual(inShort(web.Upstreams), ['cache registration', 'db specific-intention']);
  assert.deepEqual(inShort(web.Downstreams), ['cache wildcard-intention']);
  api.store.runAll(write('proxy-defaults', 'global', { Mode: 'direct' }));
  const direct = await topologyOf(api, 'web');
  assert.deepEqual(inShort([...direct.Upstreams, ...direct.Downstreams]), ['cache registration']);
});

test('without a word about it everything may be called where that is the rule', async (t) => {
  const api = await serve(t, 'allow');
  api.store.runAll(plain('web'), plain('db'), sidecar('db'), sidecar('web', { Mode: 'transparent' }));
  const { Upstreams } = await topologyOf(api, 'web');
  assert.deepEqual(inShort(Upstreams), ['db default-allow']);
});

test('a topology is waited for', async (t) => {
  const api = await serve(t);
  api.store.runAll(plain('web'), sidecar('web'));
  const { headers } = await api.get('/v1/internal/ui/service-topology/web');
  const waiting = topologyOf(api, 'web', `?index=${headers['x-consul-index']}&wait=60s`);
  await waitFor(() => api.store.watches.waiting > 0, 'the query');
  api.store.runAll(sidecar('web', { Upstreams: [upstream('db')] }));
  assert.deepEqual(inShort((await waiting).Upstreams), ['db registration']);
});

const LINK = { CAFile: '', CertFile: '', KeyFile: '', SNI: '', DisableAutoHostRewrite: false };
const LISTED = {
  ...{ TLS: null, RequestHeaders: null, ResponseHeaders: null, Meta: null, PassiveHealthCheck: null },
  ...{ MaxConnections: 0, MaxPendingRequests: 0, MaxConcurrentRequests: 0 },
};

test('what is behind a gateway, with its addresses, and the intentions about it', async (t) => {
  const api = await serve(t);
  const listener = (Port: number, Hosts: readonly string[] | null) => ({
    ...{ Port, Protocol: 'http', TLS: null },
    Services: [{ Name: 'web', Hosts, ...LISTED }],
  });
  api.store.runAll(
    plain('web'),
    plain('db'),
    write('proxy-defaults', 'global', { Config: { protocol: 'http' }, Protocol: 'http' }),
    write('ingress-gateway', 'in', { Listeners: [listener(80, null), listener(81, ['web.example'])] }),
    write('terminating-gateway', 'out', { Services: ['*', 'gone'].map((Name) => ({ ...LINK, Name })) }),
    allow('db', 'web', '*'),
    allow('*', 'web'),
    allow('unlinked', 'web'),
  );
  const get = async (target: string) => {
    const { status, body } = await api.get(`/v1/internal/ui/${target}`);
    assert.equal(status, 200, body);
    fits(target, body);
    return JSON.parse(body) as readonly { readonly [field: string]: unknown }[];
  };
  const [web, ...rest] = await get('gateway-services-nodes/in');
  assert.deepEqual(rest, [], 'once for both ports');
  assert.deepEqual(web?.['GatewayConfig'], { Addresses: ['web.ingress.consul:80', 'web.example:81'] });
  assert.equal(web?.['InstanceCount'], 1);
  const out = await get('gateway-services-nodes/out');
  assert.deepEqual(
    out.map(({ Name, InstanceCount, ConnectedWithGateway }) => [Name, InstanceCount, ConnectedWithGateway]),
    [
      ['db', 1, true],
      ['gone', 0, true],
      ['web', 1, true],
    ],
  );
  const listed = gatewayServices.prepare(api.store, 'out', allowAll);
  assert.ok(!isRefusal(listed));
  const names = listed.read().value.map(({ Service }) => Service.Name);
  assert.deepEqual([...names].sort(), ['db', 'gone', 'web'], 'not what stands for all of them');
  const intentions = await get('gateway-intentions/out');
  assert.deepEqual(
    intentions.map(({ SourceName, DestinationName }) => `${SourceName} ${DestinationName}`),
    ['web db', '* db', 'web *'],
  );
  assert.deepEqual(await get('gateway-intentions/none'), []);
  for (const list of ['service-topology', 'gateway-services-nodes', 'gateway-intentions']) {
    assert.equal((await api.get(`/v1/internal/ui/${list}/`)).status, 400);
  }
});

test('a server that asks another shows the same', () => {
  const store = new TestStore();
  store.runAll(plain('web'), plain('db'), sidecar('db'), sidecar('web', { Upstreams: [upstream('db')] }));
  const question = { service: 'web', kind: '', isAllowedByDefault: true };
  const read = serviceTopology.prepare(store, question, allowAll);
  assert.ok(!isRefusal(read) && read.narrowInSteps !== undefined);
  const value = atOnce(read.narrowInSteps(read.read().value));
  assert.equal(value.upstreams.length, 1);
  const row = rpcRows.find(({ method }) => method.name === serviceTopology.name) as Extract<Row, { kind: 'read' }>;
  const reply = decode(row.reply, encode(row.reply, row.show(value, unset, question)));
  assert.ok(reply.ok);
  const there = row.value(reply.value, question) as ServiceTopology;
  assert.deepEqual(JSON.parse(JSON.stringify(there)), JSON.parse(JSON.stringify(value)));
});

test('whom a service may call as intentions have it, in the mesh and outside of it', () => {
  const store = new TestStore({ now: Date.now });
  store.runAll(
    ...['web', 'api', 'db', 'logs'].map((name) => sidecar(name)),
    plain('alone'),
    write('service-defaults', 'outside', { Protocol: 'tcp', Destination: { Addresses: ['x.example'], Port: 443 } }),
    allow('api', 'web'),
    allow('outside', 'web'),
    write('service-intentions', 'db', { Sources: [{ ...SOURCE, Name: 'web', Action: 'deny' }] }),
  );
  const names = (method: typeof intentionUpstreams, service: string, isAllowedByDefault: boolean) => {
    const prepared = method.prepare(store, { service, isAllowedByDefault }, allowAll);
    assert.ok(!isRefusal(prepared));
    const { value, index } = prepared.read();
    assert.ok(index > 0);
    return [...atOnce(shownSteps(prepared, value))];
  };
  assert.deepEqual(names(intentionUpstreams, 'web', false), ['api']);
  assert.deepEqual(names(intentionUpstreams, 'web', true), ['api', 'logs']);
  assert.deepEqual(names(intentionUpstreams, 'db', false), []);
  assert.deepEqual(names(intentionUpstreamsDestination, 'web', false), ['outside']);
  assert.deepEqual(names(intentionUpstreamsDestination, 'db', false), []);
  const nameless = intentionUpstreams.prepare(store, { service: '', isAllowedByDefault: true }, allowAll);
  assert.ok(isRefusal(nameless));
});
