// The tree of texts against a plain list of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PrefixTree } from '../../../../../../src/workers/state/prefixes/prefix-tree.js';
import { runSeed } from '../../../../../random.js';

class Model {
  readonly values = new Map<string, number>();

  longest(text: string): number | undefined {
    const known = [...this.values.keys()].filter((key) => text.startsWith(key));
    const longest = known.sort((a, b) => b.length - a.length)[0];
    return longest === undefined ? undefined : this.values.get(longest);
  }
}

/** Few letters, so that texts begin alike. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '\u{1f600}'), maxLength: 8 });

test('the longest text that another begins with is found, whatever was set and deleted', () => {
  const step = fc.record({ key: text, removes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(text, { maxLength: 20 }), (steps, asked) => {
      const tree = new PrefixTree<number>();
      const model = new Model();
      for (const [number, { key, removes }] of steps.entries()) {
        if (removes) {
          tree.delete(key);
          model.values.delete(key);
        } else {
          tree.set(key, number);
          model.values.set(key, number);
        }
        for (const one of [...asked, key]) {
          assert.equal(tree.longest(one), model.longest(one));
          assert.equal(tree.get(one), model.values.get(one));
        }
      }
      for (const key of model.values.keys()) tree.delete(key);
      assert.deepEqual(tree, new PrefixTree<number>(), 'nothing is left of what was deleted');
    }),
    { seed: runSeed, numRuns: 500 },
  );
});

test('a long chain of texts, each the beginning of the next', () => {
  const tree = new PrefixTree<number>();
  const whole = 'a'.repeat(600);
  for (let length = 0; length <= whole.length; length += 1) tree.set(whole.slice(0, length), length);
  assert.equal(tree.longest(`${whole.slice(0, 234)}b`), 234);
  for (let length = whole.length; length >= 100; length -= 1) tree.delete(whole.slice(0, length));
  assert.equal(tree.longest(whole), 99);
});
