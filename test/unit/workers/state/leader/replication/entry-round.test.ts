// Rounds that copy config entries: in which order they are written, and when nothing is deleted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommandType, type ConfigEntryRequest } from '../../../../../../src/wire/commands.js';
import { type ConfigEntry, type EntryKind, emptyEntry } from '../../../../../../src/wire/config-entries/entries.js';
import { EntryRound } from '../../../../../../src/workers/state/leader/replication/entry-round.js';
import { authorizerOf } from '../../acl/authorizer-of.js';
import { TwoDatacenters } from './two-datacenters.js';

type Parts = { readonly [field: string]: unknown };

function entry(kind: EntryKind, name: string, parts: Parts = {}): ConfigEntry {
  return { ...emptyEntry(kind, name), ...parts } as ConfigEntry;
}

function write(Op: string, Entry: ConfigEntry): Command {
  return { type: CommandType.configEntry, body: { Datacenter: 'dc1', Token: '', Op, Entry } };
}

function scene() {
  const both = new TwoDatacenters();
  const round = new EntryRound({
    datacenter: 'dc2',
    configEntries: both.here.configEntries,
    primary: both.primary,
    consensus: both.consensus,
  });
  const never = new AbortController().signal;
  const put = (store: TwoDatacenters['here'], ...entries: readonly ConfigEntry[]) => {
    for (const one of entries) assert.deepEqual(store.run(write('upsert', one)), { kind: 'bool', value: true });
  };
  const written = () =>
    both.proposed.map(({ body }) => {
      const { Op, Entry } = body as ConfigEntryRequest;
      return `${Op} ${Entry.Kind}/${Entry.Name}`;
    });
  return { both, put, written, round: (seen = 0) => round.round(seen, never) };
}

const kinds = ({ here }: TwoDatacenters) => here.configEntries.all().value.map(({ Kind, Name }) => `${Kind}/${Name}`);

const HTTP = { Protocol: 'http' };
const ROUTER = { Routes: [] };

test('an entry comes after what it depends on, and goes before it', async () => {
  const { both, put, written, round } = scene();
  // By kind and name they are the other way round.
  put(both.there, entry('service-defaults', 'web', HTTP), entry('service-router', 'web', ROUTER));
  put(both.there, entry('proxy-defaults', 'global', { Config: { a: 'b' } }));
  put(both.there, entry('exported-services', 'default'), entry('mesh', 'mesh'));
  const { index, problems } = await round();
  assert.deepEqual(problems, []);
  assert.deepEqual(written(), [
    'upsert mesh/mesh',
    'upsert proxy-defaults/global',
    'upsert service-defaults/web',
    'upsert service-router/web',
    'upsert exported-services/default',
  ]);
  assert.deepEqual(
    kinds(both),
    both.there.configEntries.all().value.map(({ Kind, Name }) => `${Kind}/${Name}`),
  );
  both.proposed.length = 0;
  for (const kind of ['service-router', 'service-defaults'] as const)
    both.there.run(write('delete', emptyEntry(kind, 'web')));
  await round(index);
  assert.deepEqual(written(), ['delete service-router/web', 'delete service-defaults/web']);
  assert.deepEqual(kinds(both), ['exported-services/default', 'mesh/mesh', 'proxy-defaults/global']);
});

test('what is refused at first is tried again when the rest is there', async () => {
  const { both, put, round } = scene();
  put(both.here, entry('service-defaults', 'web', HTTP), entry('service-router', 'web', ROUTER));
  // The router's protocol comes from elsewhere now: the old place can only go when the new one is there.
  put(both.there, entry('proxy-defaults', 'global', { Config: { protocol: 'http' } }));
  put(both.there, entry('service-router', 'web', ROUTER));
  assert.deepEqual((await round()).problems, []);
  assert.deepEqual(kinds(both).sort(), ['proxy-defaults/global', 'service-router/web']);
});

test('what is there already isn’t written again, and one that was changed there is', async () => {
  const { both, put, written, round } = scene();
  put(both.there, entry('service-defaults', 'a', HTTP), entry('service-defaults', 'b', HTTP));
  put(both.here, entry('service-defaults', 'a', HTTP));
  const { index } = await round();
  assert.deepEqual(written(), ['upsert service-defaults/b']);
  put(both.there, entry('service-defaults', 'a', { Protocol: 'tcp' }), entry('service-defaults', 'b', HTTP));
  both.proposed.length = 0;
  await round(index);
  assert.deepEqual(written(), ['upsert service-defaults/a']);
});

test('what the replication token may not see is not deleted, told or not', async () => {
  const { both, put, written, round } = scene();
  put(both.here, entry('service-defaults', 'a', HTTP));
  put(both.there, entry('service-defaults', 'a', HTTP), entry('service-defaults', 'b', HTTP));
  both.authorizer = authorizerOf('service "b" { policy = "read" }');
  await assert.rejects(round(), /the replication token may not see all of them/);
  // The anonymous one isn't told.
  both.authorizer = authorizerOf('service "b" { policy = "read" }', {
    accessor: '00000000-0000-0000-0000-000000000002',
  });
  await assert.rejects(round(), /the replication token may not see all of them/);
  assert.deepEqual(written(), []);
  both.authorizer = authorizerOf('operator = "write" service_prefix "" { policy = "read" intentions = "read" }');
  await round();
  assert.deepEqual(written(), ['upsert service-defaults/b']);
});

test('one that can’t be stored is told of, and the others come', async () => {
  const { both, put, round } = scene();
  put(both.there, entry('service-defaults', 'a', { Protocol: 'http' }), entry('service-defaults', 'b', HTTP));
  // As a newer primary might have it.
  put(both.there, entry('service-resolver', 'c', { LoadBalancer: { Policy: 'by tomorrow’s weather' } }));
  const { problems } = await round();
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^service-resolver\/c: /);
  assert.deepEqual(kinds(both), ['service-defaults/a', 'service-defaults/b']);
});
