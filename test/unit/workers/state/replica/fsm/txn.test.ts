import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TxnOperation, TxnResponse } from '../../../../../../src/wire/commands.js';
import {
  check,
  createSession,
  entry,
  kvSet,
  node,
  operation,
  register,
  service,
  TestStore,
  txn,
} from '../store/commands.js';

function kvOp(Verb: string, overrides: Parameters<typeof entry>[0]): Partial<TxnOperation> {
  return { KV: { Verb, DirEnt: entry(overrides) } };
}

function run(store: TestStore, ...parts: readonly Partial<TxnOperation>[]): TxnResponse {
  const result = store.run(txn(...parts));
  assert.ok(result.kind === 'txn');
  return result.value;
}

function errors(response: TxnResponse): (string | number)[][] {
  assert.equal(response.Results, null);
  return (response.Errors ?? []).map(({ OpIndex, What }) => [OpIndex, What]);
}

test('later operations see earlier ones; each answers its row, writes without the value', () => {
  const store = new TestStore();
  const value = Buffer.from('v');
  const response = run(
    store,
    kvOp('set', { Key: 'a', Value: value }),
    kvOp('get', { Key: 'a' }),
    kvOp('cas', { Key: 'a', Value: Buffer.from('w'), ModifyIndex: 1 }),
    kvOp('get-tree', { Key: '' }),
    kvOp('get-or-empty', { Key: 'none', Flags: 3, Value: value }),
    kvOp('delete', { Key: 'a' }),
    kvOp('check-not-exists', { Key: 'a' }),
  );
  const shown = (response.Results ?? []).map(({ KV }) => [KV?.Key, KV?.Value && Buffer.from(KV.Value).toString()]);
  assert.deepEqual(shown, [
    ['a', null],
    ['a', 'v'],
    ['a', null],
    ['a', 'w'],
    ['none', null],
  ]);
  assert.equal(store.kv.get('a').value, null);
  assert.equal(store.index('tombstones'), 1);
});

test('all operations run behind an error, and every error is told', () => {
  const store = new TestStore();
  store.runAll(register({}), createSession({ ID: 's' }), createSession({ ID: 't' }), kvSet('k'));
  const failed = run(
    store,
    kvOp('set', { Key: 'new' }),
    kvOp('cas', { Key: 'k', ModifyIndex: 99 }),
    kvOp('lock', { Key: 'l', Session: 's' }),
    kvOp('lock', { Key: 'l', Session: 't' }),
    kvOp('unlock', { Key: 'l', Session: 't' }),
    kvOp('lock', { Key: 'l', Session: '' }),
    kvOp('lock', { Key: 'l', Session: 'nobody' }),
    kvOp('delete-cas', { Key: 'k', ModifyIndex: 99 }),
    kvOp('get', { Key: 'x"y' }),
    kvOp('check-index', { Key: 'k', ModifyIndex: 99 }),
    kvOp('check-index', { Key: 'none' }),
    kvOp('check-session', { Key: 'l', Session: 't' }),
    kvOp('check-session', { Key: 'none' }),
    kvOp('check-not-exists', { Key: 'new' }),
  );
  assert.deepEqual(errors(failed), [
    [1, 'failed to set key "k", index is stale'],
    [3, 'failed to lock key "l", lock is already held'],
    [4, 'failed to unlock key "l", lock isn\'t held, or is held by another session'],
    [5, 'missing session'],
    [6, 'invalid session "nobody"'],
    [7, 'failed to delete key "k", index is stale'],
    [8, 'key "x\\"y" doesn\'t exist'],
    [9, 'failed index check for key "k", current modify index 4 != 99'],
    [10, 'failed to check index, key "none" doesn\'t exist'],
    [11, 'failed session check for key "l", current session "s" != "t"'],
    [12, 'failed to check session, key "none" doesn\'t exist'],
    [13, 'key "new" exists'],
  ]);
  assert.deepEqual(store.kv.keys('', '').value, ['k']);
  assert.equal(store.index('kvs'), 4);
});

