// spec/fsm.md section 4, row by row: which entries of the index table each change touches, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommandType } from '../../../../../../src/wire/commands.js';
import { goTimeOf } from '../../../../../../src/wire/go-time.js';
import type { FederationState } from '../../../../../../src/wire/records.js';
import { NO_CHECK_DEFINITION } from '../../../../../../src/workers/state/records/zero-values.js';
import {
  check,
  createSession,
  deregister,
  destroySession,
  kv,
  kvSet,
  proxy,
  register,
  service,
  TestStore,
} from '../store/commands.js';

function indexes(store: TestStore): Map<string, number> {
  const { tables, rows, spellings } = store.tables.index.freeze();
  const spelled = [...rows.entries()].map(([key, value]) => [spellings.get(key) ?? key, value] as const);
  return new Map([...tables, ...spelled]);
}

/** Keys that the last command changed; removed ones with a leading minus. */
function touched(store: TestStore, command: Command): string[] {
  const before = indexes(store);
  store.runAll(command);
  const after = indexes(store);
  const changed = [...after]
    .filter(([key, value]) => before.get(key) !== value)
    .map(([key, value]) => {
      assert.equal(value, store.appliedIndex, key);
      return key;
    });
  const removed = [...before.keys()].filter((key) => !after.has(key)).map((key) => `-${key}`);
  return [...changed, ...removed].sort();
}

function expectTouched(store: TestStore, command: Command, ...keys: readonly string[]): void {
  assert.deepEqual(touched(store, command), [...keys].sort());
}

const REQUEST = { Datacenter: 'dc1', Token: '' } as const;
const NODES = ['nodes', 'peer.~:nodes'];
const SERVICES = ['services', 'peer.~:services'];
const CHECKS = ['checks', 'peer.~:checks'];
const TYPICAL = ['service_kind.typical', 'peer.~:service_kind.typical'];
const web = service({ ID: 'web-1', Service: 'web' });
const db = service({ ID: 'db-1', Service: 'db' });

test('federation states: upsert keeps what it was made at, delete is told once', () => {
  const store = new TestStore();
  const write = (Op: string, State: Partial<FederationState>): Command => ({
    type: CommandType.federationState,
    body: {
      ...REQUEST,
      Op,
      State: {
        Datacenter: 'dc2',
        MeshGateways: null,
        UpdatedAt: goTimeOf(1_700_000_000_000),
        PrimaryModifyIndex: 0,
        CreateIndex: 0,
        ModifyIndex: 0,
        ...State,
      },
    },
  });
  expectTouched(store, write('upsert', {}), 'federation-states');
  const made = store.federationStates.get('DC2').value;
  assert.deepEqual([made?.PrimaryModifyIndex, made?.CreateIndex, made?.ModifyIndex], [1, 1, 1]);
  expectTouched(store, write('upsert', { PrimaryModifyIndex: 77 }), 'federation-states');
  const changed = store.federationStates.get('dc2').value;
  assert.deepEqual([changed?.PrimaryModifyIndex, changed?.CreateIndex, changed?.ModifyIndex], [77, 1, 2]);
  assert.deepEqual(store.run(write('merge', { Datacenter: 'dc3' })), {
    kind: 'error',
    text: "Invalid FederationState operation 'merge'",
  });
  expectTouched(store, write('delete', {}), 'federation-states');
  assert.deepEqual(store.federationStates.list(), { index: 4, value: [] });
  expectTouched(store, write('delete', {}));
});

test('KV: insert, update, delete, delete-tree', () => {
  const store = new TestStore();
  expectTouched(store, kvSet('a/1'), 'kvs');
  expectTouched(store, kvSet('a/1', 'other'), 'kvs');
  expectTouched(store, kvSet('a/1', 'other'));
  store.runAll(kvSet('a/2'), kvSet('b'));
  expectTouched(store, kv('delete', { Key: 'a/1' }), 'kvs', 'tombstones');
  expectTouched(store, kv('delete', { Key: 'a/1' }));
  expectTouched(store, kv('delete-tree', { Key: 'zzz' }));
  expectTouched(store, kv('delete-tree', { Key: 'a/' }), 'kvs', 'tombstones');
  expectTouched(store, kv('delete-tree', { Key: '' }), 'kvs');
  const reap: Command = { type: 5, body: { Datacenter: '', Token: '', Op: 'reap', ReapIndex: 1000 } };
  expectTouched(store, reap);
});

