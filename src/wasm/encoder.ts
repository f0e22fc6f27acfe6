// Turns values into operands. For every struct schema one function is generated that reads the fields in wire order,
// each by its constant name: V8 then compiles plain loads and integer stores. (A loop over a field table makes every
// load megamorphic and costs five times as much.) The source comes from the schemas in src/wire/schema/ alone,
// never from input.

import { writeAny } from '../msgpack/any.js';
import { MsgpackWriter } from '../msgpack/writer.js';
import { zeroStruct } from '../msgpack/zero.js';
import type { Dynamic } from '../wire/records.js';
import { fieldsOf, type Kind, type StructSchema } from '../wire/schema/kinds.js';
import { Operands } from './operands.js';
import { wireOrder } from './program.js';

export const operands = new Operands();

/** Free-form values are written in JavaScript: they are rare, small, and without a schema. */
const freeForm = new MsgpackWriter();

/** Puts a free-form value in; answers how many bytes it takes. */
function dynamic(value: unknown): number {
  freeForm.clear();
  writeAny(freeForm, value as Dynamic);
  return operands.raw(freeForm.look());
}

/** Puts the operands of one value in. */
export type Writer = (value: unknown) => void;

const structWriters = new Map<StructSchema<object>, Writer>();

/** Statements that put in the value `x` of this kind, with `o` the words and `p` the next one. */
function statements(kind: Kind, index: number): string {
  switch (kind) {
    case 'string':
      return `if (x === '') o[p++] = 0; else { x = operands.text(x); o = operands.words; o[p++] = x; }`;
    case 'bool':
      return `o[p++] = x === true ? 1 : 0;`;
    case 'int':
    case 'duration':
      return `if (typeof x === 'number' && (x | 0) === x && x >= 0) o[p++] = x; else p = operands.wideInteger(x, p, true);`;
    case 'uint':
      // 2^64 - 1 read as a number is 2^64.
      return `if (typeof x === 'number' && (x | 0) === x && x >= 0) o[p++] = x;
        else p = operands.wideInteger(x === ${2 ** 64} ? ${2n ** 64n - 1n}n : x, p, false);`;
    case 'uint64':
      return `if (typeof x === 'number' && (x | 0) === x && x >= 0) o[p++] = x; else p = operands.wideInteger(x, p, false);`;
    case 'float':
      return `p = operands.float(x, p);`;
    case 'bytes':
      return `p = operands.binary(x, p); o = operands.words;`;
    case 'nil':
      return '';
    case 'dynamic':
      return `x = dynamic(x); o = operands.words; o[p++] = x;`;
    default: {
      const nested = `operands.word = p; writers[${index}](x); p = operands.word; o = operands.words;`;
      if (kind.kind !== 'struct') return `if (x === null) o[p++] = -1; else { ${nested} }`;
      const present = `if (x === zeros[${index}]) o[p++] = 2; else { o[p++] = 1; ${nested} }`;
      return kind.nullable ? `if (x === null) o[p++] = 0; else ${present}` : present;
    }
  }
}

function structWriter(schema: StructSchema<object>): Writer {
  const known = structWriters.get(schema);
  if (known !== undefined) return known;
  const fields = wireOrder(schema);
  const writers = fields.map(([, kind]) => (typeof kind === 'object' ? contentWriter(kind) : null));
  const zeros = fields.map(([, kind]) =>
    typeof kind === 'object' && kind.kind === 'struct' ? zeroStruct(kind.schema) : null,
  );
  const body = fields.map(([name, kind], index) => `x = v[${JSON.stringify(name)}]; ${statements(kind, index)}`);
  const source = `return function write${schema.name}(v) {
    let o = operands.words, p = operands.word, x;
    ${body.join('\n    ')}
    operands.word = p;
  };`;
  const make = new Function('operands', 'writers', 'zeros', 'dynamic', source);
  const writer = make(operands, writers, zeros, dynamic) as Writer;
  structWriters.set(schema, writer);
  return writer;
}

/** Words of one value of a kind, lists and maps within it not counted. */
function fixedWords(kind: Kind): number {
  if (typeof kind === 'string') return 3;
  if (kind.kind !== 'struct') return 1;
  return fieldsOf(kind.schema).reduce((sum, [, field]) => sum + fixedWords(field), 1);
}

/** What is behind the mark of a struct, and all of a list or map that isn't null. */
function contentWriter(kind: Exclude<Kind, string>): Writer {
  if (kind.kind === 'struct') return structWriter(kind.schema);
  const element = valueWriter(kind.of);
  const elementWords = fixedWords(kind.of) + 1;
  const isScalar = typeof kind.of === 'string';
  if (kind.kind === 'list') {
    return (value) => {
      const items = value as readonly unknown[];
      // Elements may have lists of their own: only scalars can be reserved for all at once.
      operands.reserveWords(isScalar ? items.length * elementWords : 1);
      operands.words[operands.word] = items.length;
      operands.word += 1;
      for (const item of items) {
        if (!isScalar) operands.reserveWords(elementWords);
        element(item);
      }
    };
  }
  return (value) => {
    const members = value as { readonly [key: string]: unknown };
    const keys = Object.keys(members);
    operands.reserveWords(keys.length * (elementWords + 1) + 1);
    operands.words[operands.word] = keys.length;
    operands.word += 1;
    for (const key of keys) {
      const length = operands.text(key);
      operands.words[operands.word] = length;
      operands.word += 1;
      element(members[key]);
    }
  };
}

/** A value in a list or map, or on its own. */
export function valueWriter(kind: Kind): Writer {
  if (kind === 'string') {
    return (value) => {
      const length = operands.text(value as string);
      operands.words[operands.word] = length;
      operands.word += 1;
    };
  }
  if (kind === 'float') {
    return (value) => {
      operands.word = operands.float(value as number, operands.word);
    };
  }
  if (kind === 'dynamic') {
    return (value) => {
      const length = dynamic(value);
      operands.words[operands.word] = length;
      operands.word += 1;
    };
  }
  if (typeof kind === 'string') throw new Error(`lists and maps of ${kind} are not supported`);
  const content = contentWriter(kind);
  if (kind.kind !== 'struct') {
    return (value) => {
      // What is not null reserves for itself.
      if (value === null) operands.words[operands.word++] = -1;
      else content(value);
    };
  }
  const zero = zeroStruct(kind.schema);
  return (value) => {
    const mark = value === null ? 0 : value === zero ? 2 : 1;
    operands.words[operands.word] = mark;
    operands.word += 1;
    if (mark === 1) content(value);
  };
}
