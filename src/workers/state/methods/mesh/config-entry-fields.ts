// What the filter language can select in config entries of a kind: made of the kind's table.

import { type EntryKind, type EntryTable, entryTable } from '../../../../wire/config-entries/entries.js';
import type { Fields, Form } from '../../../../wire/config-entries/forms.js';
import type { FieldTable, FieldType } from '../../filter/fields.js';

const INT: FieldType = { kind: 'int', bits: 64, signed: true };
const UINT: FieldType = { kind: 'int', bits: 64, signed: false };

/** Undefined: nothing in it can be compared. */
function typeOf({ shape }: Form<unknown>): FieldType | undefined {
  switch (shape.is) {
    case 'text':
      return { kind: 'string' };
    case 'bool':
      return { kind: 'bool' };
    case 'float32':
      return { kind: 'float' };
    case 'int':
    case 'duration':
      return INT;
    case 'uint32':
    case 'uint':
    case 'uint64':
      return UINT;
    case 'dynamic':
    case 'time':
      return undefined;
    case 'pointer':
      return typeOf(shape.to);
    case 'struct':
      return { kind: 'object', fields: tableOf(shape.fields) };
    case 'map': {
      const value = typeOf(shape.of);
      return value && { kind: 'map', value };
    }
    case 'list': {
      const element = typeOf(shape.of);
      if (element?.kind === 'string') return { kind: 'strings' };
      return element?.kind === 'object' ? { kind: 'objects', fields: element.fields } : undefined;
    }
  }
}

function tableOf(fields: Fields): FieldTable {
  const shown = Object.entries(fields).filter(([, form]) => form.isHidden !== true);
  return new Map(
    shown.flatMap(([name, form]): [string, FieldType][] => {
      const type = typeOf(form);
      return type === undefined ? [] : [[name, type]];
    }),
  );
}

const tables = new Map<EntryKind, FieldTable>();

export function entryFields(kind: EntryKind): FieldTable {
  let fields = tables.get(kind);
  if (fields === undefined) {
    const { shape } = (entryTable(kind) as EntryTable).form;
    fields = shape.is === 'struct' ? tableOf(shape.fields) : new Map();
    tables.set(kind, fields);
  }
  return fields;
}
