import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { JsonBytes, membersUnlike } from '../../../../../src/workers/state/local/store/json-bytes.js';

/** Half characters, quotes, control characters and what is longer than is written by hand among them. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes)),
  fc.string({ unit: 'binary-ascii', minLength: 500, maxLength: 6_000 }),
);
const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toJSON', '0', '-1', 'hasOwnProperty'));
const constant = fc.oneof(text, fc.double(), fc.integer(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    constant,
    fc.array(fc.oneof(tie('value'), fc.constant(undefined)), { maxLength: 5 }),
    fc.dictionary(key, fc.oneof(tie('value'), fc.constant(undefined)), { maxKeys: 5, noNullPrototype: false }),
  ),
}));

function written(write: (out: JsonBytes) => void): string {
  const out = new JsonBytes(3, null);
  write(out);
  assert.equal(out.bytes.length, out.length + 3);
  return out.bytes.subarray(3).toString();
}

test('values are written byte for byte as JSON.stringify writes them, one behind the other', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), (values) => {
      const all = written((out) => {
        for (const one of values) out.value(one);
      });
      assert.equal(all, values.map((one) => JSON.stringify(one)).join(''));
    }),
    { numRuns: 500 },
  );
});

test('what nests deeper than anything is expected to, and whole numbers of any size, are written as well', () => {
  let deep: unknown = 'innermost é';
  for (let depth = 0; depth < 1_000; depth += 1) deep = depth % 2 === 0 ? [deep, 12n] : { deep, large: 2n ** 60n + 1n };
  const read: unknown = JSON.parse(written((out) => out.value(deep)));
  const asDoubles = (_: string, member: unknown): unknown => (typeof member === 'bigint' ? Number(member) : member);
  assert.deepEqual(read, JSON.parse(JSON.stringify(deep, asDoubles)));
});

test('of a record the members that differ from the zero ones are written, in its order', () => {
  const nothing = { text: '', number: 0, flag: false, list: null, inner: Object.freeze({ a: 1 }) };
  const members = membersUnlike<{ readonly [name in keyof typeof nothing]: unknown }>(nothing);
  const member = <T>(zero: T): fc.Arbitrary<unknown> =>
    fc.oneof(fc.constant<unknown>(zero), value, fc.constant(undefined));
  const record = fc.record({
    text: member(nothing.text),
    number: member(nothing.number),
    flag: member(nothing.flag),
    list: member(nothing.list),
    inner: member(nothing.inner),
  });
  fc.assert(
    fc.property(record, (given) => {
      const differing = Object.entries(given).filter(([name, one]) => one !== Reflect.get(nothing, name));
      const expected = JSON.stringify(Object.fromEntries(differing));
      assert.equal(
        written((out) => out.object(given, members)),
        expected,
      );
    }),
  );
});

test('what was cut off is written over, and memory may be used again', () => {
  const out = new JsonBytes(0, null);
  out.value('kept');
  const { length } = out;
  out.value('x'.repeat(10_000));
  out.cut(length);
  out.value([1]);
  assert.equal(out.bytes.toString(), '"kept"[1]');
  const again = new JsonBytes(2, out.room);
  again.value('other');
  assert.equal(again.bytes.subarray(2).toString(), '"other"');
  assert.equal(again.room, out.room);
});
