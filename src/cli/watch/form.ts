// What handlers of watches are given is not the answer's text: it is what Consul's client library makes of it, with the fields of
// its structures in their order (spec/agent.md, section 5). A form is such a structure; what it doesn't name is left out, what the
// answer doesn't name has its zero value.

import { dynamicJson, listJson, mapJson, numberJson, quoteJson } from '../../gotext/json-encode.js';
import type { JsonValue } from '../../gotext/json-value.js';

/** `base64` is null where it is empty. `duration` is a text of Go's. */
type Scalar = 'text' | 'number' | 'bool' | 'base64' | 'duration' | 'any';
export type Form = Scalar | { readonly list: Form } | { readonly map: Form } | { readonly fields: readonly Field[] };

export interface Field {
  readonly name: string;
  readonly form: Form;
  /** Left out where it is empty; a structure where it isn't there at all. */
  readonly isOptional: boolean;
}

export function field(name: string, form: Form): Field {
  return { name, form, isOptional: false };
}

export function optional(name: string, form: Form): Field {
  return { name, form, isOptional: true };
}

export function fields(...all: readonly Field[]): Form {
  return { fields: all };
}

type Fields = { readonly [name: string]: JsonValue };

function isFields(value: JsonValue | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of something of another kind than its form's, as of nothing. */
export function formJson(form: Form, value: JsonValue | undefined): string {
  if (typeof form === 'string') return scalarJson(form, value);
  if ('list' in form) {
    return Array.isArray(value) ? listJson(value as readonly JsonValue[], (one) => formJson(form.list, one)) : 'null';
  }
  if ('map' in form) return isFields(value) ? mapJson(value, (one) => formJson(form.map, one)) : 'null';
  const given = isFields(value) ? value : {};
  const shown = form.fields.filter((one) => !one.isOptional || !isEmpty(one.form, given[one.name]));
  return `{${shown.map(({ name, form: of }) => `${quoteJson(name)}:${formJson(of, given[name])}`).join(',')}}`;
}

function scalarJson(form: Scalar, value: JsonValue | undefined): string {
  switch (form) {
    case 'text':
      return quoteJson(typeof value === 'string' ? value : '');
    case 'duration':
      return quoteJson(typeof value === 'string' && value !== '' ? value : '0s');
    case 'base64':
      return typeof value === 'string' && value !== '' ? quoteJson(value) : 'null';
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? numberJson(value) : '0';
    case 'bool':
      return String(value === true);
    case 'any':
      return dynamicJson(value ?? null);
  }
}

function isEmpty(form: Form, value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof form === 'object' && 'fields' in form) return false;
  if (typeof value === 'object') return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false;
}
