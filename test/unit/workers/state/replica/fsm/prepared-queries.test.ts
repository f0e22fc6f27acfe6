// The command about prepared queries: what it refuses, what it finds by a name, and what ends with a session.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a query template's own placeholders

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../../../../src/wire/commands.js';
import {
  createSession,
  destroySession,
  query,
  queryId,
  register,
  setQuery,
  TestStore,
  template,
} from '../store/commands.js';
import { readAll, recordsOf, writeAll } from '../store/stream.js';

const SESSION = '11111111-2222-3333-4444-555555555555';

function textOf(store: TestStore, command: Command): string {
  const result = store.run(command);
  return result.kind === 'error' ? result.text : result.kind;
}

function found(store: TestStore, name: string): string {
  const resolved = store.queries.resolve(name, '');
  if (resolved.kind === 'failed') return resolved.error;
  return resolved.kind === 'none'
    ? 'none'
    : `${Number(resolved.stored.ID.slice(-4))} ${resolved.query.Service.Service}`;
}

test('a query keeps when it was made, and is written whatever it was', () => {
  const store = new TestStore();
  store.runAll(setQuery(query({ Name: 'a' })));
  assert.deepEqual(store.queries.list(), {
    index: 1,
    value: [{ ...query({ Name: 'a' }), CreateIndex: 1, ModifyIndex: 1 }],
  });
  store.runAll(setQuery(query({ Name: 'a' }), 'update'));
  const { index, value } = store.queries.query(queryId(1).toUpperCase());
  assert.deepEqual([index, value?.CreateIndex, value?.ModifyIndex], [2, 1, 2]);
  store.runAll(setQuery(query({ ID: queryId(7) }), 'delete'));
  assert.equal(store.index('prepared-queries'), 2, 'what there is not is not deleted');
  store.runAll(setQuery(query({}), 'delete'));
  assert.deepEqual(store.queries.list(), { index: 4, value: [] });
});

test('what is refused says why and leaves everything as it was', () => {
  const store = new TestStore();
  store.runAll(setQuery(query({ Name: 'Taken' })), setQuery(template({ ID: queryId(2) })));
  const before = writeAll(store).toString('hex');
  const refused: readonly (readonly [Command, string])[] = [
    [setQuery(query({ ID: '' })), 'Missing prepared query ID'],
    [setQuery(query({}), 'tidy'), "Invalid PreparedQuery operation 'tidy'"],
    [setQuery(query({ ID: queryId(3), Name: 'taken' })), "name 'taken' aliases an existing query name"],
    [setQuery(template({ ID: queryId(3), Name: 'TAKEN' })), "name 'TAKEN' aliases an existing query name"],
    [setQuery(template({ ID: queryId(3) })), 'a query template with an empty name already exists'],
    [setQuery(query({ ID: queryId(3), Name: queryId(1) })), `name '${queryId(1)}' aliases an existing query ID`],
    [setQuery(query({ ID: queryId(3), Session: SESSION })), `invalid session "${SESSION}"`],
    [
      setQuery(template({ ID: queryId(3), Name: 'n' }, { Service: '${x' })),
      "failed compiling template: bad format '${x' in Service.Service: at character 4: unknown variable accessed: x",
    ],
  ];
  for (const [command, text] of refused) assert.equal(textOf(store, command), text);
  assert.equal(writeAll(store).toString('hex'), before);
  assert.equal(found(store, 'taken'), '1 web');
});

