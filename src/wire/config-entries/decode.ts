// Config entries from what JSON or HCL say: bodies of requests, files, the agent's configuration. Names match without regard to
// case and also in snake case; values are bent into shape as Consul does it: numbers become text and text numbers, one
// block stands for a list of one and the other way round. What no table has is refused, every such key by name.

import { parseDuration } from '../../gotext/duration.js';
import type { Dynamic } from '../../gotext/dynamic.js';
import { setProperty } from '../../gotext/json-scan.js';
import type { JsonValue } from '../../gotext/json-value.js';
import { errorList } from '../../gotext/multierror.js';
import { MAX_NESTING, nestsDeeper, TOO_DEEP } from '../../gotext/nesting.js';
import { type ConfigEntry, type EntryTable, entryTable } from './entries.js';
import type { Fields, Form, Shape } from './forms.js';
import { snakeCase } from './snake-case.js';

export type DecodedEntry =
  | { readonly ok: true; readonly entry: ConfigEntry }
  | { readonly ok: false; readonly error: string };

/** Of a body of megabytes a list of empty blocks would become tens of megabytes in the log of every server. */
const MOST_VALUES = 20_000;

/** Whether there are more than `most` values in this one, itself counted. */
function holdsMore(value: JsonValue, most: number): boolean {
  const waiting: JsonValue[] = [value];
  let count = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    count += 1;
    if (count + waiting.length > most) return true;
    if (typeof next !== 'object' || next === null) continue;
    for (const member of Object.values(next)) waiting.push(member as JsonValue);
  }
  return false;
}

/** More errors than anybody reads are not told. */
const MOST_ERRORS = 64;

/** What went wrong so far. */
class Problems {
  readonly unknown: string[] = [];
  readonly wrong: string[] = [];

  unknownKey(path: string): void {
    if (this.unknown.length < MOST_ERRORS) this.unknown.push(`invalid config key "${path}"`);
  }

  wrongValue(path: string, text: string): void {
    if (this.wrong.length < MOST_ERRORS) this.wrong.push(`'${path}' ${text}`);
  }

  /** null: there is none. Values of a wrong type are told first. */
  text(): string | null {
    if (this.wrong.length > 0) {
      const lines = [...this.wrong].sort().map((line) => `* ${line}`);
      return `${lines.length} error(s) decoding:\n\n${lines.join('\n')}`;
    }
    return this.unknown.length > 0 ? errorList([...this.unknown].sort()) : null;
  }
}

type Members = { readonly [key: string]: JsonValue };

function isObject(value: JsonValue): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function typeName(value: JsonValue): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (isNumber(value)) return 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

const TWO_64 = 2 ** 64;

/** The largest ones read as 2^64: a hash that is sent back as it was shown is not refused for that. */
function uint64Of(value: number): number | bigint {
  if (value === TWO_64) return 2n ** 64n - 1n;
  return Number.isSafeInteger(value) ? value : BigInt(value);
}

class Decoder {
  readonly problems = new Problems();

  decode({ shape, zero }: Form<unknown>, value: JsonValue, path: string): unknown {
    if (value === null || value === undefined) return zero;
    switch (shape.is) {
      case 'text':
        return this.#text(value, path);
      case 'bool':
        return this.#bool(value, path);
      case 'int':
      case 'uint32':
      case 'uint':
      case 'uint64':
        return this.#integer(shape.is, value, path);
      case 'float32':
        return Math.fround(this.#number(value, path, 'float32'));
      case 'dynamic':
        return value as Dynamic;
      case 'duration':
        return this.#duration(value, path);
      case 'time':
        return this.#time(value, path, zero as bigint);
      case 'pointer':
        return this.decode(shape.to, value, path);
      case 'list':
        return this.#list(shape.of, value, path);
      case 'map':
        return this.#map(shape.of, value, path);
      case 'struct':
        return this.struct(shape, value, path);
    }
  }

  #refuse(path: string, wanted: string, value: JsonValue): void {
    this.problems.wrongValue(path, `expected type '${wanted}', got unconvertible type '${typeName(value)}'`);
  }

