import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeTags } from '../../../../../src/main/gossip/serf/protocol/tags.js';
import { readTags } from '../../../../../src/msgpack/tags.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

test('recorded metadata gives the recorded tags, and they survive encoding', () => {
  const { cases } = readVectors<{ name: string; hex: string; tags: { [name: string]: string } }>('serf-tags');
  assert.ok(cases.length >= 6);
  for (const { name, hex, tags } of cases) {
    const read = readTags(fromHex(hex));
    assert.deepEqual(Object.fromEntries(read), tags, name);
    const meta = encodeTags(read);
    assert.ok(meta !== null, name);
    assert.deepEqual(readTags(meta), read, name);
    if (hex.startsWith('ff')) assert.equal(meta.length, hex.length / 2, name);
  }
});

test('tags of more than 512 bytes are refused', () => {
  const tags = (length: number) => new Map([['a', 'x'.repeat(length)]]);
  // ff, 81, a1 61, da and its length.
  assert.equal(encodeTags(tags(512 - 7))?.length, 512);
  assert.equal(encodeTags(tags(512 - 6)), null);
});

test('of a broken map, what could be read counts; nothing throws', () => {
  assert.deepEqual(
    readTags(fromHex('ff83a161a162a163a164a165')),
    new Map([
      ['a', 'b'],
      ['c', 'd'],
    ]),
  );
  assert.deepEqual(readTags(fromHex('ffc0')), new Map());
  assert.equal(toHex(encodeTags(new Map()) ?? new Uint8Array(0)), 'ff80');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
      assert.ok(readTags(Uint8Array.of(0xff, ...bytes)).size <= 100);
    }),
    { numRuns: 1000 },
  );
});
