import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OrderedMap } from '../../../../../../src/workers/state/replica/store/tables/ordered-map.js';

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

test('the keys that a text begins with are found, the longest first', () => {
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 40 }), text, (keys, sought) => {
      const map = new OrderedMap<number>();
      for (const key of keys) map.set(key, key.length);
      const found: string[] = [];
      map.forPrefixesOf(sought, (value, key) => {
        assert.equal(value, key.length);
        found.push(key);
      });
      const wanted = keys.filter((key) => sought.startsWith(key)).sort((a, b) => b.length - a.length);
      assert.deepEqual(found, wanted);
    }),
    { numRuns: 2000 },
  );
});
