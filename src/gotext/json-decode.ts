// Typed decoding of JSON bodies with the rules of Go's encoding/json: a schema is data, put together from the kinds in
// json-kinds.ts and `struct` below. A field matches its name exactly or without case, the last of repeated keys wins,
// null leaves the zero value, text is never a number. As in Go the first error is kept and decoding goes on, so a
// body costs one pass whatever is wrong with it. Zero values are shared between results: treat them as immutable.

import { DecimalNumber } from './json-decimal.js';
import { numberJson } from './json-encode.js';
import { parseWrittenJson } from './json-parse.js';
import type { WrittenJson } from './json-value.js';

export interface DecodeOptions {
  /** What becomes of a field that the schema doesn't have: `json: unknown field "Bogus"`, or nothing. */
  readonly unknownFields: 'error' | 'ignore';
  /** Another text for an unknown field; `undefined` keeps Go's. */
  readonly unknownFieldError?: (name: string) => string | undefined;
}

export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** What a kind is made of, for documents and for tests that go through all of it. */
export type Inside =
  | { readonly is: 'struct'; readonly name: string; readonly fields: readonly InsideField[] }
  | { readonly is: 'list'; readonly of: Kind<unknown> }
  | { readonly is: 'map'; readonly of: Kind<unknown> };

export interface InsideField {
  readonly name: string;
  readonly kind: Kind<unknown>;
}

/** One type of value. `T` is what it decodes to. */
export interface Kind<T> {
  /** Go's name of the type, for error texts. */
  readonly goType: string;
  /** What an absent field and `null` give. */
  readonly zero: T;
  /** Of structs, lists and maps, and of pointers to them. */
  readonly inside?: Inside;
  /** Never called with null. A value of the wrong type is reported to `at`; then the result doesn't matter. */
  read(value: NonNullable<WrittenJson>, at: Reading): T;
}

export type DecodedBy<K> = K extends Kind<infer T> ? T : never;

function describe(value: WrittenJson): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof DecimalNumber) return 'number';
  return Array.isArray(value) ? 'array' : 'object';
}

/** The state of one decoding: options, place, first error. */
export class Reading {
  error: string | null = null;
  readonly options: DecodeOptions;
  readonly path: string[] = [];
  structName: string | null = null;

  constructor(options: DecodeOptions) {
    this.options = options;
  }

  /** Keeps `text` if it is the first error. */
  fail(text: string): void {
    this.error ??= text;
  }

  /** The value doesn't fit the Go type: Go's text for it. */
  mismatch(value: WrittenJson, goType: string): void {
    this.#refuse(value, goType, '');
  }

  /** A value that isn't of the type, or a number out of the type's range, which is named. */
  badNumber(value: WrittenJson, goType: string): void {
    const isPlain = typeof value === 'number' || typeof value === 'bigint';
    const literal = value instanceof DecimalNumber ? value.literal : isPlain ? numberJson(value) : '';
    this.#refuse(value, goType, literal === '' ? '' : ` ${literal}`);
  }

  #refuse(value: WrittenJson, goType: string, detail: string): void {
    const place = this.structName === null ? 'Go value' : `Go struct field ${this.structName}.${this.path.join('.')}`;
    this.fail(`json: cannot unmarshal ${describe(value)}${detail} into ${place} of type ${goType}`);
  }

  unknownField(name: string): void {
    if (this.options.unknownFields === 'ignore') return;
    // Go doesn't escape the name but for quotes around it.
    this.fail(this.options.unknownFieldError?.(name) ?? `json: unknown field ${JSON.stringify(name)}`);
  }
}

/** A field that also has other names. A value under an alias counts only while the field itself isn't set. */
export interface AliasedField<T> {
  readonly kind: Kind<T>;
  readonly aliases: readonly string[];
}

export function aliased<T>(kind: Kind<T>, ...aliases: readonly string[]): AliasedField<T> {
  return { kind, aliases };
}

type FieldSchema = Kind<unknown> | AliasedField<unknown>;
export type StructSchema = { readonly [name: string]: FieldSchema };
type FieldValue<F> = F extends AliasedField<infer T> ? T : F extends Kind<infer T> ? T : never;
export type StructValue<S extends StructSchema> = { readonly [N in keyof S]: FieldValue<S[N]> };

