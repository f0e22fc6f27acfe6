// The zero struct of each schema: one shared, frozen object. A decoded message points to it wherever a struct with
// only zero values was sent (most check definitions and proxies), and the encoder knows it by identity and copies its
// ready-made bytes.

import { fieldsOf, type Kind, type StructSchema } from '../wire/schema/kinds.js';

const zeros = new Map<StructSchema<object>, object>();

export function zeroValue(kind: Kind): unknown {
  if (typeof kind === 'object') {
    if (kind.kind === 'struct') return kind.nullable ? null : zeroStruct(kind.schema);
    return kind.kind === 'list' && !kind.nullable ? Object.freeze([]) : null;
  }
  if (kind === 'string') return '';
  if (kind === 'bool') return false;
  if (kind === 'int' || kind === 'uint' || kind === 'uint64' || kind === 'duration' || kind === 'float') return 0;
  return null;
}

/**
 * The struct with every field at its zero value; must not be changed (and can't be: it is frozen). JSON.parse makes its
 * shape: an object built by more than a dozen computed names would be a hash table, and slow to read.
 */
export function zeroStruct<T extends object>(schema: StructSchema<T>): T {
  const known = zeros.get(schema);
  if (known !== undefined) return known as T;
  const fields = fieldsOf(schema);
  const names = fields.map(([name]) => `${JSON.stringify(name)}:null`);
  const zero = JSON.parse(`{${names.join(',')}}`) as { [name: string]: unknown };
  for (const [name, kind] of fields) zero[name] = zeroValue(kind);
  Object.freeze(zero);
  zeros.set(schema, zero);
  return zero as T;
}
