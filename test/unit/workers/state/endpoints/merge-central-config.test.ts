// `merge-central-config`: instances of proxies and gateways with what proxy-defaults and service-defaults say of them, over health
// and catalog, filtered by what is shown, kept while nothing changes, and waited for.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import { type EntryKind, type EntryOf, emptyEntry } from '../../../../../src/wire/config-entries/entries.js';
import type { ProxyConfig, Upstream } from '../../../../../src/wire/records.js';
import { catalogReads } from '../../../../../src/workers/state/endpoints/catalog-read.js';
import { healthEndpoints } from '../../../../../src/workers/state/endpoints/health.js';
import { mergedInstances } from '../../../../../src/workers/state/methods/catalog/central-config.js';
import { waitFor } from '../../../../agent-process.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import { proxy, register, service, TestStore } from '../replica/store/commands.js';

function write<K extends EntryKind>(kind: K, name: string, fields: Partial<EntryOf<K>>, Op = 'upsert'): Command {
  const Entry = { ...emptyEntry(kind, name), ...fields } as EntryOf<K>;
  return { type: CommandType.configEntry, body: { Datacenter: 'dc1', Token: '', Op, Entry } };
}

const NO_UPSTREAM: Upstream = {
  CentrallyConfigured: false,
  Config: null,
  Datacenter: '',
  DestinationName: '',
  DestinationNamespace: '',
  DestinationPartition: '',
  DestinationPeer: '',
  DestinationType: 'service',
  IngressHosts: null,
  LocalBindAddress: '',
  LocalBindPort: 0,
  LocalBindSocketMode: '',
  LocalBindSocketPath: '',
  MeshGateway: { Mode: '' },
};

const UPSTREAM = {
  Name: '',
  Peer: '',
  EnvoyListenerJSON: '',
  EnvoyClusterJSON: '',
  Protocol: '',
  ConnectTimeoutMs: 0,
  Limits: null,
  PassiveHealthCheck: null,
  MeshGateway: { Mode: '' },
  BalanceOutboundConnections: '',
};

function sidecar(of: string, fields: Partial<ProxyConfig> = {}, ID = `${of}-proxy`): Command {
  const plain = proxy(of);
  return register({ Node: 'n', Service: { ...plain, ID, Proxy: { ...plain.Proxy, ...fields } } });
}

async function serve(t: TestContext): Promise<Served> {
  const api = await serveEndpoints(({ calls }) => [
    ...healthEndpoints('n'),
    ...catalogReads({ calls, nodeName: 'n', datacenter: 'dc1' }),
  ]);
  t.after(() => api.close());
  return api;
}

interface Shown {
  readonly [field: string]: unknown;
}

async function proxyOf(api: Served, target: string): Promise<Shown> {
  const { status, body } = await api.get(target);
  assert.equal(status, 200, body);
  const [entry] = JSON.parse(body) as readonly { readonly Service: { readonly Proxy: Shown } }[];
  assert.ok(entry !== undefined);
  return entry.Service.Proxy;
}

const MERGED = '/v1/health/connect/web?merge-central-config';

test('what is registered counts more than what is said of the service, and that more than what is said of all', async (t) => {
  const api = await serve(t);
  api.store.runAll(
    sidecar('web', { Config: { local_request_timeout_ms: 7, own: true } }),
    write('proxy-defaults', 'global', {
      Config: { protocol: 'http', local_connect_timeout_ms: 1, local_request_timeout_ms: 1, all: 1 },
      Protocol: 'http',
      MeshGateway: { Mode: 'local' },
      Mode: 'direct',
      AccessLogs: {
        Enabled: true,
        DisableListenerLogs: false,
        Type: 'stdout',
        Path: '',
        JSONFormat: '',
        TextFormat: '',
      },
    }),
    write('service-defaults', 'web', {
      Protocol: 'grpc',
      LocalConnectTimeoutMs: 2,
      MaxInboundConnections: 9,
      MeshGateway: { Mode: 'remote' },
      Expose: { Checks: true, Paths: null },
    }),
  );
  assert.deepEqual(await proxyOf(api, MERGED), {
    DestinationServiceName: 'web',
    Mode: 'direct',
    Config: {
      all: 1,
      local_connect_timeout_ms: 2,
      local_request_timeout_ms: 7,
      max_inbound_connections: 9,
      own: true,
      protocol: 'grpc',
    },
    MeshGateway: { Mode: 'remote' },
    Expose: { Checks: true },
    AccessLogs: { Enabled: true, Type: 'stdout' },
  });
  const plain = await proxyOf(api, '/v1/health/connect/web');
  assert.deepEqual(plain['Config'], { local_request_timeout_ms: 7, own: true }, 'nobody else sees it');
  const flat = JSON.parse((await api.get('/v1/catalog/connect/web?merge-central-config')).body) as Shown[];
  const [{ ServiceProxy } = {}] = flat;
  assert.deepEqual((ServiceProxy as Shown)['MeshGateway'], { Mode: 'remote' });
  const onNode = JSON.parse((await api.get('/v1/catalog/node-services/n?merge-central-config')).body) as {
    readonly Services: readonly { readonly Proxy: Shown }[];
  };
  assert.deepEqual(onNode.Services[0]?.Proxy['MeshGateway'], { Mode: 'remote' });
  const byId = await api.get('/v1/catalog/node/n?merge-central-config');
  assert.match(byId.body, /"Mode":"remote"/);
});

