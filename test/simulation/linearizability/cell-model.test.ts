// The model of a cell on short histories: what the state must answer (spec/fsm.md, sections 6 to 8), and what nobody may be told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CellInput, type CellOutput, cellModel } from './cell-model.js';
import { check } from './checker.js';
import type { ShownEntry } from './kv-model.js';

type Row = readonly [CellInput, CellOutput | null];

const YES: CellOutput = { kind: 'done', value: true };
const NO: CellOutput = { kind: 'done', value: false };
const REFUSED: CellOutput = { kind: 'refused' };
const NOTHING: CellOutput = { kind: 'entry', entry: null };
const UP: Row = [{ kind: 'register', instance: 'one', port: 80 }, YES];
const FAIL: Row = [{ kind: 'fail' }, YES];
const GET: CellInput = { kind: 'get', key: 'x' };

/** One after the other; what has no answer stays open. */
function verdict(...rows: readonly Row[]): string {
  const operations = rows.map(([input, output], i) => {
    return { input, output, callAt: 2 * i, returnAt: output === null ? Number.POSITIVE_INFINITY : 2 * i + 1 };
  });
  return check(cellModel, operations).kind;
}

function accepted(...rows: readonly Row[]): void {
  assert.equal(verdict(...rows), 'linearizable');
}

function refused(...rows: readonly Row[]): void {
  assert.equal(verdict(...rows), 'not-linearizable');
}

function shows(value: string, modifyIndex: number, lockIndex = 0, session = ''): Row {
  const entry: ShownEntry = { value, modifyIndex, lockIndex, session };
  return [GET, { kind: 'entry', entry }];
}

const set = (value: string): Row => [{ kind: 'set', key: 'x', value }, YES];
const cas = (value: string, index: number, output: CellOutput | null): Row => {
  return [{ kind: 'cas', key: 'x', value, index }, output];
};
const lock = (session: string, value: string, output: CellOutput): Row => {
  return [{ kind: 'lock', key: 'x', value, session }, output];
};
const unlock = (session: string, value: string, output: CellOutput): Row => {
  return [{ kind: 'unlock', key: 'x', value, session }, output];
};
const create = (id: string, behavior: 'release' | 'delete' = 'release'): Row => {
  return [
    { kind: 'create-session', behavior },
    { kind: 'created', id },
  ];
};

test('an index that was read stays, and later ones are higher', () => {
  accepted(set('a'), shows('a', 5), shows('a', 5), set('b'), shows('b', 9));
  refused(set('a'), shows('a', 5), shows('a', 6));
  refused(set('a'), shows('a', 5), set('b'), shows('b', 5));
  refused(set('a'), shows('a', 5), set('b'), shows('b', 4));
});

test('a comparison holds with the entry’s own index, with 0 when there is none', () => {
  accepted(cas('a', 0, YES), shows('a', 5), cas('b', 5, YES), cas('c', 5, NO), shows('b', 6));
  refused(set('a'), shows('a', 5), cas('b', 5, NO));
  refused(set('a'), shows('a', 5), cas('b', 4, YES));
  refused(set('a'), cas('b', 0, YES));
  refused(cas('a', 7, YES));
  accepted(set('a'), shows('a', 5), cas('b', 5, null), shows('a', 5), shows('b', 6));
  refused(set('a'), shows('a', 5), cas('b', 4, null), shows('b', 6));
});

test('deleting compares too, and takes what is absent for deleted', () => {
  const remove = (index: number, output: CellOutput): Row => [{ kind: 'delete-cas', key: 'x', index }, output];
  accepted(remove(3, YES), set('a'), shows('a', 5), remove(3, NO), remove(5, YES), [GET, NOTHING]);
  refused(set('a'), shows('a', 5), remove(5, YES), shows('a', 5));
  refused(set('a'), shows('a', 5), remove(3, YES));
  accepted(set('a'), [{ kind: 'delete', key: 'x' }, YES], [GET, NOTHING]);
});

test('a lock has one holder, and counts who took it', () => {
  accepted(UP, create('s'), create('t'), lock('s', 'a', YES), lock('t', 'b', NO), shows('a', 5, 1, 's'));
  accepted(UP, create('s'), lock('s', 'a', YES), lock('s', 'b', YES), shows('b', 5, 1, 's'));
  accepted(UP, create('s'), lock('s', 'a', YES), unlock('s', 'b', YES), lock('s', 'c', YES), shows('c', 5, 2, 's'));
  refused(UP, create('s'), create('t'), lock('s', 'a', YES), lock('t', 'b', YES));
  refused(UP, create('s'), create('t'), lock('s', 'a', YES), unlock('t', 'b', YES));
  refused(UP, create('s'), lock('s', 'a', NO));
});

test('the end of a session releases its locks, or deletes their keys', () => {
  const end: Row = [{ kind: 'destroy-session', id: 's' }, YES];
  accepted(UP, create('s'), lock('s', 'a', YES), end, shows('a', 5, 1), lock('s', 'b', REFUSED));
  accepted(UP, create('s', 'delete'), lock('s', 'a', YES), end, [GET, NOTHING]);
  refused(UP, create('s'), lock('s', 'a', YES), end, shows('a', 5, 1, 's'));
  refused(UP, create('s', 'delete'), lock('s', 'a', YES), end, shows('a', 5, 1));
  refused(UP, create('s'), end, lock('s', 'b', YES));
});

test('a critical check and a lost node end sessions, and none begins there', () => {
  const exists = (value: boolean): Row => [
    { kind: 'session', id: 's' },
    { kind: 'exists', value },
  ];
  const gone: Row = [{ kind: 'deregister-node' }, YES];
  const refusedSession: Row = [{ kind: 'create-session', behavior: 'release' }, REFUSED];
  accepted(refusedSession, UP, create('s'), exists(true), FAIL, exists(false), refusedSession, UP, create('t'));
  accepted(UP, create('s'), gone, exists(false), refusedSession);
  refused(UP, create('s'), FAIL, exists(true));
  refused(UP, FAIL, create('s'));
  refused(UP, refusedSession);
});

test('instances are those that were registered and not deregistered', () => {
  const instances = (...ports: string[]): Row => [{ kind: 'instances' }, { kind: 'instances', ports }];
  const moved: Row = [{ kind: 'register', instance: 'one', port: 81 }, null];
  const gone: Row = [{ kind: 'deregister', instance: 'one' }, YES];
  accepted(instances(), UP, instances('one:80'), moved, instances('one:80'), instances('one:81'), gone, instances());
  refused(UP, instances());
  refused(UP, gone, instances('one:80'));
  refused(UP, moved, instances('one:81'), instances('one:80'));
});
