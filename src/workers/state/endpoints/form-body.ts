// What a form describes as a part of a body that is read by the rules of Go's encoding/json: for records whose tables are written
// in the language of config entries, but which come in as any other body does.

import { type Kind, struct } from '../../../gotext/json-decode.js';
import { bool, int, list, map, pointer, string } from '../../../gotext/json-kinds.js';
import type { Form } from '../../../wire/config-entries/forms.js';

type AnyKind = Kind<unknown>;

/** `name`: Go's name of the struct that the form is, if it is one. */
export function formBody<T>(form: Form<T>, name: string): Kind<T> {
  return kindOf(form, name) as Kind<T>;
}

function kindOf({ shape }: Form<unknown>, name: string): AnyKind {
  switch (shape.is) {
    case 'bool':
      return bool as AnyKind;
    case 'int':
    case 'duration':
      return int as AnyKind;
    case 'pointer':
      return pointer(kindOf(shape.to, name)) as AnyKind;
    case 'list':
      return list(kindOf(shape.of, name)) as AnyKind;
    case 'map':
      return map(kindOf(shape.of, name)) as AnyKind;
    case 'struct': {
      const fields = Object.entries(shape.fields).map(([field, form]) => [field, kindOf(form, name + field)]);
      return struct(name, Object.fromEntries(fields)) as AnyKind;
    }
    case 'text':
      return string as AnyKind;
    default:
      throw new Error(`bodies with ${shape.is} are not read this way`);
  }
}
