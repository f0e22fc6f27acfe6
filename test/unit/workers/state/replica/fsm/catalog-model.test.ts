// The catalog against a model kept in plain maps: whatever was registered and deregistered, every read answers what a scan over
// everything would, cached or not, and nothing is left of commands that failed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Command, TxnOperation } from '../../../../../../src/wire/commands.js';
import type { CheckRecord, ServiceRecord } from '../../../../../../src/wire/records.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { check, deregister, node, proxy, register, service, TestStore, txn } from '../store/commands.js';
import { readAll, writeAll } from '../store/stream.js';

interface ModelNode {
  address: string;
  readonly services: Map<string, ServiceRecord>;
  readonly checks: Map<string, CheckRecord>;
}
type Model = Map<string, ModelNode>;

const nodeName = fc.constantFrom('n1', 'n2', 'n-3');
const serviceId = fc.constantFrom('web-1', 'web-2', 'db', 'web-proxy', 'native', 'changing');
const checkId = fc.constantFrom('c1', 'c2', 'serfHealth');
const status = fc.constantFrom('passing', 'warning', 'critical');

function serviceFor(id: string, port: number): ServiceRecord {
  // Another thing with each port: what is counted by kind and by name moves.
  if (id === 'changing') {
    const of =
      port === 2 ? { ...proxy('web', id), Service: 'consul' } : serviceFor(port === 1 ? 'consul' : 'native', port);
    return { ...of, ID: id, Port: port };
  }
  if (id === 'web-proxy') return { ...proxy('web', id), Port: port };
  if (id === 'native') {
    const Connect = { Native: true, PeerMeta: null, SidecarService: null };
    return service({ ID: id, Service: 'web', Port: port, Connect });
  }
  return service({
    ID: id,
    Service: id.startsWith('web') ? 'web' : id,
    Port: port,
    Tags: [`t${port}`],
    Address: '1.2.3.4',
  });
}

type Step =
  | { readonly op: 'node'; readonly node: string; readonly address: string }
  | { readonly op: 'service'; readonly node: string; readonly id: string; readonly port: number }
  | { readonly op: 'check'; readonly node: string; readonly id: string; readonly of: string; readonly status: string }
  | { readonly op: 'drop-node' | 'drop-service' | 'drop-check'; readonly node: string; readonly id: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constant('node' as const), node: nodeName, address: fc.constantFrom('10.0.0.1', '10.0.0.2') }),
  fc.record({
    op: fc.constant('service' as const),
    node: nodeName,
    id: serviceId,
    port: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    op: fc.constant('check' as const),
    node: nodeName,
    id: checkId,
    of: fc.oneof(fc.constant(''), serviceId),
    status,
  }),
  fc.record({ op: fc.constant('drop-service' as const), node: nodeName, id: serviceId }),
  fc.record({ op: fc.constant('drop-check' as const), node: nodeName, id: checkId }),
  fc.record({ op: fc.constant('drop-node' as const), node: nodeName, id: fc.constant('') }),
);

