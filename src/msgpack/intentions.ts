// Intentions as msgpack: the record of one, and the command that changes them, which is also the request of the call (spec/fsm.md,
// section 3).

import type { IntentionRequest } from '../wire/commands.js';
import type { Fields, Form, ValueOf } from '../wire/config-entries/forms.js';
import { type IntentionRecord, intentionFields, intentionMutation } from '../wire/mesh/intentions.js';
import { formKind } from './config-entries.js';
import { type Kind, nullable, text } from './kinds.js';
import { struct } from './struct.js';
import { utcTime } from './time.js';

/** A moment that Go always writes: none is the year 1. */
const moment: Kind<bigint | null> = {
  zero: null,
  isEmpty: (value) => value === null,
  write: (writer, value) => utcTime.write(writer, value ?? utcTime.zero),
  read(reader) {
    const value = utcTime.read(reader);
    return value === utcTime.zero ? null : value;
  },
};

/** Bytes that are held as base64. */
const base64: Kind<string> = {
  zero: '',
  isEmpty: (value) => value === '',
  write: (writer, value) => (value === '' ? writer.nil() : writer.binary(Buffer.from(value, 'base64'))),
  read: (reader) => Buffer.from(reader.binary() ?? []).toString('base64'),
};

/** The kinds of all these fields. */
function kindsOf<const F extends Fields>(fields: F): { readonly [K in keyof F]: Kind<ValueOf<F[K]>> } {
  const kinds = Object.entries<Form<unknown>>(fields).map(([name, form]) => [name, formKind(form)]);
  return Object.fromEntries(kinds) as { readonly [K in keyof F]: Kind<ValueOf<F[K]>> };
}

const { CreatedAt: _createdAt, UpdatedAt: _updatedAt, Hash: _hash, ...others } = intentionFields;

export const intentionKind: Kind<IntentionRecord> = struct<IntentionRecord>({
  ...kindsOf(others),
  CreatedAt: moment,
  UpdatedAt: moment,
  Hash: base64,
});

export const intentionRequest: Kind<IntentionRequest> = struct<IntentionRequest>({
  Datacenter: text,
  Intention: nullable(intentionKind),
  Mutation: nullable(formKind(intentionMutation)),
  Op: text,
  Token: text,
});
