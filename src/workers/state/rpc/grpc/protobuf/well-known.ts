// Messages that protobuf itself defines: durations, and free-form values as a Struct.

import type { FieldType } from './message.js';
import type { ProtoWriter } from './writer.js';

const NANOS_PER_SECOND = 1_000_000_000;

/** Of nanoseconds. */
export const duration: FieldType = {
  written(writer, value) {
    if (typeof value !== 'number') return;
    writer.integer(1, Math.trunc(value / NANOS_PER_SECOND));
    writer.integer(2, value % NANOS_PER_SECOND);
  },
};

/** Of an object of free-form values. */
export const struct: FieldType = {
  written(writer, value) {
    if (typeof value === 'object' && value !== null) writeStruct(writer, value);
  },
};

/** The fields of a Struct, without a length. */
export function writeStruct(writer: ProtoWriter, value: object): void {
  for (const [name, item] of Object.entries(value)) {
    const pair = writer.begin(1);
    writer.text(1, name);
    writeItem(writer, 2, item);
    writer.end(pair);
  }
}

function writeItem(writer: ProtoWriter, number: number, item: unknown): void {
  const begun = writer.begin(number);
  if (typeof item === 'number' || typeof item === 'bigint') writer.double(2, Number(item));
  else if (typeof item === 'string') writer.textChoice(3, item);
  else if (typeof item === 'boolean') writer.choice(4, item ? 1 : 0);
  else if (Array.isArray(item)) writeList(writer, item);
  else if (typeof item === 'object' && item !== null) {
    const inner = writer.begin(5);
    writeStruct(writer, item);
    writer.end(inner);
  } else writer.choice(1, 0);
  writer.end(begun);
}

function writeList(writer: ProtoWriter, items: readonly unknown[]): void {
  const list = writer.begin(6);
  for (const item of items) writeItem(writer, 1, item);
  writer.end(list);
}