/** The command of a step; the model is changed when the command must succeed. */
function plan(model: Model, one: Step): { readonly command: Command; readonly ok: boolean } {
  const host = model.get(one.node);
  switch (one.op) {
    case 'node': {
      if (host) host.address = one.address;
      else model.set(one.node, { address: one.address, services: new Map(), checks: new Map() });
      return { command: register({ Node: one.node, Address: one.address }), ok: true };
    }
    case 'service': {
      const Service = serviceFor(one.id, one.port);
      const target = host ?? { address: '10.0.0.1', services: new Map(), checks: new Map() };
      model.set(one.node, target);
      target.services.set(one.id, Service);
      return { command: register({ Node: one.node, Address: target.address, Service }), ok: true };
    }
    case 'check': {
      const Check = check({ Node: one.node, CheckID: one.id, ServiceID: one.of, Status: one.status });
      const command = register({ Node: one.node, Address: host?.address ?? '10.0.0.1', Check });
      const of = one.of === '' ? undefined : host?.services.get(one.of);
      if (one.of !== '' && !of) return { command, ok: false };
      const target = host ?? { address: '10.0.0.1', services: new Map(), checks: new Map() };
      model.set(one.node, target);
      const ServiceName = of?.Service ?? '';
      target.checks.set(one.id, { ...Check, ServiceName, ServiceTags: of?.Tags ?? null });
      return { command, ok: true };
    }
    case 'drop-service': {
      host?.services.delete(one.id);
      for (const [id, row] of [...(host?.checks ?? [])]) if (row.ServiceID === one.id) host?.checks.delete(id);
      return { command: deregister({ Node: one.node, ServiceID: one.id }), ok: true };
    }
    case 'drop-check':
      host?.checks.delete(one.id);
      return { command: deregister({ Node: one.node, CheckID: one.id }), ok: true };
    case 'drop-node':
      model.delete(one.node);
      return { command: deregister({ Node: one.node }), ok: true };
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** All instances with node and deciding checks, by scanning everything. */
function instances(model: Model, belongs: (row: ServiceRecord) => boolean): string[] {
  return sorted(model).flatMap(([name, host]) =>
    sorted(host.services)
      .filter(([, row]) => belongs(row))
      .map(([id, row]) => {
        const own = sorted(host.checks).filter(([, each]) => each.ServiceID === '');
        const its = sorted(host.checks).filter(([, each]) => each.ServiceID === id);
        const checks = [...own, ...its].map(([checkOf, each]) => `${checkOf}=${each.Status}`);
        return `${name}@${host.address}/${id}:${row.Port} ${checks.join(',')}`;
      }),
  );
}

function shown(entries: ReturnType<StateStore['catalog']['serviceHealth']>['value']): string[] {
  return entries.map(({ node: host, service: row, checks }) => {
    const states = checks.map((each) => `${each.CheckID}=${each.Status}`).join(',');
    return `${host.Node}@${host.Address}/${row.ID}:${row.Port} ${states}`;
  });
}

function compare(store: StateStore, model: Model): void {
  const { catalog } = store;
  assert.deepEqual(
    catalog.nodes(null).value.map((row) => `${row.Node}@${row.Address}`),
    sorted(model).map(([name, host]) => `${name}@${host.address}`),
  );
  const names = new Map<string, Set<string>>();
  for (const host of model.values()) {
    for (const row of host.services.values()) {
      const tags = names.get(row.Service) ?? new Set();
      names.set(row.Service, tags);
      for (const tag of row.Tags ?? []) tags.add(tag);
    }
  }
  assert.deepEqual(
    [...catalog.serviceNames(null).value],
    sorted(names).map(([name, tags]) => [name, [...tags].sort()]),
  );
  for (const name of ['web', 'db', 'web-sidecar-proxy', 'nobody']) {
    const expected = instances(model, (row) => row.Service === name);
    assert.deepEqual(shown(catalog.serviceHealth(name).value), expected, name);
    assert.equal(catalog.serviceInstances(name).value.length, expected.length);
  }
  const connect = instances(model, (row) => row.Connect.Native || row.Proxy.DestinationServiceName === 'web');
  assert.deepEqual(shown(catalog.connectHealth('web').value), connect);
  assert.equal(catalog.connectInstances('web').value.length, connect.length);
  const checks = sorted(model).flatMap(([name, host]) => sorted(host.checks).map(([id, row]) => ({ name, id, row })));
  for (const state of ['any', 'passing', 'warning', 'critical']) {
    assert.deepEqual(
      catalog.checksInState(state).value.map((row) => `${row.Node}/${row.CheckID}`),
      checks.filter(({ row }) => state === 'any' || row.Status === state).map(({ name, id }) => `${name}/${id}`),
    );
  }
  assert.deepEqual(
    catalog.serviceChecks('web').value.map((row) => `${row.Node}/${row.CheckID}`),
    checks.filter(({ row }) => row.ServiceName === 'web').map(({ name, id }) => `${name}/${id}`),
  );
  for (const [name, host] of model) {
    assert.equal(catalog.nodeServices(name).value?.services.length, host.services.size);
    assert.equal(catalog.nodeChecks(name).value.length, host.checks.size);
  }
  const [first] = sorted(model).filter(([, host]) => host.address === '10.0.0.2');
  assert.equal(catalog.byAddress('10.0.0.2').node?.Node, first?.[0]);
  const [holder] = sorted(model).filter(([, host]) =>
    [...host.services.values()].some((row) => row.Address === '1.2.3.4'),
  );
  assert.equal(catalog.byAddress('1.2.3.4').instance?.node.Node, holder?.[0]);
  let services = 0;
  for (const host of model.values()) services += host.services.size;
  const rows = [...model.values()].flatMap((host) => [...host.services.values()]);
  const { connect: byKind, ...usage } = catalog.usage().value;
  assert.deepEqual(usage, {
    nodes: model.size,
    services: names.size,
    instances: services,
    billable: rows.filter((row) => row.Kind === '' && row.Service !== 'consul').length,
  });
  assert.equal(byKind.get('connect-native'), rows.filter((row) => row.Connect.Native).length);
  assert.equal(byKind.get('connect-proxy'), rows.filter((row) => row.Kind === 'connect-proxy').length);
}

test('every read answers what a scan over everything would', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), (steps) => {
      const store = new TestStore();
      const model: Model = new Map();
      for (const one of steps) {
        const { command, ok } = plan(model, one);
        assert.equal(store.run(command).kind, ok ? 'nil' : 'error', JSON.stringify(one));
        compare(store, model);
      }
    }),
    { numRuns: 120 },
  );
});

