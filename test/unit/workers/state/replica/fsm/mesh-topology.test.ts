// The mesh's topology (spec/fsm.md, section 12), by its index: when it moves and when it doesn't; and the ingress gateways that lead
// to a service.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandType } from '../../../../../../src/wire/commands.js';
import { type ConfigEntry, emptyEntry } from '../../../../../../src/wire/config-entries/entries.js';
import type { ServiceRecord, Upstream } from '../../../../../../src/wire/records.js';
import { deregister, proxy, register, service, TestStore } from '../store/commands.js';

function upstream(DestinationName: string, DestinationType = 'service'): Upstream {
  return {
    CentrallyConfigured: false,
    Config: null,
    Datacenter: '',
    DestinationName,
    DestinationNamespace: '',
    DestinationPartition: '',
    DestinationPeer: '',
    DestinationType,
    IngressHosts: null,
    LocalBindAddress: '',
    LocalBindPort: 0,
    LocalBindSocketMode: '',
    LocalBindSocketPath: '',
    MeshGateway: { Mode: '' },
  };
}

function caller(id: string, ...upstreams: Upstream[]): ServiceRecord {
  const record = proxy('web', id);
  return { ...record, Proxy: { ...record.Proxy, Upstreams: upstreams } };
}

class Mesh extends TestStore {
  put(Service: ServiceRecord): void {
    this.run(register({ Node: 'n1', Service }));
  }

  /** Whether the topology's index is that of the last command. */
  get moved(): boolean {
    return this.index('mesh-topology') === this.appliedIndex;
  }
}

test('an edge moves the index when it is written, and when the last proxy that names it is gone', () => {
  const mesh = new Mesh();
  mesh.put(service({ ID: 'web', Service: 'web' }));
  mesh.put(proxy('web', 'quiet'));
  assert.equal(mesh.index('mesh-topology'), 0);
  mesh.put(caller('a', upstream('db'), upstream('near', 'prepared_query')));
  assert.ok(mesh.moved);
  mesh.put(caller('b', upstream('db')));
  assert.ok(mesh.moved);
  // The edge rests on its last writer alone.
  mesh.run(deregister({ Node: 'n1', ServiceID: 'a' }));
  assert.ok(!mesh.moved);
  mesh.put(caller('b', upstream('cache')));
  assert.ok(mesh.moved);
  mesh.run(deregister({ Node: 'n1', ServiceID: 'quiet' }));
  assert.ok(!mesh.moved);
  mesh.run(deregister({ Node: 'n1', ServiceID: 'b' }));
  assert.ok(mesh.moved);
  assert.equal(mesh.tables.meshTopology.size, 0);
});

test('ingress gateways are found by what they lead to', () => {
  const mesh = new Mesh();
  mesh.put(service({ ID: 'web', Service: 'web' }));
  mesh.put(service({ ID: 'ing-1', Service: 'ing', Kind: 'ingress-gateway' }));
  const found = () => mesh.catalog.ingressHealth('web').value.map((entry) => entry.service.ID);
  assert.deepEqual(found(), []);
  const empty = emptyEntry('ingress-gateway', 'ing');
  const entryOf = (name: string): ConfigEntry => {
    const linked = { Name: name, Hosts: null, TLS: null, RequestHeaders: null, ResponseHeaders: null, Meta: null };
    const limits = { MaxConnections: 0, MaxPendingRequests: 0, MaxConcurrentRequests: 0, PassiveHealthCheck: null };
    const listener = { Port: 8080, Protocol: 'tcp', TLS: null, Services: [{ ...linked, ...limits }] };
    return { ...empty, Listeners: [listener] };
  };
  const write = (Entry: ConfigEntry, Op = 'upsert') =>
    mesh.run({ type: CommandType.configEntry, body: { Datacenter: '', Token: '', Op, Entry } });
  write(entryOf('web'));
  assert.ok(mesh.moved);
  assert.deepEqual(found(), ['ing-1']);
  assert.equal(mesh.catalog.ingressHealth('web').index, mesh.appliedIndex);
  mesh.put(service({ ID: 'ing-2', Service: 'ing', Kind: 'ingress-gateway' }));
  assert.deepEqual(found(), ['ing-1', 'ing-2']);
  assert.equal(mesh.catalog.ingressHealth('web').index, mesh.appliedIndex);
  write(empty, 'delete');
  assert.ok(mesh.moved);
  assert.deepEqual(found(), []);
});
