// What a protobuf message (proto3) of a record looks like: a table of its fields, and how it is written from it. Names are the
// record's. A value that isn't of its field's type is left out: rows may hold what others wrote, and one of them must not spoil
// a stream.

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

interface Field {
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

/** The fields of a record, without a length. */
export function writeFields(writer: ProtoWriter, message: Message, record: object): void {
  for (const { number, name, type } of message) {
    const value = name === null ? record : (record as Readonly<Record<string, unknown>>)[name];
    if (value !== null && value !== undefined) writeValue(writer, number, type, value, false);
  }
}

/** `isItem`: of a list or a map, where a zero counts, too. */
function writeValue(writer: ProtoWriter, number: number, type: FieldType, value: unknown, isItem: boolean): void {
  if (type === 'string') {
    if (typeof value === 'string' && (isItem || value !== '')) writer.textChoice(number, value);
  } else if (type === 'integer') {
    if (typeof value === 'number') writer.integer(number, value);
  } else if (type === 'bool') {
    if (typeof value === 'boolean') writer.bool(number, value);
  } else if ('repeated' in type) {
    if (Array.isArray(value)) for (const item of value) writeValue(writer, number, type.repeated, item, true);
  } else if (typeof value === 'object' && value !== null && 'map' in type) {
    for (const [key, item] of Object.entries(value)) writePair(writer, number, key, type.map, item);
  } else writeNested(writer, number, type, value);
}

function writeNested(writer: ProtoWriter, number: number, type: Exclude<FieldType, string>, value: unknown): void {
  const begun = writer.begin(number);
  if ('written' in type) type.written(writer, value);
  else if ('message' in type && typeof value === 'object' && value !== null) writeFields(writer, type.message, value);
  writer.end(begun);
}

function writePair(writer: ProtoWriter, number: number, key: string, type: FieldType, value: unknown): void {
  const begun = writer.begin(number);
  writer.textChoice(1, key);
  writeValue(writer, 2, type, value, true);
  writer.end(begun);
}
