import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metaPairProblem, metaProblem } from '../../../src/wire/metadata.js';

test('keys are short, plain and not reserved; values are counted in bytes', () => {
  assert.equal(metaPairProblem('a-b_1', 'v'), null);
  assert.equal(metaPairProblem('', 'v'), "Couldn't load metadata pair ('', 'v'): Key cannot be blank");
  assert.match(metaPairProblem('a b', 'v') ?? '', /: Key contains invalid characters$/);
  assert.match(metaPairProblem('k'.repeat(129), 'v') ?? '', /: Key is too long \(limit: 128 characters\)$/);
  assert.equal(metaPairProblem('k'.repeat(128), 'é'.repeat(256)), null);
  assert.match(metaPairProblem('k', 'é'.repeat(257)) ?? '', /: Value is too long \(limit: 512 characters\)$/);
});

test('of the reserved keys a mesh gateway may have the one that federates datacenters', () => {
  assert.equal(metaProblem({ 'consul-wan-federation': '1' }, 'mesh-gateway'), null);
  assert.match(metaProblem({ 'consul-wan-federation': '1' }) ?? '', /reserved for internal use$/);
  assert.match(metaProblem({ 'consul-other': '1' }, 'mesh-gateway') ?? '', /reserved for internal use$/);
});

test('64 pairs are enough', () => {
  const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, '']));
  assert.equal(metaProblem(null), null);
  assert.equal(metaProblem(pairs(64)), null);
  assert.equal(metaProblem(pairs(65)), 'Node metadata cannot contain more than 64 key/value pairs');
});
