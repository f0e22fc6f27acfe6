// The tables of records and commands (wire/schema/) as kinds of this engine: for messages that hold records among other
// fields, as those of RPC do. The log's commands and snapshots have a faster way (src/wasm) from the same tables.

import {
  fieldsOf,
  isLaterField,
  type ScalarKind,
  type StructSchema,
  type Kind as TableKind,
} from '../wire/schema/kinds.js';
import { list, objectOf } from './collections.js';
import { any, bool, bytes, float, ignored, int, type Kind, nullable, text, u64, uint } from './kinds.js';
import { struct } from './struct.js';
import { zeroStruct } from './zero.js';

type AnyKind = Kind<unknown>;

const SCALARS: { readonly [kind in ScalarKind]: unknown } = {
  string: text,
  bytes,
  bool,
  int,
  duration: int,
  uint,
  uint64: u64,
  float,
  dynamic: any,
  nil: ignored,
};

/** As many elements as the reader's limits let through. */
const UNLIMITED = Number.POSITIVE_INFINITY;

const known = new Map<StructSchema<object>, AnyKind>();

/** Nil reads as an empty list. */
function neverNull(of: Kind<readonly unknown[] | null>): Kind<readonly unknown[]> {
  return {
    zero: Object.freeze([]),
    isEmpty: (value) => value.length === 0,
    write: of.write,
    read: (reader) => of.read(reader) ?? [],
  };
}

function kindOf(kind: TableKind): AnyKind {
  if (typeof kind === 'string') return SCALARS[kind] as AnyKind;
  if (kind.kind === 'map') return objectOf(kindOf(kind.of), UNLIMITED) as AnyKind;
  if (kind.kind === 'list') {
    const elements = list(kindOf(kind.of), UNLIMITED);
    if (isLaterField(kind)) return { ...elements, isEmpty: (value) => value === null } as AnyKind;
    return (kind.nullable ? elements : neverNull(elements)) as AnyKind;
  }
  const record = recordKind(kind.schema) as AnyKind;
  return kind.nullable ? nullable(record) : record;
}

/** The kind of a record or a command. Its zero value is the shared one of the table. */
export function recordKind<T extends object>(schema: StructSchema<T>): Kind<T> {
  let kind = known.get(schema);
  if (kind === undefined) {
    const all = fieldsOf(schema);
    const fields = Object.fromEntries(all.map(([name, of]) => [name, kindOf(of)]));
    const later = all.filter(([, of]) => isLaterField(of)).map(([name]) => name);
    kind = { ...struct<{ [name: string]: unknown }>(fields, later), zero: zeroStruct(schema) } as AnyKind;
    known.set(schema, kind);
  }
  return kind as Kind<T>;
}
