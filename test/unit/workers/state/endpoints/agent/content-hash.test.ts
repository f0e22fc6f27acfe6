// Numbers that the Go library hashstructure v1.1.0 made of api.AgentService of the official client's module.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentHash } from '../../../../../../src/workers/state/endpoints/agent/content-hash.js';
import { NO_PROXY } from '../../../../../../src/workers/state/records/zero-values.js';
import { service } from '../../replica/store/commands.js';

const PROTO = '__proto__';

test('a service has the number that the clients know', () => {
  const foo = service({ ID: 'foo', Tags: ['bar', 'baz'], Port: 8000 });
  assert.equal(contentHash(foo), '3e352f348d44f7eb', "of the Go client's own test");
  const native = { Native: true, PeerMeta: null, SidecarService: null };
  assert.equal(contentHash(service({ ID: 'n', Port: 0, Connect: native })), 'dad547d08985a4ee');
});

const sidecar = service({
  Kind: 'connect-proxy',
  ID: 'p',
  Service: 'web-proxy',
  Meta: { a: 'b', [PROTO]: 'x', ü: '€' },
  Port: 21_000,
  Address: '10.0.0.1',
  TaggedAddresses: { lan: { Address: '10.0.0.1', Port: 21_000 }, wan: { Address: '1.2.3.4', Port: 80 } },
  Weights: { Passing: 3, Warning: 0 },
  EnableTagOverride: true,
  Proxy: {
    ...NO_PROXY,
    DestinationServiceName: 'web',
    DestinationServiceID: 'web1',
    LocalServiceAddress: '127.0.0.1',
    LocalServicePort: 8080,
    Mode: 'transparent',
    TransparentProxy: { OutboundListenerPort: 15_001, DialedDirectly: false },
    MeshGateway: { Mode: 'local' },
    Expose: {
      Checks: true,
      Paths: [{ ListenerPort: 1, Path: '/m', LocalPathPort: 2, Protocol: 'http', ParsedFromCheck: true }],
    },
    AccessLogs: { ...NO_PROXY.AccessLogs, Enabled: true, Type: 'file', Path: '/x' },
    EnvoyExtensions: [
      { Name: 'builtin/lua', Required: true, Arguments: { Script: 'x' }, ConsulVersion: '>1', EnvoyVersion: '' },
    ],
    Upstreams: [
      {
        ...{ CentrallyConfigured: false, Config: { k: 'v' }, Datacenter: '', DestinationName: 'db' },
        ...{ DestinationNamespace: '', DestinationPartition: '', DestinationPeer: '', DestinationType: 'service' },
        ...{ IngressHosts: null, LocalBindAddress: '', LocalBindPort: 5000, LocalBindSocketMode: '' },
        ...{ LocalBindSocketPath: '', MeshGateway: { Mode: 'remote' } },
      },
    ],
    Config: {
      ...{ protocol: 'http', n: 1.5, i: 3, neg: -7, t: true, z: null, l: [1, 'a', { x: false }] },
      ...{ m: { deep: { er: 0 } }, e: [], o: {} },
    },
  },
});

test('so has a proxy with all that it may have', () => {
  assert.equal(contentHash(sidecar), 'ec96827d116ed8f5');
});

test('what is younger than that type counts as well', () => {
  const before = contentHash(sidecar);
  const changed = [
    { ...sidecar, Proxy: { ...sidecar.Proxy, MutualTLSMode: 'strict' } },
    { ...sidecar, Ports: [{ Name: 'http', Port: 1, Default: true }] },
  ];
  for (const other of changed) assert.notEqual(contentHash(other), before);
});
