// Virtual addresses in the replicated state (spec/fsm.md, section 11): who gets one, who loses it, what instances say of it, and
// that a snapshot keeps all of it. What stock servers did with them is in vectors.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCommand, encodeCommand } from '../../../../../../src/wasm/commands.js';
import type { ApplyResult, Command } from '../../../../../../src/wire/commands.js';
import { CommandType } from '../../../../../../src/wire/commands.js';
import { type ConfigEntry, emptyEntry } from '../../../../../../src/wire/config-entries/entries.js';
import { LAST_OFFSET, offsetBytes, offsetOf, visibleAddress } from '../../../../../../src/wire/mesh/virtual-ip.js';
import type { ServiceRecord } from '../../../../../../src/wire/records.js';
import { COUNTER_KEY } from '../../../../../../src/workers/state/replica/store/tables/tables.js';
import { deregister, proxy, register, service, TestStore } from '../store/commands.js';
import { readAll, writeAll } from '../store/stream.js';

function flag(Key: string, Op: 'upsert' | 'delete' = 'upsert'): Command {
  const Entry = { Key, Value: 'true', CreateIndex: 0, ModifyIndex: 0 };
  return { type: CommandType.systemMetadata, body: { Datacenter: '', Token: '', Op, Entry } };
}

function entry(Entry: ConfigEntry, Op = 'upsert'): Command {
  return { type: CommandType.configEntry, body: { Datacenter: '', Token: '', Op, Entry } };
}

function manual(name: string, ...ManualIPs: string[]): Command {
  const Service = { Peer: '', ServiceName: { Name: name } };
  return { type: CommandType.virtualIp, body: { IP: null, ManualIPs, Service, CreateIndex: 0, ModifyIndex: 0 } };
}

function native(name: string, Port = 80): ServiceRecord {
  return service({ ID: name, Service: name, Port, Connect: { Native: true, PeerMeta: null, SidecarService: null } });
}

class Mesh extends TestStore {
  constructor() {
    super();
    this.run(flag('virtual-ips'));
    this.run(flag('virtual-ips-term-gateway'));
  }

  put(record: ServiceRecord, Node = 'n1'): ApplyResult {
    return this.run(register({ Node, Service: record }));
  }

  drop(ServiceID: string, Node = 'n1'): void {
    this.run(deregister({ Node, ServiceID }));
  }

  address(name: string): string | null {
    const { value } = this.virtualIps.find(name, '');
    return value === null ? null : visibleAddress(value.IP);
  }

  tags(id: string, Node = 'n1'): ServiceRecord['TaggedAddresses'] | undefined {
    return this.catalog.nodeService(Node, id)?.TaggedAddresses;
  }
}

test('offsets are shown above 240.0.0.0, with carry', () => {
  assert.equal(visibleAddress(offsetBytes(1)), '240.0.0.1');
  assert.equal(visibleAddress(offsetBytes(0x1_02_03)), '240.1.2.3');
  assert.equal(visibleAddress(offsetBytes(LAST_OFFSET)), '255.255.255.254');
  assert.equal(offsetOf(Uint8Array.of(0, 0, 1, 2)), 258);
  assert.equal(offsetOf(null), 0);
  assert.equal(offsetOf(Uint8Array.of(1)), 0);
});

test('who speaks for a service in the mesh says its address; a typical instance does not', () => {
  const mesh = new Mesh();
  mesh.put(service({ ID: 'web', Service: 'web' }));
  assert.equal(mesh.address('web'), null);
  mesh.put({ ...proxy('web'), Port: 20_000 });
  mesh.put(native('api', 8080));
  assert.deepEqual([mesh.address('web'), mesh.address('api')], ['240.0.0.1', '240.0.0.2']);
  assert.equal(mesh.tags('web'), null);
  assert.deepEqual(mesh.tags('web-proxy'), { 'consul-virtual': { Address: '240.0.0.1', Port: 20_000 } });
  assert.deepEqual(mesh.tags('api'), { 'consul-virtual': { Address: '240.0.0.2', Port: 8080 } });
  const { index } = mesh.virtualIps.find('web', '');
  assert.equal(index, mesh.index('service-virtual-ips'));
});

