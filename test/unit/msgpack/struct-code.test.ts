// A struct that is met often has code of its own, and is read and written as before: in every form, cut anywhere, with any
// problem and its place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode, encode, type Read } from '../../../src/msgpack/codec.js';
import { list } from '../../../src/msgpack/collections.js';
import { bool, bytes, int, type Kind, text, u8, u64 } from '../../../src/msgpack/kinds.js';
import { struct } from '../../../src/msgpack/struct.js';
import { MsgpackWriter } from '../../../src/msgpack/writer.js';

/** More than a struct is met before it gets code. */
const OFTEN = 300;

interface Point {
  readonly X: number;
  readonly Y: number;
}

interface Few {
  readonly Name: string;
  readonly Point: Point;
  readonly Data: Uint8Array | null;
  readonly Size: number;
  readonly List: readonly Point[] | null;
  readonly Is: boolean;
}

type Many = { readonly [name: string]: string };
const MANY = Array.from({ length: 20 }, (_, i) => `Field${i}`);

const point = (): Kind<Point> => struct<Point>({ X: int, Y: u8 });
const few = (): Kind<Few> =>
  struct<Few>({ Name: text, Point: point(), Data: bytes, Size: u64 as Kind<number>, List: list(point()), Is: bool });
const many = (): Kind<Many> => struct<Many>(Object.fromEntries(MANY.map((name) => [name, text])));

const anyPoint = fc.record({ X: fc.maxSafeInteger(), Y: fc.nat(255) }, { noNullPrototype: true });
const anyFew = fc.record(
  {
    Name: fc.string(),
    Point: anyPoint,
    Data: fc.option(fc.uint8Array({ maxLength: 40 })),
    Size: fc.maxSafeNat(),
    List: fc.option(fc.array(anyPoint, { maxLength: 3 })),
    Is: fc.boolean(),
  },
  { noNullPrototype: true },
);

/** Reads and writes its zero value often. */
function oftenMet<T>(kind: Kind<T>): Kind<T> {
  const zero = encode(kind, kind.zero);
  for (let i = 0; i < OFTEN; i += 1) {
    encode(kind, kind.zero);
    decode(kind, zero);
  }
  return kind;
}

const frequent = oftenMet(few());
const frequentMany = oftenMet(many());

function same<T>(left: Read<T>, right: Read<T>): void {
  assert.deepEqual(left, right);
  if (left.ok && right.ok) assert.deepEqual(Object.keys(left.value as object), Object.keys(right.value as object));
}

/** The fields of a value as somebody else orders them, some left out, some unknown. */
function inOrder(value: Few, names: readonly string[]): Uint8Array {
  const writer = new MsgpackWriter();
  writer.map(names.length);
  for (const name of names) {
    writer.text(name);
    if (name === 'Name') writer.text(value.Name);
    else if (name === 'Size') writer.unsigned(value.Size);
    else if (name === 'Is') writer.bool(value.Is);
    else writer.nil();
  }
  return writer.take();
}

test('it is written as before, and read back', () => {
  fc.assert(
    fc.property(anyFew, (value) => {
      const written = encode(frequent, value);
      assert.deepEqual(written, encode(few(), value));
      const read = decode(frequent, written);
      assert.ok(read.ok);
      assert.deepEqual(read.value, value);
      same(read, decode(few(), written));
    }),
    { numRuns: 200 },
  );
  const value = Object.fromEntries(MANY.map((name, i) => [name, String(i)]));
  assert.deepEqual(encode(frequentMany, value), encode(many(), value));
  same(decode(frequentMany, encode(many(), value)), decode(many(), encode(many(), value)));
});

test('other orders, other fields, an array and nil are read as before', () => {
  const names = fc.shuffledSubarray(['Name', 'Point', 'Data', 'Size', 'List', 'Is', 'Unknown', 'Another']);
  fc.assert(
    fc.property(anyFew, names, (value, order) => {
      const written = inOrder(value, order);
      same(decode(frequent, written), decode(few(), written));
    }),
    { numRuns: 300 },
  );
  for (const written of [[0xc0], [0x96, 0xa1, 0x61, 0xc0, 0xc0, 7, 0xc0, 0xc3], [0x91, 0xa1, 0x61], [0x80], [7]]) {
    same(decode(frequent, Uint8Array.from(written)), decode(few(), Uint8Array.from(written)));
  }
});

test('cut anywhere, or damaged, it is refused for the same reason at the same place', () => {
  fc.assert(
    fc.property(anyFew, fc.nat(), fc.nat(255), (value, at, damage) => {
      const written = encode(few(), value);
      const cut = written.subarray(0, at % written.length);
      same(decode(frequent, cut), decode(few(), cut));
      const damaged = Uint8Array.from(written);
      damaged[at % written.length] = damage;
      same(decode(frequent, damaged), decode(few(), damaged));
    }),
    { numRuns: 1500 },
  );
});

test('what has no form is refused in the same words', () => {
  const value = { ...few().zero, Point: { X: 0, Y: -1 } };
  const wordsOf = (kind: Kind<Few>): string => {
    try {
      encode(kind, value);
      return '';
    } catch (error) {
      return String(error);
    }
  };
  assert.notEqual(wordsOf(few()), '');
  assert.equal(wordsOf(frequent), wordsOf(few()));
});
