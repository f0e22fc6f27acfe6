// Makes objects from the slots of a scan. For every struct schema one function is generated that builds an object
// literal: all records of a kind share one hidden class, and no property is added one by one. The source comes from
// the schemas in src/wire/schema/ alone, never from input.

import { setProperty } from '../gotext/json-scan.js';
import { MAX_NESTING } from '../gotext/nesting.js';
import { readAny } from '../msgpack/any.js';
import { DecodeError } from '../msgpack/errors.js';
import { MAX_MESSAGE_BYTES } from '../msgpack/limits.js';
import { MsgpackReader } from '../msgpack/reader.js';
import { zeroStruct, zeroValue } from '../msgpack/zero.js';
import { fieldsOf, type Kind, type StructSchema } from '../wire/schema/kinds.js';
import { uint64 } from '../wire/uint64.js';
import { wireOrder } from './program.js';
import { Scanner } from './scanner.js';

export const scanner = new Scanner();

/** Makes the content whose first slot has this index in the words (`count` is for lists and maps). */
export type Reader = (word: number, count: number) => unknown;

const structReaders = new Map<StructSchema<object>, Reader>();
const TWO_32 = 4294967296;

function signed(low: number, high: number): number {
  return high * TWO_32 + (low >>> 0);
}

function unsigned(low: number, high: number): number | bigint {
  if (high >>> 0 < 0x200000) return (high >>> 0) * TWO_32 + (low >>> 0);
  return uint64((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}

function rounded(low: number, high: number): number {
  return (high >>> 0) * TWO_32 + (low >>> 0);
}

/** Free-form values are read in JavaScript: the scanner found where they end. What is in the log was accepted once. */
const freeForm = new MsgpackReader(new Uint8Array(0), 0, {
  bytes: MAX_MESSAGE_BYTES,
  elements: Number.POSITIVE_INFINITY,
  depth: MAX_NESTING,
});

function dynamic(length: number, address: number): unknown {
  if (length === 0) return null;
  freeForm.open(scanner.bytes, address, address + length);
  const value = readAny(freeForm);
  const { problem, place } = freeForm;
  // Only the message's own place is known: its bytes need not lie in one stretch here.
  if (problem !== null) throw new DecodeError(problem, scanner.sourceOffset, place);
  return value;
}

/** An expression for the value whose slot is at `t[i]`, `t[i + 1]`. */
function expression(kind: Kind, i: string, next: string, index: number): string {
  switch (kind) {
    case 'string':
      return `t[${i}] === 0 ? '' : s.text(t[${i}], t[${next}])`;
    case 'bool':
      return `t[${i}] !== 0`;
    case 'int':
    case 'duration':
      return `t[${next}] === 0 && t[${i}] >= 0 ? t[${i}] : signed(t[${i}], t[${next}])`;
    case 'uint':
      return `t[${next}] === 0 && t[${i}] >= 0 ? t[${i}] : rounded(t[${i}], t[${next}])`;
    case 'uint64':
      return `t[${next}] === 0 && t[${i}] >= 0 ? t[${i}] : unsigned(t[${i}], t[${next}])`;
    case 'float':
      return `s.floats[(${i}) >> 1]`;
    case 'bytes':
      return `t[${i}] === 0 ? null : s.binary(t[${i}] - 1, t[${next}])`;
    case 'nil':
      return 'null';
    case 'dynamic':
      return `dynamic(t[${i}], t[${next}])`;
    default: {
      const content = `readers[${index}](s.slotWord + t[${next}] * 2, t[${i}] - 1)`;
      if (kind.kind !== 'struct') return `t[${i}] === 0 ? zeros[${index}] : ${content}`;
      const zero = kind.nullable ? `t[${i}] === 0 ? null : zeros[${index}]` : `zeros[${index}]`;
      return `t[${i}] === 1 ? ${content} : ${zero}`;
    }
  }
}

function zeroOf(kind: Kind): unknown {
  return typeof kind === 'object' && kind.kind === 'struct' ? zeroStruct(kind.schema) : zeroValue(kind);
}

function generate(parameters: string, result: string, kinds: readonly Kind[]): Reader {
  const readers = kinds.map((kind) => (typeof kind === 'object' ? contentReader(kind) : null));
  const zeros = kinds.map(zeroOf);
  const source = `return function read(${parameters}) { const t = s.words; ${result} };`;
  const make = new Function('s', 'readers', 'zeros', 'signed', 'unsigned', 'rounded', 'dynamic', 'setProperty', source);
  return make(scanner, readers, zeros, signed, unsigned, rounded, dynamic, setProperty) as Reader;
}

export function structReader(schema: StructSchema<object>): Reader {
  const known = structReaders.get(schema);
  if (known !== undefined) return known;
  const order = wireOrder(schema).map(([name]) => name);
  const fields = fieldsOf(schema);
  const members = fields.map(([name, kind], index) => {
    const slot = order.indexOf(name) * 2;
    return `${JSON.stringify(name)}: ${expression(kind, `w + ${slot}`, `w + ${slot + 1}`, index)}`;
  });
  const reader = generate(
    'w',
    `return {\n${members.join(',\n')}\n};`,
    fields.map(([, kind]) => kind),
  );
  structReaders.set(schema, reader);
  return reader;
}

/** Content of a struct, list or map that is there. */
function contentReader(kind: Exclude<Kind, string>): Reader {
  if (kind.kind === 'struct') return structReader(kind.schema);
  if (kind.kind === 'list') {
    return generate(
      'w, n',
      `const items = []; for (let i = w; i < w + n * 2; i += 2) items.push(${expression(kind.of, 'i', 'i + 1', 0)}); return items;`,
      [kind.of],
    );
  }
  return generate(
    'w, n',
    `const members = {};
    for (let i = w; i < w + n * 4; i += 4) {
      const key = ${expression('string', 'i', 'i + 1', 0)};
      const value = ${expression(kind.of, 'i + 2', 'i + 3', 0)};
      if (key === '__proto__') setProperty(members, key, value); else members[key] = value;
    }
    return members;`,
    [kind.of],
  );
}

/** The value of the last scan, from its first slot. */
export function valueReader(kind: Kind): () => unknown {
  const reader = generate('w', `return ${expression(kind, 'w', 'w + 1', 0)};`, [kind]);
  return () => reader(scanner.slotWord, 0);
}
