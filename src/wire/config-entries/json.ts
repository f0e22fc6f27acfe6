// Config entries as JSON, as Consul shows them: fields in the order of their table, those that are left out when they are empty,
// durations as text where a kind does so.

import { formatDuration } from '../../gotext/duration.js';
import {
  dynamicJson,
  int64Json,
  listJson,
  mapJson,
  numberJson,
  quoteJson,
  uint64Json,
} from '../../gotext/json-encode.js';
import { type ConfigEntry, type EntryTable, entryTable } from './entries.js';
import type { Fields, Form, Shape } from './forms.js';

type Write = (value: unknown) => string;

const NS_PER_SECOND = 1_000_000_000n;

/** What RFC 3339 can say: the years 1 to 9999. */
const FIRST_YEAR_NS = -62_135_596_800n * NS_PER_SECOND;
const BEYOND_YEARS_NS = 253_402_300_800n * NS_PER_SECOND;

/** RFC 3339 in UTC, with as many digits of the second as there are. */
function timeJson(ns: bigint): string {
  if (ns < FIRST_YEAR_NS || ns >= BEYOND_YEARS_NS) return '"0001-01-01T00:00:00Z"';
  const rest = ((ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const seconds = new Date(Number((ns - rest) / NS_PER_SECOND) * 1000).toISOString();
  const digits = String(rest).padStart(9, '0').replace(/0+$/, '');
  return `"${seconds.slice(0, -5)}${digits === '' ? '' : `.${digits}`}Z"`;
}

/** The shortest text that reads as the same number of 32 bits. */
function float32Json(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return numberJson(short);
  }
  return numberJson(value);
}

/** As Go's `omitempty` sees it. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === '' || value === false || value === 0) return true;
  return Array.isArray(value) && value.length === 0;
}

function isEmptyMap(value: unknown): boolean {
  return value === null || Object.keys(value as object).length === 0;
}

const writers = new Map<Shape, Write>();

function writerOf({ shape }: Form<unknown>): Write {
  let write = writers.get(shape);
  if (write === undefined) {
    write = makeWriter(shape);
    writers.set(shape, write);
  }
  return write;
}

function makeWriter(shape: Shape): Write {
  switch (shape.is) {
    case 'text':
      return (value) => quoteJson(value as string);
    case 'bool':
      return String;
    case 'int':
    case 'uint32':
      return (value) => int64Json(value as number);
    case 'uint':
      return (value) => uint64Json(value as number);
    case 'uint64':
      return (value) => numberJson(value as number | bigint);
    case 'float32':
      return (value) => float32Json(value as number);
    case 'dynamic':
      return dynamicJson;
    case 'duration':
      if (shape.shown === 'number') return (value) => int64Json(value as number);
      return (value) => `"${formatDuration(value as number)}"`;
    case 'time':
      return (value) => timeJson(value as bigint);
    case 'pointer': {
      const write = writerOf(shape.to);
      return (value) => (value === null ? 'null' : write(value));
    }
    case 'list': {
      const write = writerOf(shape.of);
      return (value) => listJson(value as readonly unknown[] | null, write);
    }
    case 'map': {
      const write = writerOf(shape.of);
      return (value) => mapJson(value as { readonly [key: string]: unknown } | null, write);
    }
    case 'struct':
      return structWriter(shape.fields);
  }
}

function structWriter(fields: Fields): Write {
  const shown = Object.entries(fields)
    .filter(([, form]) => form.isHidden !== true)
    .map(([name, form]) => ({
      name,
      head: `${quoteJson(name)}:`,
      write: writerOf(form),
      isOmitted: !form.isOptional ? () => false : form.shape.is === 'map' ? isEmptyMap : isEmpty,
    }));
  return (value) => {
    const record = value as { readonly [name: string]: unknown };
    let out = '{';
    for (const { name, head, write, isOmitted } of shown) {
      const member = record[name];
      if (!isOmitted(member)) out += `${out.length === 1 ? '' : ','}${head}${write(member)}`;
    }
    return `${out}}`;
  };
}

/** The JSON of what a form describes. */
export function formJson<T>(form: Form<T>, value: T): string {
  return writerOf(form)(value);
}

export function entryJson(entry: ConfigEntry): string {
  const { form } = entryTable(entry.Kind) as EntryTable;
  return formJson(form, entry);
}
