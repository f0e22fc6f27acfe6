// KV and sessions against a model that does everything the slow and obvious way (spec/fsm.md, sections 7 and 8).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareUtf8 } from '../../../../../../src/gotext/utf8-order.js';
import type { ApplyResult, Command } from '../../../../../../src/wire/commands.js';
import { createSession, destroySession, kv, register, TestStore } from '../store/commands.js';

interface ModelEntry {
  readonly value: string;
  readonly flags: number;
  readonly lockIndex: number;
  readonly session: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

class Model {
  entries = new Map<string, ModelEntry>();
  tombstones = new Map<string, number>();
  /** By prefix: when the tree was deleted. */
  emptied = new Map<string, number>();
  sessions = new Map<string, string>();
  kvs = 0;
  tombstonesIndex = 0;
  sessionsIndex = 0;

  put(index: number, key: string, next: Pick<ModelEntry, 'value' | 'flags' | 'lockIndex' | 'session'>): void {
    const old = this.entries.get(key);
    if (
      old &&
      old.value === next.value &&
      old.flags === next.flags &&
      old.lockIndex === next.lockIndex &&
      old.session === next.session
    ) {
      return;
    }
    this.entries.set(key, { ...next, createIndex: old?.createIndex ?? index, modifyIndex: index });
    this.kvs = index;
  }

  bury(index: number, key: string): void {
    this.tombstones.set(key, index);
    this.tombstonesIndex = index;
  }

  remove(index: number, key: string): void {
    if (!this.entries.delete(key)) return;
    this.bury(index, key);
    this.kvs = index;
  }

  endSession(index: number, id: string): void {
    const behavior = this.sessions.get(id);
    if (behavior === undefined) return;
    this.sessions.delete(id);
    this.sessionsIndex = index;
    for (const [key, entry] of [...this.entries]) {
      if (entry.session !== id) continue;
      if (behavior === 'delete') this.remove(index, key);
      else this.put(index, key, { ...entry, session: '' });
    }
  }

  keys(prefix: string): string[] {
    return [...this.entries.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);
  }

  listIndex(prefix: string): number {
    const all = Math.max(this.kvs, this.tombstonesIndex);
    if (prefix === '') return all;
    let index = 0;
    for (const [key, entry] of this.entries) if (key.startsWith(prefix)) index = Math.max(index, entry.modifyIndex);
    for (const [key, at] of this.tombstones) if (key.startsWith(prefix)) index = Math.max(index, at);
    if (index === 0) return all;
    // Stock goes back to the older tombstones of a prefix when a tree around it is deleted.
    for (const [tree, at] of this.emptied) if (prefix.startsWith(tree)) index = Math.max(index, at);
    return index;
  }
}

type Step =
  | {
      readonly op: 'set' | 'cas' | 'delete' | 'delete-cas';
      readonly key: string;
      readonly value: string;
      readonly flags: number;
      readonly at: number;
    }
  | { readonly op: 'lock' | 'unlock'; readonly key: string; readonly value: string; readonly session: string }
  | { readonly op: 'delete-tree'; readonly prefix: string }
  | { readonly op: 'create' | 'destroy'; readonly session: string; readonly behavior: string }
  | { readonly op: 'reap'; readonly back: number };

const key = fc.constantFrom('a', 'a/', 'a/b', 'a/b/c', 'a/é', 'a/\u{1f600}', 'a/\uffee', 'b', 'ab', 'A');
const value = fc.constantFrom('', '1', '2');
const sessionId = fc.constantFrom('s1', 's2', 's3');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constantFrom('set' as const, 'cas' as const, 'delete' as const, 'delete-cas' as const),
      key,
      value,
      flags: fc.constantFrom(0, 7),
      at: fc.integer({ min: -1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constantFrom('lock' as const, 'unlock' as const), key, value, session: sessionId }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('delete-tree' as const), prefix: fc.constantFrom('a/', 'a', '', 'zz') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constantFrom('create' as const, 'destroy' as const),
      session: sessionId,
      behavior: fc.constantFrom('release', 'delete', ''),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('reap' as const), back: fc.integer({ min: 0, max: 5 }) }) },
);

/** The index a compare-and-set names: the right one, zero, or a wrong one. */
function given(model: Model, at: number, name: string): number {
  if (at === 0) return 0;
  const right = model.entries.get(name)?.modifyIndex ?? 0;
  return at > 0 ? right : right + 1;
}

const NIL: ApplyResult = { kind: 'nil' };
const bool = (answer: boolean): ApplyResult => ({ kind: 'bool', value: answer });

/** Runs one step on both; returns the command and what the model says it answers. */
function plan(model: Model, index: number, one: Step): { readonly command: Command; readonly expected: ApplyResult } {
  switch (one.op) {
    case 'create': {
      if (model.sessions.has(one.session)) return { command: destroySession('nobody'), expected: NIL };
      model.sessions.set(one.session, one.behavior === '' ? 'release' : one.behavior);
      model.sessionsIndex = index;
      const command = createSession({ ID: one.session, Behavior: one.behavior });
      return { command, expected: { kind: 'text', value: one.session } };
    }
    case 'destroy':
      model.endSession(index, one.session);
      return { command: destroySession(one.session), expected: NIL };
    case 'reap': {
      const through = Math.max(0, index - one.back);
      for (const [name, at] of [...model.tombstones]) if (at <= through) model.tombstones.delete(name);
      for (const [tree, at] of [...model.emptied]) if (at <= through) model.emptied.delete(tree);
      const body = { Datacenter: '', Token: '', Op: 'reap', ReapIndex: through } as const;
      return { command: { type: 5, body }, expected: NIL };
    }
    case 'delete-tree': {
      const keys = model.keys(one.prefix);
      for (const name of keys) model.entries.delete(name);
      if (keys.length > 0) {
        model.kvs = index;
        if (one.prefix !== '') model.bury(index, one.prefix);
        model.emptied.set(one.prefix, index);
      }
      return { command: kv('delete-tree', { Key: one.prefix }), expected: NIL };
    }
    case 'lock':
    case 'unlock':
      return planLock(model, index, one);
    default:
      return planWrite(model, index, one);
  }
}

