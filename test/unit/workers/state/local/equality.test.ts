// What anti-entropy compares (spec/agent.md section 2, "Comparison"), field by field. Every field of a record is either in
// one list or in the other, so that a new one needs a decision.

import assert from 'node:assert/strict';
import test from 'node:test';
import type { CheckRecord, ServiceRecord } from '../../../../../src/wire/records.js';
import {
  sameCheck,
  sameCheckButOutput,
  sameContent,
  sameService,
} from '../../../../../src/workers/state/local/state/equality.js';
import {
  NO_CHECK,
  NO_CHECK_DEFINITION,
  NO_CONNECT,
  NO_PROXY,
  NO_SERVICE,
} from '../../../../../src/workers/state/records/zero-values.js';

/** Another value than that of NO_SERVICE, for each field that counts. */
const OTHER_SERVICE: Partial<ServiceRecord> = {
  ID: 'x',
  Service: 'x',
  Tags: ['x'],
  Address: '10.0.0.1',
  Port: 1,
  SocketPath: '/x',
  EnableTagOverride: true,
  Kind: 'connect-proxy',
  Weights: { Passing: 2, Warning: 1 },
  Meta: { x: 'y' },
  TaggedAddresses: { lan: { Address: '10.0.0.1', Port: 1 } },
  Proxy: { ...NO_PROXY, DestinationServiceName: 'x' },
  Connect: { ...NO_CONNECT, Native: true },
  Locality: { Region: 'r', Zone: 'z' },
  Ports: [{ Name: 'http', Port: 1, Default: true }],
};
const IGNORED_IN_SERVICES = ['LocallyRegisteredAsSidecar', 'PeerName', 'CreateIndex', 'ModifyIndex'];

const OTHER_CHECK: Partial<CheckRecord> = {
  Node: 'x',
  CheckID: 'x',
  Name: 'x',
  Status: 'passing',
  Notes: 'x',
  Output: 'x',
  ServiceID: 'x',
  ServiceName: 'x',
  ServiceTags: ['x'],
  Definition: { ...NO_CHECK_DEFINITION, HTTP: 'http://x/' },
};
const IGNORED_IN_CHECKS = ['Type', 'Interval', 'Timeout', 'ExposedPort', 'PeerName', 'CreateIndex', 'ModifyIndex'];

test('a service differs by each field that counts, and by no other', () => {
  assert.deepEqual([...Object.keys(OTHER_SERVICE), ...IGNORED_IN_SERVICES].sort(), Object.keys(NO_SERVICE).sort());
  for (const [field, value] of Object.entries(OTHER_SERVICE)) {
    const other: ServiceRecord = { ...NO_SERVICE, [field]: value };
    assert.equal(sameService(NO_SERVICE, other), false, field);
    assert.equal(sameService(other, NO_SERVICE), false, field);
    assert.equal(sameService(other, structuredClone(other)), true, field);
  }
  const ignored = { LocallyRegisteredAsSidecar: true, PeerName: 'x', CreateIndex: 7, ModifyIndex: 8 };
  assert.equal(sameService(NO_SERVICE, { ...NO_SERVICE, ...ignored }), true);
});

test('a check differs by each field that counts, and by no other', () => {
  assert.deepEqual([...Object.keys(OTHER_CHECK), ...IGNORED_IN_CHECKS].sort(), Object.keys(NO_CHECK).sort());
  for (const [field, value] of Object.entries(OTHER_CHECK)) {
    const other: CheckRecord = { ...NO_CHECK, [field]: value };
    assert.equal(sameCheck(NO_CHECK, other), false, field);
    assert.equal(sameCheckButOutput(NO_CHECK, other), field === 'Output', field);
    assert.equal(sameCheck(other, structuredClone(other)), true, field);
  }
  const ignored = { Type: 'x', Interval: '1s', Timeout: '1s', ExposedPort: 1, CreateIndex: 7, ModifyIndex: 8 };
  assert.equal(sameCheck(NO_CHECK, { ...NO_CHECK, ...ignored }), true);
  assert.equal(sameCheck({ ...NO_CHECK, Node: 'Node1' }, { ...NO_CHECK, Node: 'nODE1' }), true, 'in any case');
});

test('an empty list or map is like none; order and names count', () => {
  for (const empty of [null, [], {}]) assert.ok(sameContent(null, empty) && sameContent(empty, null));
  assert.equal(sameContent(['a', 'b'], ['b', 'a']), false);
  assert.equal(sameContent(['a'], ['a', 'b']), false);
  assert.equal(sameContent({ a: '' }, {}), false, 'an empty text is a value');
  assert.equal(sameContent({ a: null }, {}), true);
  assert.equal(sameContent({ a: '1' }, { b: '1' }), false);
  assert.equal(sameContent({ a: { b: [1] } }, { a: { b: [2] } }), false);
  // Names that every object has.
  for (const name of ['constructor', 'toString', 'valueOf']) {
    assert.equal(sameContent({ a: '1' }, { a: '1', [name]: 'x' }), false, name);
    assert.equal(sameContent({ a: '1', [name]: 'x' }, { a: '1' }), false, name);
  }
});
