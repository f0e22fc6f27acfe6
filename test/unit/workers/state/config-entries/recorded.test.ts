// Config entries of every kind, as a stock server took, kept and showed them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCommand } from '../../../../../src/wasm/commands.js';
import { CommandType } from '../../../../../src/wire/commands.js';
import { decodeEntry } from '../../../../../src/wire/config-entries/decode.js';
import { type ConfigEntry, type EntryKind, entryTable } from '../../../../../src/wire/config-entries/entries.js';
import { entryJson } from '../../../../../src/wire/config-entries/json.js';
import { entryError } from '../../../../../src/wire/config-entries/rules/entry-error.js';
import { normalizedEntry } from '../../../../../src/wire/config-entries/rules/normalize.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { readJson } from '../../../../data.js';
import { readAll } from '../replica/store/stream.js';

interface Shown {
  readonly path: string;
  readonly body: unknown;
}
interface Call {
  readonly m?: string;
  readonly p?: string;
  readonly body?: { readonly Kind?: string; readonly Name?: string };
}
interface LogItem {
  readonly index: number;
  readonly data: { readonly hex?: string };
  readonly command?: { readonly typeByte?: number };
}

function items<T>(file: string): readonly T[] {
  return (readJson(`raft/${file}`) as { readonly items: readonly T[] }).items;
}

function restored(): StateStore {
  const store = new StateStore();
  const records = items<{ readonly hex: string }>('snapshot-records.json');
  readAll(store, Buffer.concat(records.map(({ hex }) => Buffer.from(hex, 'hex'))));
  return store;
}

/** Numbers as JSON has them, fields in their order. */
function asShown(text: string): string {
  return JSON.stringify(JSON.parse(text));
}

test('a restored snapshot shows the entries of every kind as the server that saved it did, field by field', () => {
  const store = restored();
  const shown = items<Shown>('populated.expected.json').filter(({ path }) => /^\/v1\/config\/[a-z-]+$/.test(path));
  assert.ok(shown.length >= 17, `${shown.length} kinds`);
  for (const { path, body } of shown) {
    const kind = path.split('/').at(-1) ?? '';
    assert.notEqual(entryTable(kind), undefined, kind);
    const entries = store.configEntries.list(kind as EntryKind).value;
    assert.equal(asShown(`[${entries.map(entryJson).join(',')}]`), JSON.stringify(body), kind);
  }
});

/** What a write gives anew. */
function essence(entry: ConfigEntry): ConfigEntry {
  return { ...entry, Hash: 0, CreateIndex: 0, ModifyIndex: 0 };
}

test('what was written over HTTP becomes what the log has', () => {
  const logged = items<LogItem>('log-server.json').flatMap(({ data, command }) => {
    if (command?.typeByte !== CommandType.configEntry || data.hex === undefined) return [];
    const decoded = decodeCommand(Buffer.from(data.hex, 'hex'));
    return decoded.type === CommandType.configEntry ? [decoded.body] : [];
  });
  const calls = items<Call>('log-calls.json').filter(({ m, p }) => m === 'PUT' && p?.startsWith('/v1/config'));
  assert.ok(calls.length >= 17, `${calls.length} calls`);
  for (const { body } of calls) {
    const decoded = decodeEntry(body as Parameters<typeof decodeEntry>[0]);
    assert.ok(decoded.ok, JSON.stringify(body));
    const entry = normalizedEntry(decoded.entry);
    assert.equal(
      entryError(entry, () => null),
      null,
      JSON.stringify(body),
    );
    const { Kind, Name } = entry;
    const first = logged.find(({ Op, Entry }) => Entry.Kind === Kind && Entry.Name === Name && Op.startsWith('upsert'));
    assert.deepEqual(essence(entry), first && essence(first.Entry), `${Kind}/${Name}`);
  }
});

test('what is derived from entries moves its indexes when it did on the stock server', () => {
  const store = new StateStore();
  for (const { index, data, command } of items<LogItem>('log-server.json')) {
    if (command?.typeByte === undefined || data.hex === undefined) continue;
    store.apply(index, decodeCommand(Buffer.from(data.hex, 'hex')));
  }
  const recorded = items<{ readonly record: string; readonly body: { readonly Key: string; readonly Value: number } }>(
    'snapshot-records.json',
  ).filter(({ record }) => record === 'Index');
  for (const key of ['gateway-services', 'kind_service_names.destination']) {
    assert.equal(store.index(key), recorded.find(({ body }) => body.Key === key)?.body.Value, key);
  }
});
