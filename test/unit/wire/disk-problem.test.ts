// What node:fs and LevelDB throw, in the words for the operator.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskProblemOf, diskProblemText } from '../../../src/wire/disk-problem.js';

function errno(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

/** As LevelDB's binding reports it: what happened is the cause. */
function fromLevel(code: string, message: string): Error {
  const cause = Object.assign(new Error(message), { code });
  return Object.assign(new Error('Database failed to open', { cause }), { code: 'LEVEL_DATABASE_NOT_OPEN' });
}

const cases: readonly (readonly [unknown, string, string])[] = [
  [errno('EROFS', 'read-only'), 'not-writable', 'data-dir "/d" is not writable: EROFS: read-only'],
  [errno('EACCES', 'denied'), 'not-writable', 'data-dir "/d" is not writable: EACCES: denied'],
  [errno('ENOSPC', 'no space'), 'full', 'data-dir "/d" is full: ENOSPC: no space'],
  [errno('EDQUOT', 'quota'), 'full', 'data-dir "/d" is full: EDQUOT: quota'],
  [errno('EIO', 'i/o error'), 'io', 'cannot use data-dir "/d": EIO: i/o error'],
  [fromLevel('LEVEL_LOCKED', 'IO error: lock'), 'in-use', 'data-dir "/d" is already in use by another agent'],
  [
    fromLevel('LEVEL_IO_ERROR', 'IO error: No space left on device'),
    'full',
    'data-dir "/d" is full: IO error: No space left on device',
  ],
  [
    fromLevel('LEVEL_IO_ERROR', 'IO error: Permission denied'),
    'not-writable',
    'data-dir "/d" is not writable: IO error: Permission denied',
  ],
  [fromLevel('LEVEL_CORRUPTION', 'bad block'), 'damaged', 'data-dir "/d" is damaged: bad block'],
  ['thrown as a text', 'io', 'cannot use data-dir "/d": thrown as a text'],
];

test('each problem of a disk has its kind and its text', () => {
  for (const [error, kind, text] of cases) {
    const problem = diskProblemOf(error);
    assert.equal(problem.kind, kind);
    assert.equal(diskProblemText('/d', problem), text);
  }
});
