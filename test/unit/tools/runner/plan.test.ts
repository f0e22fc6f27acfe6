// What the command line of a run of the suites means.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from '../../../runner/plan.js';

const UNIT = { name: 'unit', minimum: 100, sideBySide: 2 };
const CONFORMANCE = { name: 'conformance', minimum: 10, sideBySide: 1 };
const HERE = { path: process.execPath, version: process.version };

test('suites by name, and behind --node those of another node', () => {
  const words = ['unit', 'gone', '--node', process.execPath, 'unit', 'conformance'];
  assert.deepEqual(planOf(words, [UNIT, CONFORMANCE]), [
    UNIT,
    { name: 'gone', minimum: 1, sideBySide: 1 },
    { ...UNIT, runtime: HERE },
    { ...CONFORMANCE, runtime: HERE },
  ]);
});

test('a node that is not there ends the run', () => {
  assert.throws(() => planOf(['--node', '/nowhere/node', 'unit'], [UNIT]), /ENOENT/);
  assert.throws(() => planOf(['--node'], [UNIT]), /wants the path of a node/);
});
