// What has to be done so that records here are those of another datacenter, of two listings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { difference, type Listed } from '../../../../../../src/workers/state/leader/replication/difference.js';
import { atOnce } from '../../../../../../src/workers/state/turns/turns.js';

const hash = (text: string) => Buffer.from(text);
const listed = (ID: string, said = 'x', ModifyIndex = 1): Listed => ({ ID, Hash: hash(said), ModifyIndex });
const found = (here: readonly Listed[], there: readonly Listed[], seen = 0) => atOnce(difference(here, there, seen));

test('what is missing here is to be read, what is here alone to be deleted, whatever was seen before', () => {
  const here = [listed('a'), listed('b')];
  const there = [listed('b'), listed('c')];
  for (const seen of [0, 1, 100]) assert.deepEqual(found(here, there, seen), { deletions: ['a'], changes: ['c'] });
});

test('what says something else is to be read, also when it was changed before the last look: here it may be another', () => {
  assert.deepEqual(found([listed('a', 'old')], [listed('a', 'new', 7)], 9), { deletions: [], changes: ['a'] });
  assert.deepEqual(found([listed('a', 'same', 3)], [listed('a', 'same', 70)], 9), { deletions: [], changes: [] });
});

test('without a hash it counts whether it was changed there since', () => {
  const bare = (ModifyIndex: number): Listed => ({ ID: 'a', Hash: null, ModifyIndex });
  assert.deepEqual(found([bare(1)], [bare(8)], 8).changes, []);
  assert.deepEqual(found([bare(1)], [bare(9)], 8).changes, ['a']);
  assert.deepEqual(found([listed('a')], [bare(9)], 8).changes, ['a']);
});

test('IDs are the same whatever their case, and one without an ID is nothing', () => {
  assert.deepEqual(found([listed('AB')], [listed('ab'), listed('')]), { deletions: [], changes: [] });
});

test('carried out, it makes both the same', () => {
  const records = fc.uniqueArray(
    fc.record({
      ID: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'constructor', '__proto__', '\ud800'),
      Hash: fc.constantFrom('1', '2', '3').map(hash),
      ModifyIndex: fc.nat(9),
    }),
    { selector: ({ ID }) => ID },
  );
  fc.assert(
    fc.property(records, records, fc.nat(9), (here, there, seen) => {
      const { deletions, changes } = found(here, there, seen);
      const now = new Map<string, string>(here.map(({ ID, Hash }) => [ID, Hash.toString()]));
      for (const id of deletions) assert.ok(now.delete(id));
      for (const id of changes) now.set(id, there.find(({ ID }) => ID === id)?.Hash.toString() ?? '');
      const wanted = new Map<string, string>(there.map(({ ID, Hash }) => [ID, Hash.toString()]));
      assert.deepEqual(new Map([...now].sort()), new Map([...wanted].sort()));
      // Nothing is read that is there already.
      for (const id of changes) {
        assert.notEqual(here.find(({ ID }) => ID === id)?.Hash.toString(), wanted.get(id));
      }
    }),
  );
});
