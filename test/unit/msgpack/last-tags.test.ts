import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LastTags } from '../../../src/msgpack/last-tags.js';
import { readTags } from '../../../src/msgpack/tags.js';
import { metaOf } from '../main/pools/recorded.js';

function id(meta: Uint8Array): string {
  return readTags(meta).get('id') ?? '';
}

/** Few texts of few lengths: members that are alike come often. */
const value = fc.constantFrom('a', 'b', 'é', '\udc80\udc80\udc80', '\ufffd', '\ufffc');
const tags = fc.record({ dc: value, id: value, x: value });

test('what is taken for the ID is the ID, and all else is as remembered', () => {
  const run = (all: readonly { readonly [name: string]: string }[]): void => {
    const last = new LastTags();
    let remembered: ReadonlyMap<string, string> = new Map();
    for (const meta of all.map(metaOf)) {
      const otherId = last.otherId(meta);
      if (otherId !== null) {
        assert.deepEqual(readTags(meta), new Map([...remembered].map(([k, v]) => [k, k === 'id' ? otherId : v])));
        continue;
      }
      last.remember(meta, id(meta));
      remembered = readTags(meta);
    }
  };
  fc.assert(fc.property(fc.array(tags, { maxLength: 8 }), run), { numRuns: 3000 });
});

test('members that differ by their ID alone are known by it', () => {
  const last = new LastTags();
  const meta = (of: string, dc = 'dc1') => metaOf({ dc, id: of, role: 'node' });
  assert.equal(last.otherId(meta('id-1')), null);
  last.remember(meta('id-1'), 'id-1');
  assert.equal(last.otherId(meta('id-2')), 'id-2');
  assert.equal(last.otherId(meta('id-10')), null, 'of another length');
  assert.equal(last.otherId(meta('id-2', 'dc2')), null);
  last.remember(meta('dc1'), 'dc1');
  assert.equal(last.otherId(meta('dc1', 'dc2')), null, 'what is found twice may be something else');
});