interface Field {
  readonly name: string;
  readonly kind: Kind<unknown>;
  readonly isAlias: boolean;
}

function fieldTable(schema: StructSchema): ReadonlyMap<string, Field> {
  const table = new Map<string, Field>();
  for (const [name, entry] of Object.entries(schema)) {
    table.set(name, { name, kind: 'kind' in entry ? entry.kind : entry, isAlias: false });
  }
  for (const [name, entry] of Object.entries(schema)) {
    if (!('kind' in entry)) continue;
    for (const alias of entry.aliases) table.set(alias, { name, kind: entry.kind, isAlias: true });
  }
  // Names without case go in last and never replace an exact one.
  for (const [name, field] of [...table]) {
    const folded = name.toLowerCase();
    if (!table.has(folded)) table.set(folded, field);
  }
  return table;
}

/**
 * All fields with their zero values. Made by JSON.parse and then filled: an object that is built by more than a dozen computed
 * names turns into a hash table, and so would every copy of it (measured: ten times the time of a whole decoding).
 */
function zeroStruct(schema: StructSchema): { [name: string]: unknown } {
  const names = Object.keys(schema).map((name) => `${JSON.stringify(name)}:null`);
  const template = JSON.parse(`{${names.join(',')}}`) as { [name: string]: unknown };
  for (const [name, entry] of Object.entries(schema)) template[name] = ('kind' in entry ? entry.kind : entry).zero;
  return template;
}

/** A struct: one field for each entry of `schema`, in that order. `goName` may be "" as Go's anonymous structs. */
export function struct<const S extends StructSchema>(goName: string, schema: S): Kind<StructValue<S>> {
  const table = fieldTable(schema);
  const template = zeroStruct(schema);
  const goType = goName;
  const fields = Object.entries(schema).map(([name, entry]) => ({ name, kind: 'kind' in entry ? entry.kind : entry }));
  return {
    goType,
    zero: Object.freeze({ ...template }) as StructValue<S>,
    inside: { is: 'struct', name: goName, fields },
    read(value, at) {
      const out = { ...template };
      if (typeof value !== 'object' || Array.isArray(value) || value instanceof DecimalNumber) {
        at.mismatch(value, goType);
        return out as StructValue<S>;
      }
      const source = value as { readonly [key: string]: WrittenJson };
      const outerName = at.structName;
      for (const key in source) {
        const field = table.get(key) ?? table.get(key.toLowerCase());
        if (field === undefined) {
          at.unknownField(key);
          continue;
        }
        const given = source[key];
        if (given === null || given === undefined) {
          if (!field.isAlias && field.kind.zero === null) out[field.name] = null;
          continue;
        }
        if (field.isAlias && out[field.name] !== field.kind.zero) continue;
        at.structName = goName;
        at.path.push(field.name);
        out[field.name] = field.kind.read(given, at);
        at.path.pop();
      }
      at.structName = outerName;
      return out as StructValue<S>;
    },
  };
}

/** Decodes a value that was parsed already. `null` gives the kind's zero value, as in Go. */
export function decodeValue<T>(value: WrittenJson, kind: Kind<T>, options: DecodeOptions): Decoded<T> {
  if (value === null) return { ok: true, value: kind.zero };
  const at = new Reading(options);
  const decoded = kind.read(value, at);
  return at.error === null ? { ok: true, value: decoded } : { ok: false, error: at.error };
}

/** A request body: its first JSON value, decoded. The error is Go's text, without an endpoint's prefix. */
export function decodeJson<T>(text: string, kind: Kind<T>, options: DecodeOptions): Decoded<T> {
  const parsed = parseWrittenJson(text);
  return parsed.ok ? decodeValue(parsed.value, kind, options) : parsed;
}

/** A text that is one JSON value and nothing else, decoded. */
export function decodeWholeJson<T>(text: string, kind: Kind<T>, options: DecodeOptions): Decoded<T> {
  const parsed = parseWrittenJson(text, 'unmarshal');
  return parsed.ok ? decodeValue(parsed.value, kind, options) : parsed;
}
