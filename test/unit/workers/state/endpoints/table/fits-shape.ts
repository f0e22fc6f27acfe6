// Whether a JSON value has a shape. Recorded values hold placeholders such as `<index>` and `<uuid>`, which fit everywhere, and
// lists of any number of items: `["<each>", item]`.

import type { JsonShape, Optional } from '../../../../../../src/gotext/json-shape.js';
import type { OtherAnswer } from '../../../../../../src/workers/state/http/operation.js';

const PLACEHOLDER = /^<[a-z0-9]+>$/;
const WIDE = /^#[0-9]+$/;

/** Where and why it doesn't fit; null when it does. */
export function misfit(value: unknown, answer: OtherAnswer): string | null {
  if (typeof answer !== 'object') {
    const isJson = !['nothing', 'plain text', 'archive', 'error', 'html', 'lines'].includes(answer);
    return isJson ? notOf(value, answer as JsonShape, '') : null;
  }
  return notOf(value, answer, '');
}

function notOf(value: unknown, shape: JsonShape, at: string): string | null {
  if (typeof value === 'string' && PLACEHOLDER.test(value)) return null;
  if (typeof shape === 'string') return scalar(value, shape) ? null : `${at}: ${JSON.stringify(value)} is no ${shape}`;
  if ('nullable' in shape) return value === null ? null : notOf(value, shape.nullable, at);
  if ('either' in shape) {
    const all = shape.either.map((one) => notOf(value, one, at));
    return all.includes(null) ? null : all.join(' and ');
  }
  if ('list' in shape) {
    if (!Array.isArray(value)) return `${at}: no list`;
    const items = value[0] === '<each>' ? value.slice(1) : value;
    return first(items.map((item: unknown, index) => notOf(item, shape.list, `${at}/${index}`)));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at}: no object`;
  const entries = Object.entries(value).filter(([name]) => name !== '...');
  if ('map' in shape) return first(entries.map(([name, item]) => notOf(item, shape.map, `${at}/${name}`)));
  const fields: { readonly [name: string]: JsonShape | Optional } = shape.fields;
  const absent = Object.keys(fields).find((name) => !(name in value) && !isOptional(fields[name]));
  if (absent !== undefined && !('...' in value)) return `${at}: ${shape.record} without ${absent}`;
  return first(
    entries.map(([name, item]) => {
      const field = fields[name];
      if (field === undefined) return `${at}: ${shape.record} has no ${name}`;
      return notOf(item, isOptional(field) ? field.optional : field, `${at}/${name}`);
    }),
  );
}

function isOptional(field: JsonShape | Optional | undefined): field is Optional {
  return typeof field === 'object' && 'optional' in field;
}

function first(problems: readonly (string | null)[]): string | null {
  return problems.find((problem) => problem !== null) ?? null;
}

function scalar(value: unknown, shape: JsonShape & string): boolean {
  switch (shape) {
    case 'any':
      return true;
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'uint64':
      return Number.isInteger(value) || (typeof value === 'string' && WIDE.test(value));
    case 'number':
      return typeof value === 'number';
    default:
      return typeof value === 'string';
  }
}