test('registered again without its tag an instance stays as it is', () => {
  const mesh = new Mesh();
  mesh.put(native('api'));
  const before = mesh.catalog.nodeService('n1', 'api');
  mesh.put(native('api'));
  assert.equal(mesh.catalog.nodeService('n1', 'api'), before);
  mesh.put(native('api', 81));
  assert.deepEqual(mesh.tags('api'), { 'consul-virtual': { Address: '240.0.0.1', Port: 81 } });
});

test('without the flag nothing is given', () => {
  const store = new TestStore();
  store.run(register({ Node: 'n1', Service: native('api') }));
  assert.equal(store.virtualIps.find('api', '').value, null);
  assert.equal(store.catalog.nodeService('n1', 'api')?.TaggedAddresses, null);
  assert.equal(store.index('service-virtual-ips'), 0);
});

test('an address is freed with the last instance, unless a config entry needs it, and given again', () => {
  const mesh = new Mesh();
  mesh.put(native('a'), 'n1');
  mesh.put(native('a'), 'n2');
  mesh.put(native('b'));
  mesh.drop('a', 'n1');
  assert.equal(mesh.address('a'), '240.0.0.1');
  mesh.run(entry(emptyEntry('service-defaults', 'a')));
  mesh.drop('a', 'n2');
  assert.equal(mesh.address('a'), '240.0.0.1');
  mesh.run(entry(emptyEntry('service-defaults', 'a'), 'delete'));
  assert.equal(mesh.address('a'), null);
  mesh.put(native('c'));
  mesh.put(native('d'));
  assert.deepEqual([mesh.address('c'), mesh.address('d')], ['240.0.0.1', '240.0.0.3']);
  // Of two that are freed one after the other the last is remembered.
  for (const id of ['b', 'c']) mesh.drop(id);
  for (const name of ['e', 'f']) mesh.put(native(name));
  assert.deepEqual([mesh.address('e'), mesh.address('f')], ['240.0.0.1', '240.0.0.4']);
});

test('entries that name a service give it an address; those with a wildcard and of other kinds do not', () => {
  const mesh = new Mesh();
  // Routers and splitters are for such services alone.
  mesh.run(entry({ ...emptyEntry('proxy-defaults', 'global'), Config: { protocol: 'http' } }));
  for (const named of [
    emptyEntry('service-router', 'a'),
    emptyEntry('service-intentions', 'b'),
    emptyEntry('service-resolver', 'c'),
    emptyEntry('service-splitter', 'd'),
  ]) {
    mesh.run(entry(named));
    assert.notEqual(mesh.address(named.Name), null, named.Kind);
  }
  mesh.run(entry(emptyEntry('service-intentions', '*')));
  assert.deepEqual([mesh.address('*'), mesh.address('global')], [null, null]);
});

