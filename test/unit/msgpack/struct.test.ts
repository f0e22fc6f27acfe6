// Structs and the kinds of their fields: round trips, what an independent encoder writes, limits, forms.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { decode, encode, written } from '../../../src/msgpack/codec.js';
import { list, mapOf } from '../../../src/msgpack/collections.js';
import { EncodeError } from '../../../src/msgpack/errors.js';
import { bool, bytes, float, i64, int, text, u8, u16, u32, u64 } from '../../../src/msgpack/kinds.js';
import { struct } from '../../../src/msgpack/struct.js';
import { type Uint64, uint64 } from '../../../src/wire/uint64.js';
import { fromHex, toHex } from '../main/gossip/vectors.js';

interface Everything {
  readonly Text: string;
  readonly Bytes: Uint8Array | null;
  readonly Bool: boolean;
  readonly U8: number;
  readonly U16: number;
  readonly U32: number;
  readonly U64: Uint64;
  readonly Int: number;
  readonly Float: number;
  readonly List: readonly string[] | null;
  readonly Map: ReadonlyMap<string, number> | null;
}

const everything = struct<Everything>({
  Text: text,
  Bytes: bytes,
  Bool: bool,
  U8: u8,
  U16: u16,
  U32: u32,
  U64: u64,
  Int: int,
  Float: float,
  List: list(text),
  Map: mapOf(u32),
});

const anything = fc.record(
  {
    Text: fc.string({ unit: 'binary', maxLength: 400, size: 'max' }),
    Bytes: fc.option(fc.uint8Array({ maxLength: 70000, size: 'max' })),
    Bool: fc.boolean(),
    U8: fc.nat(255),
    U16: fc.nat(65535),
    U32: fc.nat(0xffffffff),
    U64: fc.bigInt(0n, 2n ** 64n - 1n).map(uint64),
    Int: fc.maxSafeInteger(),
    Float: fc.double({ noNaN: true }),
    List: fc.option(fc.array(fc.string(), { maxLength: 40, size: 'max' })),
    Map: fc.option(fc.array(fc.tuple(fc.string(), fc.nat(0xffffffff))).map((pairs) => new Map(pairs))),
  },
  { noNullPrototype: true },
);

test('a struct of every kind survives; its keys are in byte order', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const bytes = encode(everything, value);
      const read = decode(everything, bytes);
      assert.ok(read.ok);
      assert.deepEqual(read.value, value);
      assert.equal(read.next, bytes.length);
    }),
    { numRuns: 150 },
  );
  assert.equal(bytesOf(everything.zero).slice(0, 14), '8ba4426f6f6cc2');
});

function bytesOf(value: Everything): string {
  return toHex(encode(everything, value));
}

test('what an independent encoder writes is read', () => {
  const packr = new Packr({ useRecords: false, variableMapSize: true, int64AsType: 'bigint' });
  fc.assert(
    fc.property(anything, ({ Int, U64, ...rest }) => {
      // It writes numbers beyond 32 bits as floats, which no integer field takes, and -0 as 0.
      const value = { ...rest, Int: Int | 0, U64: typeof U64 === 'bigint' ? U64 : U64 >>> 0, Float: rest.Float + 0 };
      const read = decode(everything, packr.pack({ ...value, Unknown: [value.Text, { a: value.Float }] }));
      assert.ok(read.ok);
      assert.deepEqual(read.value, value);
    }),
    { numRuns: 150 },
  );
});

test('lists and maps have a limit, and the names in a map are only names', () => {
  const numbers = list(u8);
  const most = decode(numbers, fromHex(`dd00010000${'01'.repeat(65536)}`));
  assert.ok(most.ok && most.value?.length === 65536);
  assert.ok(!decode(numbers, fromHex(`dd00010001${'01'.repeat(65537)}`)).ok);
  const read = decode(mapOf(u8), fromHex('81a95f5f70726f746f5f5f07'));
  assert.ok(read.ok);
  assert.deepEqual([...(read.value ?? [])], [['__proto__', 7]]);
});

test('integers are written in their shortest unsigned form, negative ones signed', () => {
  const form = (value: number) => toHex(encode(int, value));
  const forms = [
    0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, -1, -32, -33, -128, -129, -32769, -2147483649,
  ];
  assert.deepEqual(forms.map(form), [
    '00',
    '7f',
    'cc80',
    'ccff',
    'cd0100',
    'cdffff',
    'ce00010000',
    'ceffffffff',
    'cf0000000100000000',
    'ff',
    'e0',
    'd0df',
    'd080',
    'd1ff7f',
    'd2ffff7fff',
    'd3ffffffff7fffffff',
  ]);
});

test('integers of 64 bits are exact, and refused beyond', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => {
      const read = decode(i64, encode(i64, value));
      assert.ok(read.ok);
      assert.equal(BigInt(read.value), value);
      assert.equal(typeof read.value, Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
    }),
  );
  for (const value of [-1, 2 ** 64, 1.5, Number.NaN, 2n ** 64n]) assert.throws(() => encode(u64, value), EncodeError);
  for (const value of [2 ** 63 * 1.5, -(2 ** 63) * 1.5, 0.5, -0.5, Number.POSITIVE_INFINITY]) {
    assert.throws(() => encode(int, value), EncodeError, String(value));
  }
  // The longest duration as a number is one too many.
  assert.equal(toHex(encode(int, 2 ** 63)), 'cf7fffffffffffffff');
});

test('a value that could be written in part only leaves nothing behind for the next', () => {
  assert.throws(() => encode(list(int), [1, 2, 0.5]), EncodeError);
  assert.equal(toHex(encode(int, 7)), '07');
});

test('the newer form has str8 and bin', () => {
  interface Both {
    readonly t: string;
    readonly b: Uint8Array | null;
  }
  const value: Both = { t: 'x'.repeat(40), b: Uint8Array.of(1, 2) };
  const both = struct<Both>({ t: text, b: bytes });
  assert.equal(toHex(encode(both, value)), `82a162a20102a174da0028${'78'.repeat(40)}`);
  const newer = written((writer) => both.write(writer, value), 'str-bin');
  assert.equal(toHex(newer), `82a162c4020102a174d928${'78'.repeat(40)}`);
  const read = decode(both, newer);
  assert.deepEqual(read.ok && read.value, value);
  for (const length of [0, 31, 32, 255, 256, 65535, 65536]) {
    const long = { t: 'é'.repeat(length), b: new Uint8Array(length).fill(7) };
    const again = decode(
      both,
      written((writer) => both.write(writer, long), 'str-bin'),
    );
    assert.deepEqual(again.ok && again.value, long);
    const old = decode(both, encode(both, long));
    assert.deepEqual(old.ok && old.value, long);
  }
});

test('fields that the table does not have are passed over', () => {
  const passing = struct<{ readonly B: string; readonly D: number }>({ B: text, D: u8 });
  const bytesOf = fromHex('85a141c0a142a178a1439301a2797ac0a14405a145810102');
  assert.deepEqual(decode(passing, bytesOf), { ok: true, value: { B: 'x', D: 5 }, next: bytesOf.length });
  const none = decode(passing, fromHex('81a14405'));
  assert.deepEqual(none.ok && none.value, { B: '', D: 5 });
});