test('node insert touches the node, and every service on it when it changes', () => {
  const store = new TestStore();
  expectTouched(store, register({}), ...NODES, 'peer.~:node.n1');
  expectTouched(store, register({}));
  store.runAll(register({ Service: web }), register({ Service: db }), register({ Node: 'n2', Service: web }));
  expectTouched(
    store,
    register({ Address: '10.0.0.9' }),
    ...NODES,
    ...TYPICAL,
    'peer.~:node.n1',
    'peer.~:service.web',
    'peer.~:service.db',
  );
  expectTouched(store, register({ Address: '10.9.9.9', SkipNodeUpdate: true }));
});

test('service insert and update', () => {
  const store = new TestStore();
  store.runAll(register({}));
  const keys = [...NODES, ...SERVICES, ...TYPICAL, 'peer.~:node.n1', 'peer.~:service.web'];
  expectTouched(store, register({ Service: web }), ...keys, 'kind_service_names.typical');
  expectTouched(store, register({ Service: web }));
  expectTouched(store, register({ Service: { ...web, Port: 81 } }), ...keys);
  // Names keep their case in the keys.
  expectTouched(
    store,
    register({ Service: service({ ID: 'X', Service: 'API' }) }),
    ...NODES,
    ...SERVICES,
    ...TYPICAL,
    'peer.~:node.n1',
    'peer.~:service.API',
    'kind_service_names.typical',
  );
});

test('a proxy touches the keys of its kind and makes its destination connect-enabled', () => {
  const store = new TestStore();
  store.runAll(register({ Service: web }));
  expectTouched(
    store,
    register({ Service: proxy('web') }),
    ...NODES,
    ...SERVICES,
    'service_kind.connect-proxy',
    'peer.~:service_kind.connect-proxy',
    'peer.~:node.n1',
    'peer.~:service.web-sidecar-proxy',
    'kind_service_names.connect-proxy',
    'kind_service_names.connect-enabled',
  );
});

test('service delete: with instances left, and the last one', () => {
  const store = new TestStore();
  store.runAll(register({ Service: web }), register({ Node: 'n2', Service: web }));
  const always = [...CHECKS, ...SERVICES, ...TYPICAL, ...NODES];
  expectTouched(store, deregister({ ServiceID: 'web-1' }), ...always, 'peer.~:node.n1', 'peer.~:service.web');
  expectTouched(
    store,
    deregister({ Node: 'n2', ServiceID: 'web-1' }),
    ...always,
    'peer.~:node.n2',
    '-peer.~:service.web',
    'peer.~:service_last_extinction',
    'kind_service_names.typical',
  );
  expectTouched(store, deregister({ ServiceID: 'web-1' }));
});

test('check insert: a service check touches its service, a node check every service of the node', () => {
  const store = new TestStore();
  store.runAll(register({ Service: web }), register({ Service: db }), register({ Node: 'n2', Service: web }));
  const ofService = check({ CheckID: 'w', ServiceID: 'web-1' });
  expectTouched(store, register({ Check: ofService }), ...CHECKS, ...TYPICAL, 'peer.~:service.web');
  expectTouched(store, register({ Check: ofService }));
  expectTouched(store, register({ Check: { ...ofService, Type: 'http', Interval: '9s', Timeout: '1s' } }));
  expectTouched(store, register({ Check: { ...ofService, Output: 'x' } }), ...CHECKS, ...TYPICAL, 'peer.~:service.web');
  const ofNode = check({ CheckID: 'alive' });
  const both = ['peer.~:service.web', 'peer.~:service.db'];
  expectTouched(store, register({ Check: ofNode }), ...CHECKS, ...TYPICAL, ...both);
  expectTouched(store, register({ Check: ofNode }));
  expectTouched(store, deregister({ CheckID: 'w' }), ...CHECKS, ...TYPICAL, 'peer.~:service.web');
  expectTouched(store, deregister({ CheckID: 'alive' }), ...CHECKS, ...TYPICAL, ...SERVICES, ...both);
  expectTouched(store, deregister({ CheckID: 'alive' }));
});