test('a snapshot of any state reads back as the same state, with the same stream', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40, size: 'max' }),
      fc.integer({ min: 1, max: 2000 }),
      (steps, pieceBytes) => {
        const store = new TestStore();
        const model: Model = new Map();
        for (const one of steps) store.run(plan(model, one).command);
        const stream = writeAll(store);
        const restored = new StateStore();
        readAll(restored, stream, pieceBytes);
        compare(restored, model);
        assert.equal(writeAll(restored).toString('hex'), stream.toString('hex'));
      },
    ),
    { numRuns: 60 },
  );
});

/** The step as one operation of a transaction. */
function operationOf(one: Step): Partial<TxnOperation> {
  switch (one.op) {
    case 'node':
      return { Node: { Verb: 'set', Node: node({ Node: one.node, Address: one.address }) } };
    case 'service':
      return { Service: { Verb: 'set', Node: one.node, Service: serviceFor(one.id, one.port) } };
    case 'check': {
      const Check = check({ Node: one.node, CheckID: one.id, ServiceID: one.of, Status: one.status });
      return { Check: { Verb: 'set', Check } };
    }
    case 'drop-node':
      return { Node: { Verb: 'delete', Node: node({ Node: one.node }) } };
    case 'drop-service':
      return { Service: { Verb: 'delete', Node: one.node, Service: service({ ID: one.id }) } };
    case 'drop-check':
      return { Check: { Verb: 'delete', Check: check({ Node: one.node, CheckID: one.id }) } };
  }
}

test('a transaction that fails at its end leaves no trace of what it did before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25, size: 'max' }), fc.array(step, { maxLength: 8 }), (steps, undone) => {
      const store = new TestStore();
      const model: Model = new Map();
      for (const one of steps) store.run(plan(model, one).command);
      const before = writeAll(store).toString('hex');
      const operations = undone.map(operationOf);
      const last = { Node: { Verb: 'get', Node: node({ Node: 'nobody' }) } };
      const result = store.run(txn(...operations, last));
      assert.ok(result.kind === 'txn' && result.value.Errors);
      compare(store, model);
      assert.equal(writeAll(store).toString('hex'), before);
    }),
    { numRuns: 80 },
  );
});