test('a terminating gateway says the addresses of all that it leads to', () => {
  const mesh = new Mesh();
  mesh.put(service({ ID: 'gw', Service: 'gw', Kind: 'terminating-gateway' }));
  const gateway = (...names: string[]): ConfigEntry => {
    const linked = { Name: '', CAFile: '', CertFile: '', KeyFile: '', SNI: '', DisableAutoHostRewrite: false };
    return { ...emptyEntry('terminating-gateway', 'gw'), Services: names.map((Name) => ({ ...linked, Name })) };
  };
  mesh.run(entry(gateway('redis', '*')));
  const [redis, any] = [
    { Address: '240.0.0.1', Port: 0 },
    { Address: '240.0.0.2', Port: 0 },
  ];
  assert.deepEqual(mesh.tags('gw'), { 'consul-virtual:redis': redis, 'consul-virtual:*': any });
  const index = mesh.index('peer.~:service.gw');
  mesh.run(entry(gateway('redis', '*')));
  assert.equal(mesh.index('peer.~:service.gw'), index);
  mesh.put(service({ ID: 'gw2', Service: 'gw', Kind: 'terminating-gateway' }));
  assert.deepEqual(mesh.tags('gw2'), { 'consul-virtual:redis': redis, 'consul-virtual:*': any });
  mesh.run(entry(gateway('redis')));
  assert.deepEqual([mesh.tags('gw'), mesh.address('*')], [{ 'consul-virtual:redis': redis }, null]);
  mesh.run(entry(gateway(), 'delete'));
  assert.deepEqual([mesh.tags('gw'), mesh.tags('gw2'), mesh.address('redis')], [{}, {}, null]);
});

test('manual addresses go from whoever had them to the service that gets them', () => {
  const mesh = new Mesh();
  for (const name of ['a', 'b']) mesh.put(native(name));
  assert.deepEqual(mesh.run(manual('a', '10.0.0.2', '10.0.0.1')), {
    kind: 'virtual-ip',
    found: true,
    unassignedFrom: [],
  });
  assert.deepEqual(mesh.virtualIps.find('a', '').value?.ManualIPs, ['10.0.0.1', '10.0.0.2']);
  const index = mesh.index('service-virtual-ips');
  mesh.run(manual('a', '10.0.0.1', '10.0.0.2'));
  assert.equal(mesh.index('service-virtual-ips'), index);
  const taken = mesh.run(manual('b', '10.0.0.1'));
  assert.deepEqual(taken, {
    kind: 'virtual-ip',
    found: true,
    unassignedFrom: [{ Peer: '', ServiceName: { Name: 'a' } }],
  });
  assert.deepEqual(mesh.virtualIps.find('a', '').value?.ManualIPs, ['10.0.0.2']);
  assert.equal(mesh.virtualIps.find('a', '').value?.ModifyIndex, mesh.appliedIndex);
  // A service without an address of its own gets none, and nobody loses any.
  assert.deepEqual(mesh.run(manual('c', '10.0.0.1')), { kind: 'virtual-ip', found: false, unassignedFrom: [] });
  assert.deepEqual(mesh.virtualIps.find('b', '').value?.ManualIPs, ['10.0.0.1']);
});

test('behind the last address a registration is refused whole', () => {
  const mesh = new Mesh();
  mesh.tables.freeVirtualIps.set(COUNTER_KEY, { IP: offsetBytes(LAST_OFFSET - 1), IsCounter: true });
  mesh.put(native('last'));
  assert.equal(mesh.address('last'), '255.255.255.254');
  const refused = mesh.put(native('more'));
  assert.deepEqual(refused, {
    kind: 'error',
    text: 'failed inserting service: cannot allocate any more unique service virtual IPs',
  });
  assert.equal(mesh.catalog.nodeService('n1', 'more'), undefined);
});

test('a snapshot keeps addresses, what is free and what operators gave', () => {
  const mesh = new Mesh();
  for (const name of ['a', 'b', 'c']) mesh.put(native(name));
  mesh.run(manual('b', '10.1.1.1'));
  mesh.drop('c');
  const stream = writeAll(mesh);
  const restored = new Mesh();
  readAll(restored, stream);
  assert.deepEqual(writeAll(restored), stream);
  assert.deepEqual(restored.virtualIps.find('b', ''), mesh.virtualIps.find('b', ''));
  for (const store of [mesh, restored]) for (const name of ['d', 'e']) store.put(native(name));
  for (const name of ['d', 'e']) assert.equal(restored.address(name), mesh.address(name));
});

test('the command is written and read as it is', () => {
  const command = manual('api', '10.20.30.40');
  assert.deepEqual(decodeCommand(encodeCommand(command)), command);
});