test('node delete removes its key and notes the extinction', () => {
  const store = new TestStore();
  store.runAll(register({}), register({ Node: 'n2' }));
  expectTouched(store, deregister({}), ...NODES, '-peer.~:node.n1', 'peer.~:node_last_extinction');
  store.runAll(register({ Node: 'n2', Service: web, Check: check({ Node: 'n2' }) }));
  expectTouched(
    store,
    deregister({ Node: 'n2' }),
    ...NODES,
    ...SERVICES,
    ...CHECKS,
    ...TYPICAL,
    'peer.~:service_last_extinction',
    'peer.~:node_last_extinction',
    'kind_service_names.typical',
    '-peer.~:service.web',
    '-peer.~:node.n2',
  );
});

test('sessions, coordinates, system metadata, autopilot', () => {
  const store = new TestStore();
  store.runAll(register({}));
  expectTouched(store, createSession({ ID: 's' }), 'sessions');
  expectTouched(store, kv('lock', { Key: 'k', Session: 's' }), 'kvs');
  expectTouched(store, destroySession('s'), 'sessions', 'kvs');
  expectTouched(store, destroySession('s'));
  const Coord = { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1, Adjustment: 0, Height: 1e-5 };
  const coordinates = (Node: string, coord = Coord): Command => ({
    type: 6,
    body: [{ Node, Segment: '', Partition: '', Coord: coord }],
  });
  expectTouched(store, coordinates('n1'), 'coordinates');
  expectTouched(store, coordinates('nobody'));
  expectTouched(store, coordinates('n1', { ...Coord, Vec: [0, 0] }));
  expectTouched(store, coordinates('n1', { ...Coord, Error: Number.NaN }));
  const metadata = (Op: string): Command => ({
    type: 31,
    body: { Datacenter: '', Token: '', Op, Entry: { Key: 'm', Value: 'v', CreateIndex: 0, ModifyIndex: 0 } },
  });
  expectTouched(store, metadata('delete'));
  expectTouched(store, metadata('upsert'), 'system-metadata');
  expectTouched(store, metadata('delete'), 'system-metadata');
});

test("a peer's rows move the shared keys and its own, never the local ones", () => {
  const store = new TestStore();
  store.runAll(register({ Service: web }));
  expectTouched(
    store,
    register({ PeerName: 'p', Service: { ...web, PeerName: 'p' } }),
    'nodes',
    'services',
    'service_kind.typical',
    'peer.p:nodes',
    'peer.p:services',
    'peer.p:node.n1',
    'peer.p:service.web',
    'peer.p:service_kind.typical',
  );
  assert.equal(store.catalog.nodes(null).value.length, 1);
  assert.equal(store.catalog.serviceInstances('web').value.length, 1);
});

test('a failed command touches nothing and uses up its index', () => {
  const store = new TestStore();
  store.runAll(register({}), kvSet('k'));
  const before = indexes(store);
  const orphan = check({ CheckID: 'c', ServiceID: 'nobody', Definition: NO_CHECK_DEFINITION });
  const result = store.run(register({ Address: '10.8.8.8', Service: web, Check: orphan }));
  assert.deepEqual(result, { kind: 'error', text: 'failed inserting check: Missing service registration' });
  assert.deepEqual(indexes(store), before);
  assert.equal(store.catalog.node('n1')?.Address, '10.0.0.1');
  assert.equal(store.catalog.serviceInstances('web').value.length, 0);
  assert.equal(store.appliedIndex, 3);
});