  #text(value: JsonValue, path: string): string {
    if (typeof value === 'string') return value;
    if (isNumber(value)) return String(value);
    if (typeof value === 'boolean') return value ? '1' : '0';
    this.#refuse(path, 'string', value);
    return '';
  }

  #bool(value: JsonValue, path: string): boolean {
    if (typeof value === 'boolean') return value;
    if (isNumber(value)) return Number(value) !== 0;
    if (value === '' || (typeof value === 'string' && /^(0|f|F|false|False|FALSE)$/.test(value))) return false;
    if (typeof value === 'string' && /^(1|t|T|true|True|TRUE)$/.test(value)) return true;
    if (typeof value === 'string') this.problems.wrongValue(path, 'cannot parse as bool');
    else this.#refuse(path, 'bool', value);
    return false;
  }

  #number(value: JsonValue, path: string, wanted: string): number {
    if (isNumber(value)) return Number(value);
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (value === '') return 0;
    if (typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value)) return Number(value);
    if (typeof value === 'string') this.problems.wrongValue(path, `cannot parse as ${wanted}`);
    else this.#refuse(path, wanted, value);
    return 0;
  }

  #integer(wanted: 'int' | 'uint32' | 'uint' | 'uint64', value: JsonValue, path: string): number | bigint {
    const number = Math.trunc(this.#number(value, path, wanted)) + 0;
    const least = wanted === 'int' ? -(2 ** 63) : 0;
    const most = wanted === 'int' ? 2 ** 63 - 1024 : wanted === 'uint32' ? 2 ** 32 - 1 : TWO_64;
    if (number >= least && number <= most) return wanted === 'uint64' ? uint64Of(number) : number;
    this.problems.wrongValue(path, `cannot parse, the number overflows ${wanted}`);
    return 0;
  }

  #duration(value: JsonValue, path: string): number | bigint {
    if (typeof value !== 'string') return this.#integer('int', value, path);
    const parsed = parseDuration(value);
    if (parsed.ok) return parsed.ns;
    this.problems.wrongValue(path, parsed.error);
    return 0;
  }

  #time(value: JsonValue, path: string, zero: bigint): bigint {
    const at =
      typeof value === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(value) : null;
    const ms = at === null ? Number.NaN : Date.parse(`${at[1]}${at[3]}`);
    if (Number.isNaN(ms)) {
      this.problems.wrongValue(path, 'cannot parse as a time');
      return zero;
    }
    return BigInt(ms) * 1_000_000n + BigInt((at?.[2] ?? '.').slice(1).padEnd(9, '0'));
  }

  #list(of: Form<unknown>, value: JsonValue, path: string): unknown[] {
    if (Array.isArray(value)) return value.map((item: JsonValue, at) => this.decode(of, item, `${path}[${at}]`));
    if (isObject(value) && Object.keys(value).length === 0) return [];
    return [this.decode(of, value, `${path}[0]`)];
  }

  /** Of several blocks one map is made. */
  #map(of: Form<unknown>, value: JsonValue, path: string): { [key: string]: unknown } | null {
    const blocks: readonly JsonValue[] = Array.isArray(value) ? value : [value];
    const out: { [key: string]: unknown } = {};
    for (const block of blocks) {
      if (!isObject(block)) {
        this.problems.wrongValue(path, `expected a map, got '${typeName(block)}'`);
        return null;
      }
      for (const [key, member] of Object.entries(block)) {
        setProperty(out, key, this.decode(of, member, `${path}[${key}]`));
      }
    }
    return out;
  }

  struct(shape: Extract<Shape, { is: 'struct' }>, given: JsonValue, path: string): object {
    const value = Array.isArray(given) && given.length === 1 ? (given[0] as JsonValue) : given;
    if (!isObject(value)) {
      this.problems.wrongValue(path, `expected a map, got '${typeName(value)}'`);
      return shape.zero;
    }
    const names = namesOf(shape.fields);
    const out: { [name: string]: unknown } = { ...shape.zero };
    // A name by itself counts more than one in snake case.
    const set = new Set<string>();
    for (const [key, member] of Object.entries(value)) {
      const known = names.get(key.toLowerCase());
      const at = path === '' ? (known?.name ?? key) : `${path}.${known?.name ?? key}`;
      if (known === undefined) this.problems.unknownKey(at);
      else if (!known.isAlias || !set.has(known.name)) out[known.name] = this.decode(known.form, member, at);
      if (known?.isAlias === false) set.add(known.name);
    }
    return out;
  }
}

interface KnownName {
  readonly name: string;
  readonly form: Form<unknown>;
  readonly isAlias: boolean;
}

const tables = new Map<Fields, ReadonlyMap<string, KnownName>>();

/** By name in lower case. */
function namesOf(fields: Fields): ReadonlyMap<string, KnownName> {
  let table = tables.get(fields);
  if (table === undefined) {
    const shown = Object.entries(fields).filter(([, form]) => form.isHidden !== true);
    table = new Map<string, KnownName>([
      ...shown.map(([name, form]): [string, KnownName] => [snakeCase(name), { name, form, isAlias: true }]),
      ...shown.map(([name, form]): [string, KnownName] => [name.toLowerCase(), { name, form, isAlias: false }]),
    ]);
    tables.set(fields, table);
  }
  return table;
}

function kindIn(value: JsonValue): string | null {
  if (!isObject(value)) return null;
  const given = value['Kind'] ?? value['kind'];
  return given === undefined ? null : typeof given === 'string' ? given : '';
}

/** The entry that these values describe, as they do it: rules and defaults are another matter. */
export function decodeEntry(value: JsonValue): DecodedEntry {
  const kind = kindIn(value);
  if (kind === null) return { ok: false, error: 'Payload does not contain a kind/Kind key at the top level' };
  const table = entryTable(kind);
  if (table === undefined) return { ok: false, error: `invalid config entry kind: ${kind}` };
  if (holdsMore(value, MOST_VALUES)) return { ok: false, error: `entry has more than ${MOST_VALUES} values` };
  if (nestsDeeper(value, MAX_NESTING)) return { ok: false, error: TOO_DEEP };
  return decodeWith(table, value);
}

function decodeWith({ kind, form, unwritten }: EntryTable, value: JsonValue): DecodedEntry {
  const decoder = new Decoder();
  const given = form.shape.is === 'struct' ? decoder.struct(form.shape, value, '') : form.zero;
  const error = decoder.problems.text();
  if (error !== null) return { ok: false, error };
  const entry = { ...given, Kind: kind } as ConfigEntry;
  return { ok: true, entry: unwritten.has('Name') ? ({ ...entry, Name: kind } as ConfigEntry) : entry };
}
