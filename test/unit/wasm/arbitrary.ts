// Random values of any kind a schema knows, for property tests: ordinary ones, and hostile ones as they get past the border.

import fc from 'fast-check';
import { parseJson } from '../../../src/gotext/json-parse.js';
import { readText } from '../../../src/msgpack/text.js';
import { fieldsOf, type Kind } from '../../../src/wire/schema/kinds.js';
import { uint64 } from '../../../src/wire/uint64.js';

const text = fc.oneof(
  fc.constant(''),
  fc.constantFrom('dc1', 'passing', 'set'),
  fc.string({ unit: 'grapheme', maxLength: 20, size: 'max' }),
  fc.string({ unit: 'grapheme-ascii', minLength: 28, maxLength: 70, size: 'max' }),
);
const integer = fc.oneof(
  fc.constant(0),
  fc.nat(300),
  fc.constantFrom(127, 128, 255, 256, 65535, 65536, 2147483647, 2147483648, 4294967295, 4294967296, 2 ** 53 - 1),
  fc.constantFrom(-1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, -(2 ** 53) + 1),
);
const count = integer.map(Math.abs);
const unsigned = fc.oneof(fc.nat(), fc.bigInt(0n, (1n << 64n) - 1n).map(uint64), fc.constant((1n << 64n) - 1n));
const float = fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const key = fc.string({ unit: 'grapheme', maxLength: 12, size: 'max' }).filter((name) => name !== '__proto__');

/** What a schema's leaves are made of. */
interface Leaves {
  readonly text: fc.Arbitrary<string>;
  readonly key: fc.Arbitrary<string>;
  readonly integer: fc.Arbitrary<number>;
  /** Without a sign. */
  readonly count: fc.Arbitrary<number>;
  readonly float: fc.Arbitrary<number>;
  readonly free: fc.Arbitrary<unknown>;
}

function freeForm(of: Pick<Leaves, 'text' | 'key' | 'float'>): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.constant(null), fc.boolean(), of.float, of.text, tie('list'), tie('map')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    map: fc.dictionary(of.key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  })).value;
}

const ordinary: Leaves = { text, key, integer, count, float, free: freeForm({ text, key, float }) };

/** Any UTF-16 units, half characters among them. */
export const hostileText = fc
  .array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff }), fc.constantFrom(0, 0x7f, 0x80, 0xfffd)), {
    maxLength: 50,
    size: 'max',
  })
  .map((units) => String.fromCharCode(...units));

/** Text as a request's body brings it in. */
function throughJson(text: string): string {
  const parsed = parseJson(JSON.stringify(text), 'decoder');
  if (!parsed.ok || typeof parsed.value !== 'string') throw new Error('no text');
  return parsed.value;
}

const admitted = fc.oneof(
  hostileText.map(throughJson),
  // Bytes that are no UTF-8, as names have them that came as bytes.
  fc.uint8Array({ maxLength: 40, size: 'max' }).map((bytes) => readText(Buffer.from(bytes), 0, bytes.length)),
  fc.constantFrom('__proto__', 'constructor', 'x'.repeat(70_000)),
);
const extremeFloat = fc.oneof(fc.double(), fc.constantFrom(-0, 5e-324, 1.7976931348623157e308, Number.NaN));

const hostile: Leaves = {
  text: admitted,
  key: admitted,
  // The longest duration, read as a number, is 2^63.
  integer: fc.oneof(integer, fc.constantFrom(2 ** 63, -(2 ** 63), 2 ** 62, -(2 ** 53) - 2)),
  // The largest number, read as one, is 2^64.
  count: fc.oneof(count, fc.constantFrom(2 ** 64, 2 ** 63, 2 ** 53 + 2)),
  float: extremeFloat,
  free: fc.oneof(
    freeForm({ text: admitted, key: admitted, float: extremeFloat }),
    fc.bigInt(2n ** 53n, 2n ** 64n - 1n),
    fc.bigInt(-(2n ** 63n), -(2n ** 53n)),
  ),
};

function arbitraryOf(kind: Kind, leaves: Leaves): fc.Arbitrary<unknown> {
  if (typeof kind === 'object') {
    if (kind.kind === 'struct') {
      const fields = fieldsOf(kind.schema).map(([name, of]) => [name, arbitraryOf(of, leaves)]);
      const struct = fc.record(Object.fromEntries(fields) as { [name: string]: fc.Arbitrary<unknown> }, {
        noNullPrototype: true,
      });
      return kind.nullable ? fc.option(struct) : struct;
    }
    if (kind.kind === 'list') {
      const list = fc.array(arbitraryOf(kind.of, leaves), { maxLength: 3 });
      return kind.nullable ? fc.option(list) : list;
    }
    return fc.option(fc.dictionary(leaves.key, arbitraryOf(kind.of, leaves), { maxKeys: 3, noNullPrototype: true }));
  }
  if (kind === 'string') return leaves.text;
  if (kind === 'bytes') return fc.option(fc.uint8Array({ maxLength: 80, size: 'max' }));
  if (kind === 'bool') return fc.boolean();
  if (kind === 'int' || kind === 'duration') return leaves.integer;
  if (kind === 'uint') return leaves.count;
  if (kind === 'uint64') return unsigned;
  if (kind === 'float') return leaves.float;
  return kind === 'nil' ? fc.constant(null) : leaves.free;
}

export function arbitrary(kind: Kind): fc.Arbitrary<unknown> {
  return arbitraryOf(kind, ordinary);
}

/** Anything that a request may make of this kind. */
export function hostileArbitrary(kind: Kind): fc.Arbitrary<unknown> {
  return arbitraryOf(kind, hostile);
}