test('upstreams have what is said of them, and a transparent proxy those that only the entry names', async (t) => {
  const api = await serve(t);
  const upstream = (DestinationName: string, fields: Partial<Upstream> = {}) => ({
    ...NO_UPSTREAM,
    DestinationName,
    ...fields,
  });
  const given = [upstream('db', { Config: { connect_timeout_ms: 5 } }), upstream('constructor')];
  const query = upstream('q', { DestinationType: 'prepared_query' });
  api.store.runAll(
    write('service-defaults', 'db', { Protocol: 'http' }),
    write('service-defaults', 'web', {
      UpstreamConfig: {
        Defaults: { ...UPSTREAM, ConnectTimeoutMs: 100, MeshGateway: { Mode: 'local' } },
        Overrides: [
          {
            ...UPSTREAM,
            Name: 'DB',
            Limits: { MaxConnections: 0, MaxPendingRequests: null, MaxConcurrentRequests: 4 },
          },
          { ...UPSTREAM, Name: 'cache', Protocol: 'http2' },
        ],
      },
    }),
    sidecar('web', { Upstreams: [...given, query] }),
  );
  const shown = async () => (await proxyOf(api, MERGED))['Upstreams'] as readonly Shown[];
  const inShort = (all: readonly Shown[]) =>
    all.map(({ DestinationName, Config, MeshGateway, CentrallyConfigured }) => [
      DestinationName,
      Config,
      MeshGateway,
      CentrallyConfigured,
    ]);
  const local = { Mode: 'local' };
  const expected = [
    [
      'db',
      { connect_timeout_ms: 5, limits: { max_concurrent_requests: 4, max_connections: 0 }, protocol: 'http' },
      local,
      undefined,
    ],
    ['constructor', { connect_timeout_ms: 100 }, local, undefined],
    ['q', undefined, {}, undefined],
  ];
  assert.deepEqual(inShort(await shown()), expected);
  api.store.runAll(sidecar('web', { Mode: 'transparent', Upstreams: [...given, query] }));
  assert.deepEqual(inShort(await shown()), [
    ...expected,
    ['cache', { connect_timeout_ms: 100, protocol: 'http2' }, local, true],
  ]);
});

test('a gateway has its own defaults, everything else stays as it is', async (t) => {
  const api = await serve(t);
  api.store.runAll(
    register({ Node: 'n', Service: { ...service({ ID: 'gw', Service: 'gw' }), Kind: 'terminating-gateway', Port: 1 } }),
    register({ Node: 'n', Service: service({ ID: 'web', Service: 'web' }) }),
    write('proxy-defaults', 'global', { Config: { a: 1 } }),
  );
  assert.deepEqual((await proxyOf(api, '/v1/health/service/gw?merge-central-config'))['Config'], { a: 1 });
  const plain = await api.get('/v1/health/service/web');
  assert.equal((await api.get('/v1/health/service/web?merge-central-config')).body, plain.body);
});

test('a filter sees what is shown; another entry is another answer, which a query waits for', async (t) => {
  const api = await serve(t);
  api.store.runAll(sidecar('web'), sidecar('web', { Mode: 'direct' }, 'second'));
  const count = async (target: string) => (JSON.parse((await api.get(target)).body) as unknown[]).length;
  const filtered = `${MERGED}&filter=${encodeURIComponent('Service.Proxy.Mode == transparent')}`;
  assert.equal(await count(filtered), 0);
  api.store.runAll(write('service-defaults', 'web', { Mode: 'transparent' }));
  assert.equal(await count(filtered), 1);
  assert.equal(await count(filtered.replace('?merge-central-config&', '?')), 0);
  const first = await api.get(MERGED);
  const index = Number(first.headers['x-consul-index']);
  assert.equal(index, api.store.index('config-entries'));
  const waiting = api.get(`${MERGED}&index=${index}&wait=60s`);
  await waitFor(() => api.store.watches.waiting > 0, 'the query');
  api.store.runAll(write('service-resolver', 'other', {}));
  assert.ok(api.store.watches.waiting > 0, 'an entry of another kind wakes nobody');
  api.store.runAll(write('service-defaults', 'web', { Mode: 'direct' }));
  assert.match((await waiting).body, /"Mode":"direct"/);
  assert.equal(await count(filtered), 0);
});

test('many proxies are merged in steps, and once as long as nothing changes', () => {
  const store = new TestStore();
  for (let at = 0; at < 1_000; at += 1) store.runAll(sidecar('web', {}, `p${at}`));
  store.runAll(write('service-defaults', 'web', { Protocol: 'http' }));
  const merged = () => {
    const steps = mergedInstances(store.catalog.connectHealth('web').value, store);
    for (let count = 0; ; count += 1) {
      const step = steps.next();
      if (step.done === true) return { count, list: step.value };
    }
  };
  const first = merged();
  assert.equal(first.list.length, 1_000);
  assert.ok(first.count >= 10, `${first.count} steps`);
  store.runAll(write('service-defaults', 'other', { Protocol: 'http' }));
  assert.equal(merged().list, first.list, 'nothing that it was made of is another one');
  store.runAll(write('service-defaults', 'web', { Protocol: 'grpc' }));
  assert.notEqual(merged().list, first.list);
});
