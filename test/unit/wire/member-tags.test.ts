// Tags as one text: in order of their names, whatever others' were called before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memberTags, tagsText } from '../../../src/wire/gossip/member-tags.js';

test('the names are in order, the values those of this member', () => {
  const texts = [
    new Map([
      ['role', 'node'],
      ['dc', 'dc1'],
    ]),
    new Map([
      ['role', 'consul'],
      ['dc', 'dc2'],
    ]),
    new Map([
      ['dc', 'dc1'],
      ['role', 'node'],
    ]),
    new Map([['role', 'a"b']]),
    new Map(),
  ].map(tagsText);
  assert.deepEqual(texts, [
    '{"dc":"dc1","role":"node"}',
    '{"dc":"dc2","role":"consul"}',
    '{"dc":"dc1","role":"node"}',
    '{"role":"a\\"b"}',
    '{}',
  ]);
});

test('each member has its own tags, however alike their names are', () => {
  const tags = fc.dictionary(fc.constantFrom('role', 'dc', 'id', 'é', '💡', ''), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(fc.array(tags, { maxLength: 4 }), (members) => {
      for (const member of members) {
        const given = new Map(Object.entries(member));
        assert.deepEqual(memberTags({ tags: tagsText(given) }), new Map([...given].sort()));
      }
    }),
  );
});
