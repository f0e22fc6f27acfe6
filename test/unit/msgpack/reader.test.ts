// What the engine makes of values that anybody may have sent: agreement with an independent encoder, every truncation
// refused, limits held, the place of a problem named, slices.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode as otherDecode, encode as otherEncode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { MAX_NESTING } from '../../../src/gotext/nesting.js';
import { decode, decodeSteps, encode, readFailureText } from '../../../src/msgpack/codec.js';
import { list, mapOf, objectOf } from '../../../src/msgpack/collections.js';
import { EncodeError } from '../../../src/msgpack/errors.js';
import { any, text, u8, u64 } from '../../../src/msgpack/kinds.js';
import { DEFAULT_LIMITS } from '../../../src/msgpack/limits.js';
import { MsgpackReader } from '../../../src/msgpack/reader.js';
import { struct } from '../../../src/msgpack/struct.js';
import type { Dynamic } from '../../../src/wire/records.js';
import { fromHex } from '../main/gossip/vectors.js';

const key = fc.string({ unit: 'grapheme', maxLength: 40, size: 'max' });
const anything = fc.letrec<{ value: Dynamic }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'binary', maxLength: 300, size: 'max' }),
    fc.bigInt(2n ** 53n, 2n ** 64n - 1n),
    fc.bigInt(-(2n ** 63n), -(2n ** 53n)),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(key, tie('value'), { maxKeys: 20, noNullPrototype: true }),
  ),
})).value;

/** Containers within each other around null. */
function nested(depth: number): Dynamic {
  let value: Dynamic = null;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { x: value };
  return value;
}

function skipOf(bytes: Uint8Array): MsgpackReader {
  const reader = new MsgpackReader(bytes);
  reader.skip();
  return reader;
}

describe('free-form values', () => {
  it('survive, and an independent decoder reads the same', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = encode(any, value);
        assert.deepEqual(decode(any, bytes), { ok: true, value, next: bytes.length });
        // It has its own opinion of a member called __proto__, and of text that isn't UTF-8.
        if (JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? 0 : item)).includes('__proto__')) return;
        assert.deepEqual(otherDecode(bytes, { useBigInt64: true }), value);
      }),
      { numRuns: 300 },
    );
  });

  it('are read as an independent encoder writes them', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const read = decode(any, otherEncode(value));
        assert.deepEqual(read.ok && read.value, JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  it('nest as deep as the one limit says, in both directions', () => {
    const deepest = nested(MAX_NESTING);
    const bytes = encode(any, deepest);
    assert.deepEqual(decode(any, bytes), { ok: true, value: deepest, next: bytes.length });
    assert.throws(
      () => encode(any, nested(MAX_NESTING + 1)),
      (error) => error instanceof EncodeError && error.code === 'too-deep',
    );
    const read = decode(any, Uint8Array.of(0x91, ...bytes));
    assert.equal(read.ok || read.problem, 'too-deep');
    const narrow = decode(any, encode(any, nested(4)), 0, { ...DEFAULT_LIMITS, depth: 3 });
    assert.equal(narrow.ok || narrow.problem, 'too-deep');
  });

  it('have text for keys', () => {
    for (const hex of ['810102', '81c0c0', '819001']) {
      const read = decode(any, fromHex(hex));
      assert.equal(read.ok || read.problem, 'wrong-type', hex);
    }
  });
});

describe('damage', () => {
  it('every truncation is refused, saying how much is wanted', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = encode(any, value);
        for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 200)) {
          const read = decode(any, bytes.subarray(0, length));
          assert.ok(!read.ok && read.problem === 'truncated');
          assert.ok(read.wanted > length && read.wanted <= bytes.length);
          const skipped = skipOf(bytes.subarray(0, length));
          assert.ok(skipped.problem === 'truncated' && skipped.wanted > length && skipped.wanted <= bytes.length);
        }
        assert.equal(skipOf(Buffer.concat([bytes, bytes])).offset, bytes.length);
      }),
      { numRuns: 100 },
    );
  });

  it('any bytes are read as something or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100, size: 'max' }), (bytes) => {
        const read = decode(any, bytes);
        if (read.ok) assert.ok(read.next <= bytes.length);
        else assert.ok(read.offset <= bytes.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('extensions are passed over; the one byte without a meaning is refused', () => {
    const ext = fromHex('c70305010203d6ff01020304');
    assert.equal(skipOf(ext).offset, 6);
    const reader = new MsgpackReader(ext, 6);
    reader.skip();
    assert.equal(reader.offset, 12);
    assert.equal(skipOf(fromHex('d8')).problem, 'truncated');
    assert.equal(skipOf(fromHex('c1')).problem, 'wrong-type');
  });
});

