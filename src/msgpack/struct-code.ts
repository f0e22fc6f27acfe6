// Structs that are met often get functions of their own, which name each field: V8 compiles plain loads and calls of known
// kinds, where a loop over a table looks everything up anew and takes two to three times as long. Their source comes from the
// tables alone, never from input. They do the usual case; whatever else comes is the table's.

import type { Kind } from './kinds.js';
import type { MsgpackReader } from './reader.js';
import { MsgpackWriter } from './writer.js';

export type Members = { [name: string]: unknown };

/** A field as it lies on the wire. */
export interface CodedField {
  readonly name: string;
  /** The key with its header, in the form that is read or written. */
  readonly key: Uint8Array;
  readonly kind: Kind<unknown>;
}

function nameOf(field: CodedField): string {
  return JSON.stringify(field.name);
}

/** What stands in front of the first field's value: how many there are, and its key. */
function headOf(fields: readonly CodedField[]): Uint8Array {
  const writer = new MsgpackWriter();
  writer.map(fields.length);
  writer.raw(fields[0]?.key ?? new Uint8Array(0));
  return writer.take();
}

function namesOf(prefix: string, count: number): string {
  return Array.from({ length: count }, (_, i) => prefix + i).join(', ');
}

/** Writes all `fields`, in their order. */
export function codedWrite(fields: readonly CodedField[]): (writer: MsgpackWriter, record: Members) => void {
  const kinds = fields.map(({ kind }) => kind);
  const keys = fields.map(({ key }, i) => (i === 0 ? headOf(fields) : key));
  const statements = fields.map((field, i) => `writer.raw(key${i}); kind${i}.write(writer, record[${nameOf(field)}]);`);
  const source = `const [${namesOf('kind', fields.length)}] = kinds, [${namesOf('key', fields.length)}] = keys;
    return function write(writer, record) { ${statements.join('\n')} };`;
  return new Function('kinds', 'keys', source)(kinds, keys);
}

/** Reads on where the usual case ends: `record` has the first `done` of the fields. */
export type ReadRest = (reader: MsgpackReader, record: Members, done: number) => void;

/**
 * Reads what holds exactly `fields`, in their order; null when something else begins here, and nothing is consumed then. From the
 * first key that isn't the one expected, or the first problem, `rest` goes on. `zero` has the fields in the order that records
 * have them.
 */
export function codedRead(
  fields: readonly CodedField[],
  zero: Members,
  rest: ReadRest,
): (reader: MsgpackReader) => Members | null {
  const kinds = fields.map(({ kind }) => kind);
  const keys = fields.map(({ key }) => key);
  const names = Object.keys(zero);
  const zeros = Object.values(zero);
  const statements = fields.map(
    (field, i) => `if (!reader.takes(key${i})) { rest(reader, record, ${i}); return record; }
      record[${nameOf(field)}] = kind${i}.read(reader);`,
  );
  const members = names.map((name, i) => `${JSON.stringify(name)}: zero${i}`);
  const source = `const [${namesOf('kind', fields.length)}] = kinds, [${namesOf('key', fields.length)}] = keys;
    const [${namesOf('zero', names.length)}] = zeros;
    return function read(reader) {
      if (!reader.takesMap(${fields.length})) return null;
      const record = { ${members.join(', ')} };
      ${statements.join('\n')}
      if (reader.problem !== null) rest(reader, record, ${fields.length});
      return record;
    };`;
  return new Function('kinds', 'keys', 'zeros', 'rest', source)(kinds, keys, zeros, rest);
}
