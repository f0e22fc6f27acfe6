// A recorded log of a stock server, applied entry by entry: indexes, rows and answers must come out as they did there, as far as
// the commands in it are interpreted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCommand } from '../../../../../../src/wasm/commands.js';
import type { ApplyResult } from '../../../../../../src/wire/commands.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { readJson } from '../../../../../data.js';
import { decodeMessage } from '../store/decode.js';
import { readAll, recordsOf, writeAll } from '../store/stream.js';

interface LogItem {
  readonly index: number;
  readonly data: { readonly hex?: string };
  readonly command?: { readonly typeByte?: number };
}
interface RecordItem {
  readonly record: string;
  readonly typeByte?: number;
  readonly hex: string;
  readonly body: { readonly Key: string; readonly Value: number };
}

const SNAPSHOT_INDEX = 143;
const log = (readJson('raft/log-server.json') as { items: readonly LogItem[] }).items;
const snapshot = (readJson('raft/snapshot-records.json') as { items: readonly RecordItem[] }).items;

function replay(): { readonly store: StateStore; readonly results: ReadonlyMap<number, ApplyResult> } {
  const store = new StateStore();
  const results = new Map<number, ApplyResult>();
  for (const { index, data, command } of log) {
    if (index > SNAPSHOT_INDEX || command?.typeByte === undefined || data.hex === undefined) continue;
    results.set(index, store.apply(index, decodeCommand(Buffer.from(data.hex, 'hex'))));
  }
  return { store, results };
}

test('every index ends where it did on the stock server', () => {
  const { store } = replay();
  const records = snapshot.filter((item) => item.record === 'Index');
  assert.ok(records.length > 50);
  let compared = 0;
  for (const { body } of records) {
    assert.equal(store.index(body.Key), body.Value, body.Key);
    compared += 1;
  }
  assert.ok(compared > 30, `${compared} indexes compared`);
  const known = new Set(records.map(({ body }) => body.Key));
  const { tables, rows } = store.tables.index.freeze();
  for (const [key] of [...tables, ...rows.entries()]) assert.ok(known.has(key), `no stray index ${key}`);
});

test('commands answer what they answered there', () => {
  const { results } = replay();
  const kinds = (index: number): unknown => results.get(index);
  assert.deepEqual(kinds(23), { kind: 'nil' });
  assert.deepEqual(kinds(16), { kind: 'bool', value: true });
  assert.deepEqual(kinds(20), { kind: 'bool', value: true }, 'a federation state');
  assert.deepEqual(kinds(43), { kind: 'text', value: 'e69a0cdc-d269-721a-100a-d5f1633cd6b9' });
  assert.deepEqual(kinds(50), { kind: 'bool', value: true });
  assert.deepEqual(kinds(51), { kind: 'bool', value: false });
  assert.deepEqual(kinds(62), { kind: 'bool', value: false });
  assert.deepEqual(kinds(132), { kind: 'bool', value: true });
  assert.deepEqual(kinds(10), { kind: 'nil' });
  assert.deepEqual(kinds(12), { kind: 'number', value: 12 }, 'the first serial number');
  assert.deepEqual(kinds(14), { kind: 'bool', value: true });
  assert.deepEqual(kinds(22), { kind: 'number', value: 22 }, 'the index of a certificate');
  const failed = results.get(70);
  assert.ok(failed?.kind === 'txn');
  assert.deepEqual(failed.value, {
    Results: null,
    Errors: [
      { OpIndex: 1, What: 'failed to set key "t/1", index is stale' },
      { OpIndex: 2, What: 'failed index check for key "t/1", current modify index 69 != 1' },
      { OpIndex: 3, What: 'key "absent" doesn\'t exist' },
    ],
  });
  const done = results.get(69);
  assert.ok(done?.kind === 'txn' && done.value.Results);
  assert.equal(done.value.Results.length, 6, 'delete, delete-tree and check-not-exists answer nothing');
});

test('commands that are not interpreted change nothing and are counted by type', () => {
  const { store, results } = replay();
  assert.deepEqual(results.get(20), { kind: 'bool', value: true }, 'a federation state');
  for (const index of [139, 140, 141, 142]) assert.deepEqual(results.get(index), { kind: 'nil' }, 'peerings');
  assert.equal(store.uninterpreted.size, 0);
  const resource = decodeCommand(Uint8Array.of(42, 0x08, 0x01));
  for (const index of [155, 156]) assert.equal(store.apply(index, resource).kind, 'error');
  assert.deepEqual(store.uninterpreted.get(42), { count: 2, firstIndex: 155, lastIndex: 156 });
});

test('the rows equal those in the snapshot saved there', () => {
  const { store } = replay();
  const restored = new StateStore();
  readAll(restored, Buffer.concat(snapshot.map((item) => Buffer.from(item.hex, 'hex'))));
  const rows = (from: StateStore, types: readonly number[]): unknown[] =>
    recordsOf(writeAll(from))
      .filter((record) => types.includes(record.type ?? -1))
      .map((record) => decodeMessage(Buffer.from(record.hex, 'hex')));
  // The tombstone of "big" is missing: that value came in chunks, which the log layer puts together.
  const others = rows(restored, [5]).filter((row) => (row as { Key: string }).Key !== 'big');
  assert.deepEqual(rows(store, [5]), others);
  for (const type of [2, 3, 6, 9, 13, 14, 15, 17, 19, 23, 25, 27, 30, 35, 40]) {
    assert.ok(rows(store, [type]).length > 0, `type ${type}`);
    assert.deepEqual(rows(store, [type]), rows(restored, [type]), `type ${type}`);
  }
});

test('catalog rows and virtual addresses equal those in the snapshot', () => {
  const { store, results } = replay();
  const restored = new StateStore();
  readAll(restored, Buffer.concat(snapshot.map((item) => Buffer.from(item.hex, 'hex'))));
  assert.deepEqual(store.catalog.nodes(null).value, restored.catalog.nodes(null).value);
  assert.deepEqual(store.catalog.checksInState('any').value, restored.catalog.checksInState('any').value);
  let compared = 0;
  for (const node of restored.catalog.nodes(null).value) {
    const expected = restored.catalog.nodeServices(node.Node).value?.services ?? [];
    assert.deepEqual(store.catalog.nodeServices(node.Node).value?.services ?? [], expected, node.Node);
    compared += expected.length;
  }
  assert.ok(compared >= 9, `${compared} services compared whole`);
  const addresses = (from: StateStore): unknown[] =>
    recordsOf(writeAll(from))
      .filter((record) => record.type === 32 || record.type === 33)
      .map((record) => decodeMessage(Buffer.from(record.hex, 'hex')));
  assert.equal(addresses(restored).length, 7);
  assert.deepEqual(addresses(store), addresses(restored));
  assert.deepEqual(results.get(138), { kind: 'virtual-ip', found: true, unassignedFrom: [] });
});
