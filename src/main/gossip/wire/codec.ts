// Structs as data, for the msgpack flavour of memberlist and Serf (spec/gossip.md, section 2): a struct is a map whose
// keys are written in byte order; a receiver takes them in any order, ignores unknown ones, lets missing ones be zero,
// and also takes an array of the fields in the order of declaration.

import type { Uint64 } from '../../../wire/uint64.js';
import { MsgpackReader, type ReadProblem } from './msgpack-reader.js';
import { MsgpackWriter } from './msgpack-writer.js';

/** How one kind of value is written and read. */
export interface Kind<T> {
  readonly zero: T;
  /** Whether the value is left out where empty fields are. */
  isEmpty(value: T): boolean;
  write(writer: MsgpackWriter, value: T): void;
  read(reader: MsgpackReader): T;
}

export const text: Kind<string> = {
  zero: '',
  isEmpty: (value) => value === '',
  write: (writer, value) => writer.text(value),
  read: (reader) => reader.text(),
};

/** Null is Go's nil slice: it goes out as nil, an empty value as one of length 0. */
export const bytes: Kind<Uint8Array | null> = {
  zero: null,
  isEmpty: (value) => value === null || value.length === 0,
  write: (writer, value) => (value === null ? writer.nil() : writer.binary(value)),
  read: (reader) => reader.binary(),
};

export const bool: Kind<boolean> = {
  zero: false,
  isEmpty: (value) => !value,
  write: (writer, value) => writer.bool(value),
  read: (reader) => reader.bool(),
};

function unsigned(bits: number): Kind<number> {
  const most = 2 ** bits - 1;
  return {
    zero: 0,
    isEmpty: (value) => value === 0,
    write: (writer, value) => writer.unsigned(value),
    read: (reader) => Number(reader.unsigned(most)),
  };
}
export const u8 = unsigned(8);
export const u16 = unsigned(16);
export const u32 = unsigned(32);

export const u64: Kind<Uint64> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  write: (writer, value) => writer.unsigned(value),
  read: (reader) => reader.unsigned(0xffffffffffffffffn),
};

/** 64 bits signed, exact up to 2^53. */
export const int: Kind<number> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  write: (writer, value) => writer.signed(value),
  read: (reader) => reader.signed(),
};

export const float: Kind<number> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  write: (writer, value) => writer.float(value),
  read: (reader) => reader.float(),
};

/** A Go pointer: nil is a value of its own. */
export function nullable<T>(of: Kind<T>): Kind<T | null> {
  return {
    zero: null,
    isEmpty: (value) => value === null,
    write(writer, value) {
      if (value === null) writer.nil();
      else of.write(writer, value);
    },
    read: (reader) => (reader.nil() ? null : of.read(reader)),
  };
}

/** Longest list or map taken in: an element of one byte may become an object of a hundred. */
const MOST_ELEMENTS = 65536;

/** `most`: a longer one is refused. */
export function list<T>(of: Kind<T>, most = MOST_ELEMENTS): Kind<readonly T[] | null> {
  return {
    zero: null,
    isEmpty: (value) => value === null || value.length === 0,
    write(writer, value) {
      if (value === null) writer.nil();
      else writer.array(value.length);
      for (const element of value ?? []) of.write(writer, element);
    },
    read(reader) {
      const length = reader.array();
      if (length === null) return null;
      if (length > most) reader.fail();
      const elements: T[] = [];
      for (let i = 0; i < length && reader.problem === null; i += 1) elements.push(of.read(reader));
      return elements;
    },
  };
}

/** A Go map with string keys. Read into a Map: keys come from the network, and `__proto__` is a name like any other. */
export function mapOf<T>(of: Kind<T>): Kind<ReadonlyMap<string, T> | null> {
  return {
    zero: null,
    isEmpty: (value) => value === null || value.size === 0,
    write(writer, value) {
      if (value === null) writer.nil();
      else writer.map(value.size);
      for (const [key, element] of value ?? []) {
        writer.text(key);
        of.write(writer, element);
      }
    },
    read(reader) {
      const length = reader.map();
      if (length === null) return null;
      if (length > MOST_ELEMENTS) reader.fail();
      const pairs = new Map<string, T>();
      for (let i = 0; i < length && reader.problem === null; i += 1) pairs.set(reader.text(), of.read(reader));
      return pairs;
    },
  };
}

type Fields<T> = { readonly [K in keyof T]-?: Kind<T[K]> };

interface Field {
  readonly name: string;
  readonly key: Uint8Array;
  readonly kind: Kind<unknown>;
  readonly isOptional: boolean;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** `fields` in the order of declaration; those in `optional` are left out when empty. */
export function struct<T extends object>(fields: Fields<T>, optional: readonly (keyof T)[] = []): Kind<T> {
  const declared: Field[] = Object.entries(fields as { readonly [name: string]: Kind<unknown> }).map(
    ([name, kind]) => ({
      name,
      key: Buffer.from(name),
      kind,
      isOptional: optional.includes(name as keyof T),
    }),
  );
  const sorted = [...declared].sort((a, b) => Buffer.compare(a.key, b.key));
  const zero = Object.fromEntries(declared.map((field) => [field.name, field.kind.zero]));

  /** Most senders write the keys in order: the search starts at the field after the last one found. */
  function find(key: Uint8Array, from: number): number {
    for (let i = 0; i < sorted.length; i += 1) {
      const index = (from + i) % sorted.length;
      const field = sorted[index];
      if (field !== undefined && sameBytes(field.key, key)) return index;
    }
    return -1;
  }

  return {
    zero: zero as T,
    isEmpty: () => false,
    write(writer, value) {
      const record = value as { readonly [name: string]: unknown };
      const present = sorted.filter((field) => !(field.isOptional && field.kind.isEmpty(record[field.name])));
      writer.map(present.length);
      for (const field of present) {
        writer.binary(field.key);
        field.kind.write(writer, record[field.name]);
      }
    },
    read(reader) {
      const record: { [name: string]: unknown } = { ...zero };
      const { form, length } = reader.structForm();
      let next = 0;
      for (let i = 0; i < length && reader.problem === null; i += 1) {
        const index = form === 'map' ? find(reader.key(), next) : i;
        const field = form === 'map' ? sorted[index] : declared[index];
        if (field === undefined) {
          reader.skip();
        } else {
          record[field.name] = field.kind.read(reader);
          next = index + 1;
        }
      }
      return record as T;
    },
  };
}

const writer = new MsgpackWriter();

/** What `write` writes; the bytes are the caller's own. */
export function written(write: (writer: MsgpackWriter) => void): Uint8Array {
  write(writer);
  return writer.take();
}

/** The value, after its message type byte when there is one. */
export function encode<T>(kind: Kind<T>, value: T, type: number | null = null): Uint8Array {
  if (type !== null) writer.byte(type);
  kind.write(writer, value);
  return writer.take();
}

export type Read<T> =
  | { readonly ok: true; readonly value: T; readonly next: number }
  | { readonly ok: false; readonly problem: ReadProblem; readonly wanted: number };

/** The value at `offset`; bytes behind it don't matter. Byte values in it are views of `input`. */
export function decode<T>(kind: Kind<T>, input: Uint8Array, offset = 0): Read<T> {
  const reader = new MsgpackReader(input, offset);
  const value = kind.read(reader);
  if (reader.problem !== null) return { ok: false, problem: reader.problem, wanted: reader.wanted };
  return { ok: true, value, next: reader.offset };
}
