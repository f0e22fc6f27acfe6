// Random values of any kind a schema knows, for property tests.

import fc from 'fast-check';
import { fieldsOf, type Kind } from '../../../src/wire/schema.js';
import { uint64 } from '../../../src/wire/uint64.js';

const text = fc.oneof(
  fc.constant(''),
  fc.constantFrom('dc1', 'passing', 'set'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'grapheme-ascii', minLength: 28, maxLength: 70 }),
);
const integer = fc.oneof(
  fc.constant(0),
  fc.nat(300),
  fc.constantFrom(127, 128, 255, 256, 65535, 65536, 2147483647, 2147483648, 4294967295, 4294967296, 2 ** 53 - 1),
  fc.constantFrom(-1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, -(2 ** 53) + 1),
);
const unsigned = fc.oneof(fc.nat(), fc.bigInt(0n, (1n << 64n) - 1n).map(uint64), fc.constant((1n << 64n) - 1n));
const float = fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const key = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => name !== '__proto__');
const dynamic = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.constant(null), fc.boolean(), float, text, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  map: fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
})).value;

export function arbitrary(kind: Kind): fc.Arbitrary<unknown> {
  if (typeof kind === 'object') {
    if (kind.kind === 'struct') {
      const struct = fc.record(Object.fromEntries(fieldsOf(kind.schema).map(([name, of]) => [name, arbitrary(of)])), {
        noNullPrototype: true,
      });
      return kind.nullable ? fc.option(struct) : struct;
    }
    if (kind.kind === 'list') {
      const list = fc.array(arbitrary(kind.of), { maxLength: 3 });
      return kind.nullable ? fc.option(list) : list;
    }
    return fc.option(fc.dictionary(key, arbitrary(kind.of), { maxKeys: 3, noNullPrototype: true }));
  }
  if (kind === 'string') return text;
  if (kind === 'bytes') return fc.option(fc.uint8Array({ maxLength: 80 }));
  if (kind === 'bool') return fc.boolean();
  if (kind === 'int' || kind === 'duration') return integer;
  if (kind === 'uint64') return unsigned;
  if (kind === 'float') return float;
  return kind === 'nil' ? fc.constant(null) : dynamic;
}
