import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { readJson } from '../../../../../data.js';
import { decodeMessage } from './decode.js';
import { readAll, recordsOf, writeAll } from './stream.js';

interface RecordItem {
  readonly record: string;
  readonly typeByte?: number;
  readonly hex: string;
}

const items = (readJson('raft/snapshot-records.json') as { items: readonly RecordItem[] }).items;
const stream = Buffer.concat(items.map((item) => Buffer.from(item.hex, 'hex')));

function comparable(hex: string): unknown {
  const bytes = Buffer.from(hex, 'hex');
  return decodeMessage(bytes);
}

test("a stock server's snapshot is written back record by record", () => {
  const store = new StateStore();
  assert.equal(readAll(store, stream), 143);
  const written = recordsOf(writeAll(store));
  assert.equal(written.length, items.length);
  let equalBytes = 0;
  for (const [at, item] of items.entries()) {
    const own = written[at];
    assert.ok(own);
    assert.equal(own.type, item.typeByte ?? null, `type of record ${at}`);
    if (own.hex === item.hex) equalBytes += 1;
    // Free maps are written in any order by stock servers: the same content is asked for.
    else assert.deepEqual(comparable(own.hex), comparable(item.hex), `record ${at} (${item.record})`);
  }
  assert.ok(equalBytes > items.length - 20, `${equalBytes} of ${items.length} records have equal bytes`);
});

test('a stream may be cut anywhere between its pieces', () => {
  const whole = new StateStore();
  readAll(whole, stream);
  const expected = writeAll(whole).toString('hex');
  for (const pieceBytes of [1, 7, 4096]) {
    const store = new StateStore();
    readAll(store, stream, pieceBytes);
    assert.equal(writeAll(store).toString('hex'), expected, `pieces of ${pieceBytes} bytes`);
  }
});

test('reads after a restore answer as the server that saved the snapshot did', () => {
  const store = new StateStore();
  readAll(store, stream);
  const answers = (
    readJson('store/populated.expected.json') as {
      items: readonly { path: string; index: string | null; body: unknown }[];
    }
  ).items;
  const answer = (path: string): { index: number; body: unknown } => {
    const found = answers.find((item) => item.path === path);
    assert.ok(found, path);
    return { index: Number(found.index), body: found.body };
  };
  const names = (rows: readonly { readonly Node: string }[]): string[] => rows.map((row) => row.Node);

  const nodes = store.catalog.nodes(null);
  assert.equal(nodes.index, answer('/v1/catalog/nodes').index);
  assert.deepEqual(names(nodes.value), names(answer('/v1/catalog/nodes').body as { Node: string }[]));

  const services = store.catalog.serviceNames(null);
  assert.equal(services.index, answer('/v1/catalog/services').index);
  assert.deepEqual(Object.fromEntries(services.value), answer('/v1/catalog/services').body);

  const checks = store.catalog.checksInState('any');
  assert.equal(checks.index, answer('/v1/health/state/any').index);
  const checkIds = (rows: readonly { readonly CheckID: string }[]): string[] => rows.map((row) => row.CheckID);
  assert.deepEqual(checkIds(checks.value), checkIds(answer('/v1/health/state/any').body as { CheckID: string }[]));

  const sessions = store.sessions.list();
  assert.equal(sessions.index, answer('/v1/session/list').index);
  assert.equal(sessions.value.length, (answer('/v1/session/list').body as unknown[]).length);

  const entries = store.kv.list('');
  assert.equal(entries.index, answer('/v1/kv/?recurse').index);
  const keys = (rows: readonly { readonly Key: string }[]): string[] => rows.map((row) => row.Key);
  assert.deepEqual(keys(entries.value), keys(answer('/v1/kv/?recurse').body as { Key: string }[]));

  assert.equal(store.coordinates.list().index, answer('/v1/coordinate/nodes').index);
  for (const { path, index, body } of answers) {
    const name = /^\/v1\/health\/service\/(.*)$/.exec(path)?.[1];
    if (name === undefined) continue;
    const health = store.catalog.serviceHealth(name);
    assert.equal(health.index, Number(index), path);
    const expected = (body as { Service: { ID: string }; Checks: { CheckID: string }[] }[]).map((entry) => [
      entry.Service.ID,
      entry.Checks.map((check) => check.CheckID),
    ]);
    const got = health.value.map(({ service, checks: own }) => [service.ID, own.map((check) => check.CheckID)]);
    assert.deepEqual(got, expected, path);
  }
});
