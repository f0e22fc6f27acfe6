// The language in which the tables of config entries are written: what each field is, on the wire and in JSON (spec/fsm.md,
// section 5). From one table come the types, msgpack, JSON both ways and the zero values. Fields stand in the order in
// which JSON shows them; on the wire they are sorted by name.

import type { Dynamic } from '../../gotext/dynamic.js';

export type Shape =
  | { readonly is: 'text' | 'bool' | 'int' | 'uint32' | 'uint' | 'uint64' | 'float32' | 'dynamic' }
  /** Nanoseconds; JSON takes text or a number, and shows one of both. */
  | { readonly is: 'duration'; readonly shown: 'text' | 'number' }
  /** Nanoseconds since 1970, in UTC. */
  | { readonly is: 'time' }
  | { readonly is: 'struct'; readonly fields: Fields; readonly zero: object }
  | { readonly is: 'pointer'; readonly to: Form<unknown> }
  | { readonly is: 'list'; readonly of: Form<unknown> }
  /** On the wire the keys are texts, or structs that hold a service's name. */
  | { readonly is: 'map'; readonly of: Form<unknown>; readonly keys: 'text' | 'service' };

/** `isOptional`: JSON leaves the empty value out. */
export interface Form<T> {
  readonly shape: Shape;
  readonly isOptional: boolean;
  /** JSON neither takes nor shows it. */
  readonly isHidden?: true;
  readonly zero: T;
}
export type Fields = { readonly [name: string]: Form<unknown> };
export type ValueOf<F> = F extends Form<infer T> ? T : never;
export type RecordOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

function scalar<T>(shape: Shape, zero: T): Form<T> {
  return { shape, isOptional: false, zero };
}

export const text = scalar<string>({ is: 'text' }, '');
export const bool = scalar<boolean>({ is: 'bool' }, false);
export const int = scalar<number>({ is: 'int' }, 0);
/** Where Go has an unsigned integer: others could not read a negative one. */
export const uint32 = scalar<number>({ is: 'uint32' }, 0);
/** 64 bits; exact up to 2^53. */
export const uint = scalar<number>({ is: 'uint' }, 0);
export const uint64 = scalar<number | bigint>({ is: 'uint64' }, 0);
export const float32 = scalar<number>({ is: 'float32' }, 0);
export const dynamic = scalar<Dynamic>({ is: 'dynamic' }, null);
export const duration = scalar<number>({ is: 'duration', shown: 'text' }, 0);
/** A duration that JSON shows as its number. */
export const nanoseconds = scalar<number>({ is: 'duration', shown: 'number' }, 0);
const BEFORE_1970_NS = -62_135_596_800n * 1_000_000_000n;
export const time = scalar<bigint>({ is: 'time' }, BEFORE_1970_NS);

export function struct<const F extends Fields>(fields: F): Form<RecordOf<F>> {
  // JSON.parse makes the shape: an object of more than a dozen computed names would be a hash table, and so every copy of it.
  const names = Object.keys(fields).map((name) => `${JSON.stringify(name)}:null`);
  const filled = JSON.parse(`{${names.join(',')}}`) as { [name: string]: unknown };
  for (const [name, form] of Object.entries(fields)) filled[name] = form.zero;
  const zero = Object.freeze(filled) as RecordOf<F>;
  return { shape: { is: 'struct', fields, zero }, isOptional: false, zero };
}

/** A Go pointer: null is a value of its own. */
export function pointer<T>(to: Form<T>): Form<T | null> {
  return { shape: { is: 'pointer', to }, isOptional: false, zero: null };
}

export function list<T>(of: Form<T>): Form<readonly T[] | null> {
  return { shape: { is: 'list', of }, isOptional: false, zero: null };
}

export function map<T>(of: Form<T>, keys: 'text' | 'service' = 'text'): Form<{ readonly [key: string]: T } | null> {
  return { shape: { is: 'map', of, keys }, isOptional: false, zero: null };
}

/** As Go's `omitempty`. */
export function optional<T>(form: Form<T>): Form<T> {
  return { ...form, isOptional: true };
}

export function hidden<T>(form: Form<T>): Form<T> {
  return { ...form, isHidden: true };
}
