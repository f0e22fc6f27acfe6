// Numbers that the Go library hashstructure v1.1.0 made of the same values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structural, structureHash } from '../../../src/gotext/structure-hash.js';

test('a map has the number that Go’s library makes of it', () => {
  const min = -(2 ** 63);
  assert.equal(structureHash({ map: { '': '', min } }).toString(16), 'ecc176413e3bf884');
});

test('the order of fields and of a map doesn’t matter, that of a list does', () => {
  const one = structureHash(structural({ a: 1, b: [1, 2], ['__proto__']: 'x' }));
  assert.equal(structureHash(structural({ ['__proto__']: 'x', b: [1, 2], a: 1 })), one);
  for (const other of [
    { a: 1, b: [2, 1] },
    { a: 1, b: [1, 2] },
    { a: true, b: [1, 2], ['__proto__']: 'x' },
  ]) {
    assert.notEqual(structureHash(structural(other)), one);
  }
});
