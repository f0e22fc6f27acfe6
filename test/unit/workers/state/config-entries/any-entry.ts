// Config entries as fast-check draws them: of any kind, with values of any kind in the fields of its table. Most break some rule.

import fc from 'fast-check';
import {
  type ConfigEntry,
  ENTRY_KINDS,
  type EntryTable,
  entryTable,
} from '../../../../../src/wire/config-entries/entries.js';
import type { Fields, Form } from '../../../../../src/wire/config-entries/forms.js';

const name = fc.oneof(
  fc.constantFrom('web', 'api', '*', 'global', 'default', 'v1', ''),
  fc.string({ unit: 'grapheme' }),
);

function anyOf({ shape }: Form<unknown>): fc.Arbitrary<unknown> {
  switch (shape.is) {
    case 'text':
      return name;
    case 'bool':
      return fc.boolean();
    case 'int':
      return fc.integer();
    case 'uint32':
    case 'uint':
      return fc.nat();
    case 'uint64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => (value < 2n ** 53n ? Number(value) : value));
    case 'float32':
      return fc.float({ noNaN: true, noDefaultInfinity: true });
    case 'dynamic':
      return fc.oneof(fc.constant(null), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), name);
    case 'duration':
      return fc.integer({ min: -1_000_000_000, max: 100_000_000_000 });
    case 'time':
      return fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n });
    case 'pointer':
      return fc.option(anyOf(shape.to), { freq: 2 });
    case 'list':
      return fc.option(fc.array(anyOf(shape.of), { maxLength: 2 }), { freq: 4 });
    case 'map':
      return fc.option(
        fc.dictionary(fc.constantFrom('a', 'v1', '*', '__proto'), anyOf(shape.of), {
          maxKeys: 2,
          noNullPrototype: true,
        }),
        { freq: 4 },
      );
    case 'struct':
      return anyFields(shape.fields);
  }
}

function anyFields(fields: Fields): fc.Arbitrary<object> {
  return fc.record(Object.fromEntries(Object.entries(fields).map(([field, form]) => [field, anyOf(form)])), {
    noNullPrototype: true,
  });
}

function ofKind({ kind, form, unwritten }: EntryTable): fc.Arbitrary<ConfigEntry> {
  if (form.shape.is !== 'struct') throw new Error(kind);
  return anyFields(form.shape.fields).map((fields) => {
    const own = unwritten.has('Name') ? { Name: kind } : {};
    return { ...fields, ...own, Kind: kind, CreateIndex: 3, ModifyIndex: 5 } as ConfigEntry;
  });
}

export const anyEntry: fc.Arbitrary<ConfigEntry> = fc.oneof(
  ...ENTRY_KINDS.map((kind) => ofKind(entryTable(kind) as EntryTable)),
);
