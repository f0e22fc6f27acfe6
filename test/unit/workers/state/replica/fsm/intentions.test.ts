// The command of intentions: what it makes of entries, when it may, and what a recorded log leaves of them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeCommand } from '../../../../../../src/wasm/commands.js';
import { type ApplyResult, CommandType } from '../../../../../../src/wire/commands.js';
import { type SourceIntention, sourceIntention } from '../../../../../../src/wire/config-entries/service-intentions.js';
import type { IntentionMutation } from '../../../../../../src/wire/mesh/intentions.js';
import { intentionFormatCommands } from '../../../../../../src/workers/state/leader/intention-format.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { readJson } from '../../../../../data.js';
import { readAll } from '../store/stream.js';

const NIL: ApplyResult = { kind: 'nil' };

/** A store to which commands are applied, one index after the other. */
class Intentions {
  readonly store = new StateStore();
  index = 10;

  moveToEntries(): ApplyResult {
    return this.#apply('delete-all', null);
  }

  upsert(source: string, destination: string, value: Partial<SourceIntention>): ApplyResult {
    const Value = { ...sourceIntention.zero, Name: source, ...value };
    return this.#apply('upsert', { ID: '', Destination: { Name: destination }, Source: { Name: source }, Value });
  }

  delete(source: string, destination: string): ApplyResult {
    return this.#apply('delete', {
      ...{ ID: '', Value: null },
      Destination: { Name: destination },
      Source: { Name: source },
    });
  }

  entry(destination: string) {
    return this.store.configEntries.get('service-intentions', destination).value;
  }

  #apply(Op: string, Mutation: IntentionMutation | null): ApplyResult {
    this.index += 1;
    const body = { Datacenter: 'dc1', Token: '', Op, Intention: null, Mutation };
    return this.store.apply(this.index, { type: CommandType.intention, body });
  }
}

describe('intentions in the log', () => {
  test('single ones are changed only once the state says that they stand in entries', () => {
    const intentions = new Intentions();
    assert.equal(intentions.upsert('web', 'db', { Action: 'allow' }).kind, 'error');
    assert.equal(intentions.store.index('config-entries'), 0);
    assert.deepEqual(intentionFormatCommands(intentions.store).length, 1);
    assert.deepEqual(intentions.moveToEntries(), NIL);
    assert.deepEqual(intentionFormatCommands(intentions.store), []);
    const moved = ['connect-intentions', 'config-entries', 'system-metadata'].map((key) => intentions.store.index(key));
    assert.deepEqual(moved, [12, 12, 12]);
    assert.deepEqual(intentions.upsert('web', 'db', { Action: 'allow' }), NIL);
  });

  test('an entry comes with its first source, keeps its first index, and goes with its last', () => {
    const intentions = new Intentions();
    intentions.moveToEntries();
    intentions.upsert('web', 'db', { Action: 'allow' });
    const made = intentions.entry('db');
    intentions.upsert('*', 'db', { Action: 'deny' });
    const entry = intentions.entry('db');
    assert.deepEqual([entry?.CreateIndex, entry?.ModifyIndex], [12, 13]);
    assert.notEqual(entry?.Hash, made?.Hash);
    assert.deepEqual(
      entry?.Sources?.map((source) => [source?.Name, source?.Type, source?.Precedence]),
      [
        ['web', 'consul', 9],
        ['*', 'consul', 8],
      ],
    );
    intentions.delete('web', 'db');
    intentions.delete('*', 'db');
    assert.equal(intentions.entry('db'), null);
    assert.equal(intentions.store.index('config-entries'), 15);
    assert.deepEqual(intentions.delete('*', 'db'), NIL);
    assert.equal(intentions.store.index('config-entries'), 15, 'what was absent moves no index');
  });

  test('what would leave an entry or a chain that can’t be changes nothing', () => {
    const intentions = new Intentions();
    intentions.moveToEntries();
    const refused = (result: ApplyResult) => (result.kind === 'error' ? result.text : result.kind);
    assert.equal(
      refused(intentions.upsert('web', 'db', { Action: 'maybe' })),
      "Sources[0].Action must be set to 'allow' or 'deny'",
    );
    const permission = { Action: 'allow', HTTP: null, JWT: { Providers: null } };
    assert.equal(
      refused(intentions.upsert('web', 'db', { Permissions: [permission] })),
      'service "db" has protocol "tcp", which is incompatible with L7 intentions permissions',
    );
    assert.equal(intentions.entry('db'), null);
    assert.equal(intentions.store.index('config-entries'), 11);
  });

  test('rows of the old table survive until they are deleted, and no leader deletes them by itself', () => {
    const store = new StateStore();
    // A header, and a row of the old table.
    readAll(store, Buffer.from('81a94c617374496e6465780a0c81a24944a178', 'hex'));
    assert.equal(store.tables.preserved.get(CommandType.intention)?.length, 1);
    assert.deepEqual(intentionFormatCommands(store), []);
    const frozen = store.snapshot();
    const body = { Datacenter: '', Token: '', Op: 'delete-all', Intention: null, Mutation: null };
    store.apply(11, { type: CommandType.intention, body });
    assert.equal(store.tables.preserved.has(CommandType.intention), false);
    assert.equal(frozen.preserved.get(CommandType.intention)?.length, 1, 'a snapshot under way has it still');
  });
});

interface LogItem {
  readonly index: number;
  readonly data: { readonly hex?: string };
  readonly command?: { readonly typeByte?: number };
}

function items<T>(file: string): readonly T[] {
  return (readJson(`raft/${file}`) as { readonly items: readonly T[] }).items;
}

test('a recorded log leaves the entries that the stock server saved', () => {
  const store = new StateStore();
  for (const { index, data, command } of items<LogItem>('log-server.json')) {
    if (index > 143 || command?.typeByte === undefined || data.hex === undefined) continue;
    store.apply(index, decodeCommand(Buffer.from(data.hex, 'hex')));
  }
  const saved = new StateStore();
  readAll(
    saved,
    Buffer.concat(items<{ hex: string }>('snapshot-records.json').map(({ hex }) => Buffer.from(hex, 'hex'))),
  );
  const content = (from: StateStore) =>
    from.configEntries.list('service-intentions').value.map((entry) => ({ ...entry, Hash: 0 }));
  assert.equal(content(saved).length, 2);
  assert.deepEqual(content(store), content(saved));
});
