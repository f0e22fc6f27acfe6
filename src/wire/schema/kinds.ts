// Tables of fields, by which msgpack is written and read: what kinds of fields there are, and how a record's table is put
// together. The compiler holds a table to its record type: a field too few or too many does not compile. Fields are listed in
// the order in which decoded objects get them; on the wire they are sorted by name.

/**
 * Scalars: `int` and `duration` (nanoseconds) are 64 bits signed, `uint` and `uint64` 64 bits unsigned, the former a number that is
 * exact up to 2^53; `dynamic` is any value; `nil` is always null.
 */
export type ScalarKind =
  | 'string'
  | 'bytes'
  | 'bool'
  | 'int'
  | 'uint'
  | 'uint64'
  | 'float'
  | 'duration'
  | 'dynamic'
  | 'nil';

export interface StructKind {
  readonly kind: 'struct';
  readonly schema: StructSchema<object>;
  /** Whether null is a value of its own (a pointer in Go); otherwise nil reads as the zero struct. */
  readonly nullable: boolean;
}

export interface ListKind {
  readonly kind: 'list';
  readonly of: Kind;
  /** Otherwise nil reads as an empty list. */
  readonly nullable: boolean;
  /** A field that came with a later version: where it is null it isn't written at all, as those before it expect. */
  readonly leftOutWhenNull?: true;
}

export interface MapKind {
  readonly kind: 'map';
  readonly of: Kind;
}

export type Kind = ScalarKind | StructKind | ListKind | MapKind;

export interface StructSchema<T extends object> {
  readonly name: string;
  readonly fields: { readonly [K in keyof T]-?: Kind };
}

/** Whether a field of this kind is left out of its struct where it is null. */
export function isLaterField(kind: Kind): boolean {
  return typeof kind === 'object' && kind.kind === 'list' && kind.leftOutWhenNull === true;
}

/** Names and kinds in the order of decoded objects. */
export function fieldsOf(schema: StructSchema<object>): [string, Kind][] {
  return Object.entries(schema.fields as { readonly [name: string]: Kind });
}

export function struct<T extends object>(schema: StructSchema<T>): StructKind {
  return { kind: 'struct', schema, nullable: false };
}

export function pointer<T extends object>(schema: StructSchema<T>): StructKind {
  return { kind: 'struct', schema, nullable: true };
}

export function list(of: Kind): ListKind {
  return { kind: 'list', of, nullable: true };
}

export function map(of: Kind): MapKind {
  return { kind: 'map', of };
}

export function laterList(of: Kind): ListKind {
  return { kind: 'list', of, nullable: true, leftOutWhenNull: true };
}

export const strings = list('string');

export const stringMap = map('string');

export const dynamicMap = map('dynamic');

/** What a request compares with comes from users: any 64 bits must be readable wherever it stands. */
export const raftIndex = { CreateIndex: 'uint', ModifyIndex: 'uint' } as const;

export const writeRequest = { Datacenter: 'string', Token: 'string' } as const;