describe('limits', () => {
  it('of bytes: a longer value is refused before its bytes are there', () => {
    const limits = { ...DEFAULT_LIMITS, bytes: 100 };
    const announced = decode(text, fromHex('da0100'), 0, limits);
    assert.equal(announced.ok || announced.problem, 'too-large');
    const there = decode(text, encode(text, 'x'.repeat(200)), 0, limits);
    assert.equal(there.ok || there.problem, 'too-large');
    const more = decode(text, fromHex('da0050'), 0, limits);
    assert.equal(more.ok || more.problem, 'truncated');
    // The value counts, not where it lies.
    const behind = Buffer.concat([Buffer.alloc(500), encode(text, 'x'.repeat(90))]);
    assert.ok(decode(text, behind, 500, limits).ok);
  });

  it('of elements: those of all lists and maps together', () => {
    const limits = { ...DEFAULT_LIMITS, elements: 10 };
    const lists = list(list(u8));
    assert.ok(
      decode(
        lists,
        encode(lists, [
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ]),
        0,
        limits,
      ).ok,
    );
    const read = decode(
      lists,
      encode(lists, [
        [1, 2, 3, 4],
        [1, 2, 3, 4, 5],
      ]),
      0,
      limits,
    );
    assert.equal(read.ok || read.problem, 'too-many-values');
    const free = decode(any, encode(any, [1, { a: [1, 2, 3, 4, 5, 6, 7, 8] }]), 0, limits);
    assert.equal(free.ok || free.problem, 'too-many-values');
  });
});

describe('a problem', () => {
  interface Row {
    readonly Name: string;
    readonly Ports: { readonly [name: string]: number } | null;
  }
  const rows = struct<{ readonly Rows: readonly Row[] | null }>({
    Rows: list(struct<Row>({ Name: text, Ports: objectOf(u8) })),
  });

  it('is told with its place', () => {
    // The second row's port is text.
    const row = (port: string): string => `82a44e616d65a161a5506f72747381a24142${port}`;
    const read = decode(rows, fromHex(`81a4526f777392${row('05')}${row('a178')}`));
    assert.ok(!read.ok);
    assert.equal(read.problem, 'wrong-type');
    assert.equal(read.place, 'Rows[1].Ports[AB]');
    assert.match(readFailureText(read), /^value of an unexpected type at byte \d+ \(Rows\[1\]\.Ports\[AB\]\)$/);
    const key = decode(rows, fromHex('8105c0'));
    assert.ok(!key.ok && key.place === '');
  });
});

describe('slices', () => {
  const states = struct<{
    readonly Times: ReadonlyMap<string, number | bigint> | null;
    readonly Lists: readonly (readonly string[] | null)[] | null;
  }>({ Times: mapOf(u64), Lists: list(list(text)) });

  it('give the same value, with pauses', () => {
    const value = {
      Times: new Map(Array.from({ length: 20_000 }, (_, i) => [`member-${i}`, i] as const)),
      Lists: Array.from({ length: 40 }, (_, i) => Array.from({ length: 500 }, (__, j) => `${i}/${j}`)),
    };
    const bytes = encode(states, value);
    const steps = decodeSteps(states, bytes);
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses += 1;
    assert.deepEqual(step.value, { ok: true, value, next: bytes.length });
    assert.ok(pauses >= Math.floor(bytes.length / 40_000) && pauses <= bytes.length / 30_000, `${pauses} pauses`);
  });

  it('end at the first problem', () => {
    const bytes = encode(states, { Times: null, Lists: [['a'], ['b']] });
    // The last field, `Times`, takes seven bytes.
    const step = decodeSteps(states, bytes.subarray(0, bytes.length - 8)).next();
    assert.ok(step.done === true && !step.value.ok);
    assert.equal(step.value.place, 'Lists[1][0]');
    const small = decodeSteps(u8, Uint8Array.of(7)).next();
    assert.deepEqual(small, { done: true, value: { ok: true, value: 7, next: 1 } });
  });
});