function planLock(model: Model, index: number, one: Extract<Step, { op: 'lock' | 'unlock' }>) {
  const command = kv(one.op, { Key: one.key, Value: Buffer.from(one.value), Session: one.session, Flags: 7 });
  const old = model.entries.get(one.key);
  if (one.op === 'unlock') {
    if (old?.session !== one.session) return { command, expected: bool(false) };
    model.put(index, one.key, { value: one.value, flags: 7, lockIndex: old.lockIndex, session: '' });
    return { command, expected: bool(true) };
  }
  if (!model.sessions.has(one.session)) {
    return { command, expected: { kind: 'error', text: `invalid session "${one.session}"` } as const };
  }
  if (old && old.session !== '' && old.session !== one.session) return { command, expected: bool(false) };
  const lockIndex = old ? old.lockIndex + (old.session === '' ? 1 : 0) : 1;
  model.put(index, one.key, { value: one.value, flags: 7, lockIndex, session: one.session });
  return { command, expected: bool(true) };
}

function planWrite(
  model: Model,
  index: number,
  one: Extract<Step, { op: 'set' | 'cas' | 'delete' | 'delete-cas' }>,
): { readonly command: Command; readonly expected: ApplyResult } {
  const old = model.entries.get(one.key);
  const ModifyIndex = given(model, one.at, one.key);
  const command = kv(one.op, { Key: one.key, Value: Buffer.from(one.value), Flags: one.flags, ModifyIndex });
  const isStale = (old?.modifyIndex ?? 0) !== ModifyIndex;
  switch (one.op) {
    case 'delete':
      model.remove(index, one.key);
      return { command, expected: NIL };
    case 'delete-cas':
      if (!old) return { command, expected: bool(true) };
      if (isStale) return { command, expected: bool(false) };
      model.remove(index, one.key);
      return { command, expected: bool(true) };
    case 'cas':
      if (isStale) return { command, expected: bool(false) };
  }
  model.put(index, one.key, { value: one.value, flags: one.flags, lockIndex: 0, session: old?.session ?? '' });
  return { command, expected: one.op === 'cas' ? bool(true) : NIL };
}

function compare(store: TestStore, model: Model): void {
  assert.equal(store.index('kvs'), model.kvs);
  assert.equal(store.index('tombstones'), model.tombstonesIndex);
  assert.equal(store.index('sessions'), model.sessionsIndex);
  assert.deepEqual(
    store.sessions.list().value.map((session) => session.ID),
    [...model.sessions.keys()].sort(),
  );
  for (const prefix of ['', 'a', 'a/', 'a/b', 'zz']) {
    const list = store.kv.list(prefix);
    assert.deepEqual(
      list.value.map((entry) => entry.Key),
      model.keys(prefix),
    );
    assert.equal(list.index, model.listIndex(prefix), `index of "${prefix}"`);
    assert.deepEqual(store.kv.keys(prefix, '').value, model.keys(prefix));
    assert.equal(store.kv.keys(prefix, '/').index, list.index);
  }
  for (const [name, expected] of model.entries) {
    const { index, value: got } = store.kv.get(name);
    assert.ok(got, name);
    assert.equal(index, expected.modifyIndex);
    assert.deepEqual(
      {
        value: Buffer.from(got.Value ?? []).toString(),
        flags: got.Flags,
        lockIndex: got.LockIndex,
        session: got.Session,
        createIndex: got.CreateIndex,
        modifyIndex: got.ModifyIndex,
      },
      expected,
      name,
    );
  }
}

test('any sequence of KV and session commands ends where the model says', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (steps) => {
      const store = new TestStore();
      store.runAll(register({}));
      const model = new Model();
      for (const one of steps) {
        const index = store.appliedIndex + 1;
        const { command, expected } = plan(model, index, one);
        assert.deepEqual(store.run(command), expected, JSON.stringify(one));
        compare(store, model);
      }
    }),
    { numRuns: 150 },
  );
});

test('keys come in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), { maxLength: 30, size: 'max' }),
      (keys) => {
        const store = new TestStore();
        for (const Key of keys) store.runAll(kv('set', { Key }));
        assert.deepEqual(store.kv.keys('', '').value, [...keys].sort(compareUtf8));
      },
    ),
    { numRuns: 150 },
  );
});

test('a separator cuts keys behind the prefix, each result once', () => {
  const store = new TestStore();
  for (const Key of ['a/1', 'a/2/x', 'a/2/y', 'a/3', 'b']) store.runAll(kv('set', { Key }));
  assert.deepEqual(store.kv.keys('a/', '/').value, ['a/1', 'a/2/', 'a/3']);
  assert.deepEqual(store.kv.keys('', '/').value, ['a/', 'b']);
  assert.deepEqual(store.kv.keys('a', '/').value, ['a/']);
  assert.deepEqual(store.kv.keys('a/', '/x').value, ['a/1', 'a/2/x', 'a/2/y', 'a/3']);
});
