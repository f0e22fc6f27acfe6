// What a protobuf message (proto3) of a record looks like: a table of its fields, from which it is written (writer.ts). Names
// are the record's.

import type { ProtoWriter } from './writer.js';

export type FieldType =
  | 'string'
  | 'bool'
  /** Any integer or enum that is a plain varint. */
  | 'integer'
  | { readonly message: Message }
  | { readonly repeated: FieldType }
  /** Keys are texts. */
  | { readonly map: FieldType }
  /** What the writer puts into a message of its own. */
  | { readonly written: (writer: ProtoWriter, value: unknown) => void };

export interface Field {
  readonly number: number;
  /** null: made of the record itself. */
  readonly name: string | null;
  readonly type: FieldType;
}

/** In the order of their numbers. */
export type Message = readonly Field[];

/** A message whose names are those of a record's fields. */
export function messageOf<Row extends object>(
  ...fields: readonly (readonly [number: number, name: (keyof Row & string) | null, type: FieldType])[]
): Message {
  return fields.map(([number, name, type]) => ({ number, name, type }));
}
