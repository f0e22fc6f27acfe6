// What the JSON of config entries looks like, for documents and for tests: made of their tables.

import {
  either,
  type JsonShape,
  listOf,
  mapOf,
  nullable,
  optional,
  record,
  type Fields as ShapeFields,
} from '../../../gotext/json-shape.js';
import { ENTRY_KINDS, type EntryTable, entryTable } from '../../../wire/config-entries/entries.js';
import type { Fields, Form } from '../../../wire/config-entries/forms.js';

/** `name`: of the record that the form is, if it is one; what lies in it adds to that. */
export function shapeOf({ shape, isOptional }: Form<unknown>, name: string): JsonShape {
  switch (shape.is) {
    case 'text':
    case 'time':
      return 'string';
    case 'bool':
      return 'boolean';
    case 'int':
    case 'uint32':
    case 'uint':
      return 'integer';
    case 'uint64':
      return 'uint64';
    case 'float32':
      return 'number';
    case 'dynamic':
      return 'any';
    case 'duration':
      return shape.shown === 'text' ? 'string' : 'integer';
    case 'pointer': {
      const target = shapeOf(shape.to, name);
      return isOptional ? target : nullable(target);
    }
    case 'list':
      return isOptional ? listOf(shapeOf(shape.of, name)) : nullable(listOf(shapeOf(shape.of, name)));
    case 'map':
      return isOptional ? mapOf(shapeOf(shape.of, name)) : nullable(mapOf(shapeOf(shape.of, name)));
    case 'struct':
      return record(name, fieldsOf(shape.fields, name));
  }
}

function fieldsOf(fields: Fields, parent: string): ShapeFields {
  const shown = Object.entries(fields).filter(([, form]) => form.isHidden !== true);
  return Object.fromEntries(
    shown.map(([name, form]) => {
      const shape = shapeOf(form, parent + name);
      return [name, form.isOptional ? optional(shape) : shape];
    }),
  );
}

/** `service-defaults` is shown as a `ServiceDefaultsEntry`. */
function recordName(kind: string): string {
  const words = kind.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Entry`;
}

export const anyEntry: JsonShape = either(
  ...ENTRY_KINDS.map((kind) => shapeOf((entryTable(kind) as EntryTable).form, recordName(kind))),
);
