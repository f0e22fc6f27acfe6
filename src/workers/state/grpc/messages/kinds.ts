// What a field of a public message may hold, and how that is written and read. Each kind says as well what reflection tells of it.

import type { Uint64 } from '../../../../wire/uint64.js';
import { writeStruct } from '../../rpc/grpc/protobuf/well-known.js';
import type { ProtoWriter } from '../../rpc/grpc/protobuf/writer.js';

/** Numbers of types, as descriptors have them. */
export const FieldType = {
  double: 1,
  int64: 3,
  uint64: 4,
  int32: 5,
  bool: 8,
  string: 9,
  message: 11,
  bytes: 12,
  enum: 14,
} as const;

/** What reflection tells of a field. */
export interface About {
  readonly type: (typeof FieldType)[keyof typeof FieldType];
  /** Of a message or an enum, with its package. */
  readonly typeName?: string;
  readonly isRepeated?: true;
  /** Of a map: what its values are. Its keys are texts. */
  readonly mapOf?: About;
  /** The `oneof` that it belongs to. */
  readonly choice?: string;
}

export interface Kind<Value> {
  readonly about: About;
  /** What it is where the message says nothing. */
  readonly zero: Value;
  write(writer: ProtoWriter, number: number, value: Value): void;
  /** `before`: what the message said of it so far. undefined: it can't be one. */
  read(value: number | Buffer, before: Value): Value | undefined;
}

export const text: Kind<string> = {
  about: { type: FieldType.string },
  zero: '',
  write: (writer, number, value) => writer.text(number, value),
  read: (value) => (typeof value === 'number' ? undefined : value.toString()),
};

export const bytes: Kind<Uint8Array> = {
  about: { type: FieldType.bytes },
  zero: Buffer.alloc(0),
  write(writer, number, value) {
    if (value.length > 0) writer.bytes(number, value);
  },
  read: (value) => (typeof value === 'number' ? undefined : value),
};

export const bool: Kind<boolean> = {
  about: { type: FieldType.bool },
  zero: false,
  write: (writer, number, value) => writer.bool(number, value),
  read: (value) => (typeof value === 'number' ? value !== 0 : undefined),
};

function whole(type: About['type']): Kind<number> {
  return {
    about: { type },
    zero: 0,
    write: (writer, number, value) => writer.integer(number, value),
    read: (value) => (typeof value === 'number' ? value : undefined),
  };
}

export const int32 = whole(FieldType.int32);
export const int64 = whole(FieldType.int64);

/** Only ever written: read it is the nearest number. */
export const uint64: Kind<Uint64> = {
  about: { type: FieldType.uint64 },
  zero: 0,
  write: (writer, number, value) => writer.uint64(number, value),
  read: (value) => (typeof value === 'number' ? value : undefined),
};

/** Values of an enum, each by its place in the list. */
export interface Enumeration {
  /** With its package, or with the message that it lies in. */
  readonly name: string;
  readonly values: readonly string[];
}

export function oneOf({ name }: Enumeration): Kind<number> {
  return { ...whole(FieldType.enum), about: { type: FieldType.enum, typeName: name } };
}

/** A field of which a message has no more than one: see {@link About.choice}. */
export function choice<Value>(name: string, kind: Kind<Value>): Kind<Value> {
  return { ...kind, about: { ...kind.about, choice: name } };
}

/** Many of a kind, each written with `write`, also where it is zero. */
export function many<Value>(kind: Kind<Value>, write: Kind<Value>['write']): Kind<readonly Value[]> {
  const none: readonly Value[] = [];
  return {
    about: { ...kind.about, isRepeated: true },
    zero: none,
    write(writer, number, values) {
      for (const value of values) write(writer, number, value);
    },
    read(value, before) {
      const item = kind.read(value, kind.zero);
      if (item === undefined) return undefined;
      if (before === none) return [item];
      // Made here: a copy for each item would cost their square.
      (before as Value[]).push(item);
      return before;
    },
  };
}

export const texts = many(text, (writer, number, value) => writer.textChoice(number, value));
export const manyBytes = many(bytes, (writer, number, value) => writer.bytes(number, value));

/** Of any JSON; only ever written. */
export const struct: Kind<{ readonly [key: string]: unknown }> = {
  about: { type: FieldType.message, typeName: 'google.protobuf.Struct' },
  zero: {},
  write(writer, number, value) {
    const begun = writer.begin(number);
    writeStruct(writer, value);
    writer.end(begun);
  },
  read: (value, before) => (typeof value === 'number' ? undefined : before),
};
