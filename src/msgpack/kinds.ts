// How one kind of value is written and read: scalars, and what may be nil. Lists and maps are in collections.ts, structs in
// struct.ts. Nil reads as the zero value everywhere, as in Go.

import type { Dynamic } from '../wire/records.js';
import type { Uint64 } from '../wire/uint64.js';
import { readAny, writeAny } from './any.js';
import { EncodeError } from './errors.js';
import type { MsgpackReader } from './reader.js';
import type { MsgpackWriter } from './writer.js';

export interface Kind<T> {
  readonly zero: T;
  /** Whether the value is left out where empty fields are. */
  isEmpty(value: T): boolean;
  /** Throws EncodeError for what can't be written. */
  write(writer: MsgpackWriter, value: T): void;
  /** The reader knows whether what this answers counts. */
  read(reader: MsgpackReader): T;
  /** Reads in slices. Only values that may be long have it. */
  readSteps?(reader: MsgpackReader): Generator<undefined, T>;
  /** The same for writing. The value must stay as it is until the end. */
  writeSteps?(writer: MsgpackWriter, value: T): Generator<undefined, void>;
}

export const text: Kind<string> = {
  zero: '',
  isEmpty: (value) => value === '',
  write: (writer, value) => writer.text(value),
  read: (reader) => reader.text(),
};

/** Text that some senders write as a bin value. */
export const textOrBinary: Kind<string> = { ...text, read: (reader) => reader.text(true) };

/** Null is Go's nil slice: it goes out as nil, an empty value as one of length 0. What is read is a view of the input. */
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
    read: (reader) => reader.unsigned(most),
  };
}
export const u8 = unsigned(8);
export const u16 = unsigned(16);
export const u32 = unsigned(32);

export const u64: Kind<Uint64> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  write: (writer, value) => writer.unsigned(value),
  read: (reader) => reader.unsigned64(),
};

const MAX_INT64 = 0x7fffffffffffffffn;
const MAX_UINT64 = 0xffffffffffffffffn;

function writeInt64(writer: MsgpackWriter, value: number | bigint): void {
  // 2^63 - 1 read as a number is 2^63: what was the largest duration stays it.
  if (value === 2 ** 63) writer.signed(MAX_INT64);
  else if (value > MAX_INT64) throw new EncodeError('integer-overflow');
  else writer.signed(value);
}

/** 64 bits signed; a bigint only where a number isn't exact. */
export const i64: Kind<number | bigint> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  write: writeInt64,
  read: (reader) => reader.signed64(),
};

/** 64 bits signed, as a number: exact up to 2^53. */
export const int: Kind<number> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  write: writeInt64,
  read: (reader) => Number(reader.signed64()),
};

/** 64 bits unsigned, as a number: exact up to 2^53. */
export const uint: Kind<number> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  // 2^64 - 1 read as a number is 2^64.
  write: (writer, value) => writer.unsigned(value === 2 ** 64 ? MAX_UINT64 : value),
  read: (reader) => Number(reader.unsigned64()),
};

export const float: Kind<number> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  write: (writer, value) => writer.float(value),
  read: (reader) => reader.float(),
};

/** The nearest number of 32 bits. */
export const float32: Kind<number> = { ...float, write: (writer, value) => writer.float32(value) };

/** A free-form value. */
export const any: Kind<Dynamic> = {
  zero: null,
  isEmpty: (value) => value === null,
  write: writeAny,
  read: readAny,
};

/** What lictor has no use for: passed over, and written as nil. */
export const ignored: Kind<null> = {
  zero: null,
  isEmpty: () => true,
  write: (writer) => writer.nil(),
  read(reader) {
    reader.skip();
    return null;
  },
};

/** A Go pointer: nil is a value of its own. */
export function nullable<T>(of: Kind<T>): Kind<T | null> {
  const { readSteps, writeSteps } = of;
  return {
    zero: null,
    isEmpty: (value) => value === null,
    write(writer, value) {
      if (value === null) writer.nil();
      else of.write(writer, value);
    },
    read: (reader) => (reader.nil() ? null : of.read(reader)),
    ...(readSteps && {
      *readSteps(reader) {
        return reader.nil() ? null : yield* readSteps(reader);
      },
    }),
    ...(writeSteps && {
      *writeSteps(writer, value) {
        if (value === null) writer.nil();
        else yield* writeSteps(writer, value);
      },
    }),
  };
}
