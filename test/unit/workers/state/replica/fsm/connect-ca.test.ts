// The certificate authority's commands: who may change what, and what a change that came too late leaves (spec/fsm.md, section 10).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '../../../../../../src/observe/metrics.js';
import type { Command, ConnectCaRequest } from '../../../../../../src/wire/commands.js';
import type { CaConfiguration, CaProviderState, CaRoot } from '../../../../../../src/wire/records.js';
import { CA_CONFIG_KEY } from '../../../../../../src/workers/state/replica/store/tables/tables.js';
import { TestStore } from '../store/commands.js';

const NO_INDEX = { CreateIndex: 0, ModifyIndex: 0 } as const;
const CHANGED = { kind: 'error', text: 'ModifyIndex did not match existing' };

function command(Op: string, parts: Partial<ConnectCaRequest> = {}): Command {
  const none = { Datacenter: 'dc1', Token: '', Index: 0, Roots: null, Config: null, ProviderState: null };
  return { type: 13, body: { Op, ...none, ...parts } };
}

function config(parts: Partial<CaConfiguration>): CaConfiguration {
  const plain = { ClusterID: 'cluster', Provider: 'consul', Config: {}, State: null, ForceWithoutCrossSigning: false };
  return { ...plain, ...NO_INDEX, ...parts };
}

function root(ID: string, Active: boolean): CaRoot {
  return {
    ID,
    Name: '',
    SerialNumber: 1,
    SigningKeyID: '',
    ExternalTrustDomain: '',
    NotBefore: null,
    NotAfter: null,
    RootCert: '',
    IntermediateCerts: null,
    SigningCert: '',
    SigningKey: '',
    Active,
    RotatedOutAt: null,
    PrivateKeyType: 'ec',
    PrivateKeyBits: 256,
    ...NO_INDEX,
  };
}

function state(ID: string): CaProviderState {
  return { ID, PrivateKey: 'secret', RootCert: '', IntermediateCert: '', ...NO_INDEX };
}

function rootsOf(store: TestStore): unknown {
  return store.tables.caRoots.rows.allValues().map((row) => [row.ID, row.Active, row.CreateIndex, row.ModifyIndex]);
}

function configOf(store: TestStore): CaConfiguration | undefined {
  return store.tables.caConfig.get(CA_CONFIG_KEY);
}

test('a configuration is set whatever it was, or only if nobody changed it since', () => {
  const store = new TestStore();
  assert.deepEqual(store.apply(5, command('set-config', { Config: config({ ModifyIndex: 3 }) })), CHANGED);
  assert.equal(configOf(store), undefined);
  assert.deepEqual(store.apply(6, command('set-config', { Config: config({}) })), { kind: 'nil' });
  const later = config({ ClusterID: '', Config: { a: 1 }, ModifyIndex: 6 });
  assert.deepEqual(store.apply(7, command('set-config', { Config: later })), { kind: 'bool', value: true });
  assert.deepEqual(configOf(store), { ...later, ClusterID: 'cluster', CreateIndex: 6, ModifyIndex: 7 });
  assert.deepEqual(store.apply(8, command('set-config', { Config: later })), CHANGED);
  assert.equal(configOf(store)?.ModifyIndex, 7);
});

test('roots take the place of all others, of which one is active', () => {
  const store = new TestStore();
  const refused = { kind: 'error', text: 'there must be exactly one active CA' };
  assert.deepEqual(store.apply(5, command('set-roots', { Roots: [] })), refused);
  assert.deepEqual(store.apply(6, command('set-roots', { Roots: [root('a', true), root('b', true)] })), refused);
  store.apply(7, command('set-roots', { Roots: [root('a', true)] }));
  assert.deepEqual(rootsOf(store), [['a', true, 7, 7]]);
  store.apply(8, command('set-roots', { Index: 7, Roots: [root('a', false), root('b', true)] }));
  assert.deepEqual(rootsOf(store), [
    ['a', false, 7, 8],
    ['b', true, 8, 8],
  ]);
  assert.equal(store.index('connect-ca-roots'), 8);
});

test('roots that come too late change nothing, and are told nothing of it', () => {
  const store = new TestStore();
  store.apply(7, command('set-roots', { Roots: [root('a', true)] }));
  const late = store.apply(8, command('set-roots', { Index: 6, Roots: [root('b', true)] }));
  assert.deepEqual(late, { kind: 'bool', value: true });
  assert.deepEqual(rootsOf(store), [['a', true, 7, 7]]);
  assert.equal(store.index('connect-ca-roots'), 7);
});

test('roots stay where the configuration that came with them was too late', () => {
  const store = new TestStore();
  store.apply(5, command('set-config', { Config: config({}) }));
  const request = { Roots: [root('a', true)], Config: config({ ModifyIndex: 4 }) };
  const result = store.apply(6, command('set-roots-config', request));
  assert.equal(result.kind === 'error' && result.text, CHANGED.text);
  assert.deepEqual(rootsOf(store), [['a', true, 6, 6]]);
  assert.equal(configOf(store)?.ModifyIndex, 5);
  const both = { Index: 6, Roots: [root('b', true)], Config: config({ ModifyIndex: 5 }) };
  assert.deepEqual(store.apply(7, command('set-roots-config', both)), { kind: 'bool', value: true });
  assert.equal(configOf(store)?.ModifyIndex, 7);
});

test('serial numbers go on from where the provider began', () => {
  const store = new TestStore();
  store.apply(20, command('set-provider-state', { ProviderState: state('p') }));
  assert.deepEqual(store.apply(25, command('increment-provider-serial')), { kind: 'number', value: 21 });
  store.apply(26, command('set-provider-state', { ProviderState: state('p') }));
  assert.deepEqual(store.apply(27, command('increment-provider-serial')), { kind: 'number', value: 22 });
  assert.equal(store.index('connect-ca-builtin-serial'), 22);
  assert.equal(store.tables.caProviderState.get('p')?.CreateIndex, 20);
  store.apply(28, command('delete-provider-state', { ProviderState: state('p') }));
  assert.equal(store.tables.caProviderState.size, 0);
  assert.equal(store.index('connect-ca-builtin'), 28);
});

test('what a command lacks, or what nobody knows, is refused', () => {
  const store = new TestStore();
  for (const op of ['set-config', 'set-roots-config', 'set-provider-state', 'delete-provider-state', 'rotate']) {
    assert.equal(store.apply(5, command(op, { Roots: [root('a', true)] })).kind, 'error', op);
  }
  assert.deepEqual(rootsOf(store), []);
});

test('commands are counted by operation', () => {
  const metrics = new Metrics();
  const store = new TestStore({ metrics });
  store.runAll(command('set-roots', { Roots: [root('a', true)] }), command('increment-provider-serial'));
  store.run({ type: 21, body: { Datacenter: 'dc1', Token: '', Op: 'increment-index' } });
  const counted = metrics.report().samples.map(({ name, labels }) => `${name} ${labels.flat().join('=')}`);
  assert.deepEqual(counted.sort(), [
    'fsm.ca op=increment-provider-serial',
    'fsm.ca op=set-roots',
    'fsm.ca.leaf op=increment-index',
  ]);
});