test('an ID goes before a name, a name before templates, and the longest of these wins', () => {
  const store = new TestStore();
  store.runAll(
    setQuery(template({ ID: queryId(1) }, { Service: 'any-${name.suffix}' })),
    setQuery(template({ ID: queryId(2), Name: 'geo-' }, { Service: 'geo-${name.suffix}' })),
    setQuery(template({ ID: queryId(3), Name: 'geo-db' }, { Service: 'db${name.suffix}' })),
    setQuery(query({ ID: queryId(4), Name: 'geo-db-main' }, { Service: '${name.full}' })),
  );
  assert.equal(found(store, queryId(4)), '4 ${name.full}', 'a query that is no template is taken as it stands');
  assert.equal(found(store, 'GEO-DB-main'), '4 ${name.full}');
  assert.equal(found(store, 'geo-db-x'), '3 db-x');
  assert.equal(found(store, 'geo-db'), '3 db');
  assert.equal(found(store, 'Geo-D'), '2 geo-D');
  assert.equal(found(store, 'other'), '1 any-other');
  assert.equal(found(store, ''), 'none');
  assert.match(found(store, queryId(2)), /can only be resolved up by name/);
  store.runAll(setQuery(query({ ID: queryId(3) }), 'delete'), setQuery(query({ ID: queryId(1) }), 'delete'));
  assert.equal(found(store, 'geo-db-x'), '2 geo-db-x');
  assert.equal(found(store, 'other'), 'none');
  store.runAll(setQuery(query({ ID: queryId(2), Name: 'other' }), 'update'));
  assert.equal(found(store, 'geo-db-x'), 'none', 'a template that is none any more, under another name');
  assert.equal(found(store, 'other'), '2 web');
});

test('a query ends with its session, and with nothing else', () => {
  const store = new TestStore();
  store.runAll(register({}), createSession({ ID: SESSION }), createSession({ ID: SESSION.replace('1', '2') }));
  store.runAll(
    setQuery(query({ Session: SESSION.toUpperCase() })),
    setQuery(query({ ID: queryId(2), Name: 'kept' })),
    setQuery(query({ ID: queryId(3), Name: 'other', Session: SESSION.replace('1', '2') })),
    setQuery(query({ ID: queryId(4), Name: 'moved', Session: SESSION })),
    setQuery(query({ ID: queryId(4), Name: 'moved' }), 'update'),
  );
  const names = () => store.queries.list().value.map(({ Name }) => Name);
  assert.deepEqual(names(), ['', 'kept', 'other', 'moved']);
  store.runAll(destroySession(SESSION));
  assert.deepEqual(names(), ['kept', 'other', 'moved']);
  assert.equal(store.index('prepared-queries'), store.appliedIndex);
  store.runAll({ type: 1, body: { Datacenter: '', Token: '', Node: 'n1', ServiceID: '', CheckID: '', PeerName: '' } });
  assert.deepEqual(names(), ['kept', 'moved'], 'with the node its sessions end');
});

test('a snapshot brings back queries, what a name finds, and what ends with a session', () => {
  const store = new TestStore();
  store.runAll(
    register({}),
    createSession({ ID: SESSION }),
    setQuery(query({ ID: queryId(2), Session: SESSION }, { ServiceMeta: {}, Tags: [] })),
    setQuery(template({ Name: 'geo-' }, { Service: '${match(1)}' }, { Regexp: '-(.*)$' })),
  );
  const restored = new TestStore();
  const stream = writeAll(store);
  assert.equal(recordsOf(stream).filter(({ type }) => type === 7).length, 2);
  readAll(restored, stream);
  assert.deepEqual(restored.queries.list(), store.queries.list());
  assert.deepEqual(restored.queries.query(queryId(2)).value?.Service.ServiceMeta, {});
  assert.equal(found(restored, 'geo-db'), '1 db');
  restored.runAll(destroySession(SESSION));
  assert.deepEqual(
    restored.queries.list().value.map(({ ID }) => ID),
    [queryId(1)],
  );
});

test('a template that only we cannot take is stored, and told when it is to be executed', () => {
  const store = new TestStore();
  const large = template({ Name: 'large' }, {}, { Regexp: '(a{1000}){1000}' });
  assert.equal(textOf(store, setQuery(large)), 'nil');
  assert.match(found(store, 'large-x'), /^failed compiling template: bad Regexp: .*too large$/);
});

test('a restored template that nobody can take is kept, and told when it is to be executed', () => {
  const store = new TestStore();
  store.tables.journal.begin(1);
  const broken = template({ Name: 'broken' }, { Service: '${' });
  store.tables.queries.queries.set('1', broken);
  assert.match(found(store, 'broken-x'), /^failed compiling template: bad format/);
});