test('catalog operations: set, cas with and without a row, delete', () => {
  const store = new TestStore();
  const done = run(
    store,
    { Node: { Verb: 'cas', Node: node({ Node: 'n' }) } },
    { Service: { Verb: 'set', Node: 'n', Service: service({ ID: 'w', Weights: null }) } },
    { Check: { Verb: 'set', Check: check({ Node: 'n', CheckID: 'c', ServiceID: 'w', Status: '' }) } },
    { Check: { Verb: 'get', Check: check({ Node: 'N', CheckID: 'C' }) } },
  );
  assert.equal(done.Results?.length, 4);
  assert.equal(done.Results[0]?.Node?.CreateIndex, 1);
  assert.deepEqual(done.Results[1]?.Service?.Weights, { Passing: 1, Warning: 1 });
  assert.equal(done.Results[2]?.Check?.Status, 'critical');
  assert.equal(done.Results[3]?.Check?.ServiceName, 'w');

  const stale = run(
    store,
    { Node: { Verb: 'cas', Node: node({ Node: 'n', ModifyIndex: 7 }) } },
    { Node: { Verb: 'cas', Node: node({ Node: 'n', ModifyIndex: 0 }) } },
    { Service: { Verb: 'cas', Node: 'n', Service: service({ ID: 'w', ModifyIndex: 7 }) } },
    { Check: { Verb: 'delete-cas', Check: check({ Node: 'n', CheckID: 'c', ModifyIndex: 7 }) } },
    { Service: { Verb: 'delete-cas', Node: 'n', Service: service({ ID: 'none' }) } },
    { Node: { Verb: 'delete-cas', Node: node({ Node: 'n', ModifyIndex: 7 }) } },
    { Service: { Verb: 'get', Node: 'n', Service: service({ ID: 'none' }) } },
    { Check: { Verb: 'get', Check: check({ Node: 'n', CheckID: 'none' }) } },
    { Service: { Verb: 'set', Node: 'nobody', Service: service({ ID: 'w' }) } },
  );
  assert.deepEqual(errors(stale), [
    [0, 'failed to set node "n", index is stale'],
    [1, 'failed to set node "n", index is stale'],
    [2, 'failed to set service "w" on node "n", index is stale'],
    [3, 'failed to delete check "c" on node "n", index is stale'],
    [4, 'failed to delete service "none" on node "n", index is stale'],
    [5, 'failed to delete node "n", index is stale'],
    [6, 'service "none" on node "n" doesn\'t exist'],
    [7, 'check "none" on node "n" doesn\'t exist'],
    [8, 'Missing node registration'],
  ]);

  const removed = run(
    store,
    { Check: { Verb: 'delete-cas', Check: check({ Node: 'n', CheckID: 'c', ModifyIndex: 1 }) } },
    { Service: { Verb: 'delete', Node: 'n', Service: service({ ID: 'w' }) } },
    { Node: { Verb: 'delete', Node: node({ Node: 'n' }) } },
  );
  assert.deepEqual(removed, { Results: [], Errors: null });
  assert.equal(store.catalog.nodes(null).value.length, 0);
});

test('a transaction of reads is answered from memory, and leaves no trace even when it would write', () => {
  const store = new TestStore();
  store.runAll(kvSet('k'));
  const read = operation(kvOp('get', { Key: 'k' }));
  assert.equal(store.readTransaction([read]).Results?.[0]?.KV?.Key, 'k');
  store.readTransaction([operation(kvOp('set', { Key: 'other' })), read]);
  assert.equal(store.kv.get('other').value, null);
  assert.equal(store.appliedIndex, 1);
});

test('a service that goes and comes again in one transaction has its index again', () => {
  const store = new TestStore();
  store.run(register({ Node: 'n' }));
  const of = (Verb: string): Partial<TxnOperation> => ({
    Service: { Verb, Node: 'n', Service: service({ ID: 'a', Service: 'A' }) },
  });
  const response = run(store, of('set'), of('delete'), of('set'));
  assert.equal(response.Errors, null);
  assert.equal(store.tables.index.get('peer.~:service.a'), store.appliedIndex);
});
