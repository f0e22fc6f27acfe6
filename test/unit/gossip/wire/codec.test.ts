import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import * as codec from '../../../../src/main/gossip/wire/codec.js';
import { type Uint64, uint64 } from '../../../../src/wire/uint64.js';
import { fromHex, toHex } from '../vectors.js';

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

const everything = codec.struct<Everything>({
  Text: codec.text,
  Bytes: codec.bytes,
  Bool: codec.bool,
  U8: codec.u8,
  U16: codec.u16,
  U32: codec.u32,
  U64: codec.u64,
  Int: codec.int,
  Float: codec.float,
  List: codec.list(codec.text),
  Map: codec.mapOf(codec.u32),
});

const anything = fc.record(
  {
    Text: fc.string({ unit: 'binary', maxLength: 400 }),
    Bytes: fc.option(fc.uint8Array({ maxLength: 70000, size: 'max' })),
    Bool: fc.boolean(),
    U8: fc.nat(255),
    U16: fc.nat(65535),
    U32: fc.nat(0xffffffff),
    U64: fc.bigInt(0n, 2n ** 64n - 1n).map(uint64),
    Int: fc.maxSafeInteger(),
    Float: fc.double({ noNaN: true }),
    List: fc.option(fc.array(fc.string(), { maxLength: 40 })),
    Map: fc.option(fc.array(fc.tuple(fc.string(), fc.nat(0xffffffff))).map((pairs) => new Map(pairs))),
  },
  { noNullPrototype: true },
);

test('a struct of every kind survives; its keys are in byte order', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const bytes = codec.encode(everything, value);
      const read = codec.decode(everything, bytes);
      assert.ok(read.ok);
      assert.deepEqual(read.value, value);
      assert.equal(read.next, bytes.length);
    }),
    { numRuns: 150 },
  );
  assert.equal(bytesOf(everything.zero).slice(0, 14), '8ba4426f6f6cc2');
});

function bytesOf(value: Everything): string {
  return toHex(codec.encode(everything, value));
}

test('what an independent encoder writes is read', () => {
  const packr = new Packr({ useRecords: false, variableMapSize: true, int64AsType: 'bigint' });
  fc.assert(
    fc.property(anything, ({ Int, U64, ...rest }) => {
      // It writes numbers beyond 32 bits as floats, which no integer field takes, and -0 as 0.
      const value = { ...rest, Int: Int | 0, U64: typeof U64 === 'bigint' ? U64 : U64 >>> 0, Float: rest.Float + 0 };
      const read = codec.decode(everything, packr.pack({ ...value, Unknown: [value.Text, { a: value.Float }] }));
      assert.ok(read.ok);
      assert.deepEqual(read.value, value);
    }),
    { numRuns: 150 },
  );
});

test('lists and maps have a limit, and the names in a map are only names', () => {
  const list = codec.list(codec.u8);
  const most = codec.decode(list, fromHex(`dd00010000${'01'.repeat(65536)}`));
  assert.ok(most.ok && most.value?.length === 65536);
  assert.ok(!codec.decode(list, fromHex(`dd00010001${'01'.repeat(65537)}`)).ok);
  const read = codec.decode(codec.mapOf(codec.u8), fromHex('81a95f5f70726f746f5f5f07'));
  assert.ok(read.ok);
  assert.deepEqual([...(read.value ?? [])], [['__proto__', 7]]);
});

test('integers are written in their shortest unsigned form, negative ones signed', () => {
  const written = (value: number) => toHex(codec.encode(codec.int, value));
  const forms = [
    0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, -1, -32, -33, -128, -129, -32769, -2147483649,
  ];
  assert.deepEqual(forms.map(written), [
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
