// From a parsed file to settings: every value is held against the schema's type, strictly, and keys that the schema
// doesn't know are collected. Texts and paths are those users know (spec/agent.md section 4, "Sources and merge").

import { setProperty } from '../../gotext/json-scan.js';
import type { JsonValue } from '../../gotext/json-value.js';
import type { ScalarType, Schema, SchemaField, Settings } from './schema/types.js';

/** HCL tells integers from floats, JSON doesn't. */
export type SourceFormat = 'json' | 'hcl';

export interface Decoded<S> {
  readonly settings: Settings<S>;
  readonly typeErrors: readonly string[];
  /** Full paths, as spelled in the source. */
  readonly unknownKeys: readonly string[];
}

type JsonObject = { readonly [key: string]: JsonValue };
type Target = { [key: string]: unknown };

export function decode<const S extends Schema>(source: JsonObject, schema: S, format: SourceFormat): Decoded<S> {
  const run = new Decoding(format);
  const settings = run.object(source, schema, '') as Settings<S>;
  return { settings, typeErrors: run.typeErrors, unknownKeys: run.unknownKeys };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A value as Go's %v prints it. */
function goValue(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (isList(value)) return `[${value.map(goValue).join(' ')}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    return `map[${keys.map((key) => `${key}:${goValue(value[key] ?? null)}`).join(' ')}]`;
  }
  return String(value);
}

const GO_TYPE: { readonly [type in ScalarType]: string } = {
  string: 'string',
  duration: 'string',
  bool: 'bool',
  int: 'int',
  uint: 'uint',
  uint32: 'uint32',
  uint64: 'uint64',
  float64: 'float64',
};

class Decoding {
  readonly typeErrors: string[] = [];
  readonly unknownKeys: string[] = [];
  readonly #format: SourceFormat;

  constructor(format: SourceFormat) {
    this.#format = format;
  }

  object(source: JsonObject, schema: Schema, prefix: string): Target {
    const out: Target = {};
    for (const [spelled, value] of Object.entries(source)) {
      const key = keyOf(schema, spelled);
      const field = key === null ? undefined : schema[key];
      if (key === null || field === undefined) {
        this.unknownKeys.push(prefix + spelled);
        continue;
      }
      if (value === null) continue;
      const decoded = this.#field(value, field, prefix + key, prefix + spelled);
      if (decoded !== undefined) out[key] = decoded;
    }
    return out;
  }

  #field(value: JsonValue, field: SchemaField, path: string, spelled: string): unknown {
    switch (field.type) {
      case 'strings':
        return this.#list(value, path, (item, at) => this.#scalar(item, 'string', `${path}[${at}]`));
      case 'list':
        return this.#list(value, path, (item, at) => {
          const object = this.#asObject(item, `${path}[${at}]`);
          return object && this.object(object, field.fields, `${spelled}[${at}].`);
        });
      case 'free-list':
        return this.#list(value, path, (item, at) => {
          const object = this.#asObject(item, `${path}[${at}]`);
          return object && free(object);
        });
      case 'stanza': {
        const object = this.#asObject(value, path);
        return object && this.object(object, field.fields, `${spelled}.`);
      }
      case 'free': {
        const object = this.#asObject(value, path);
        return object && free(object);
      }
      case 'map':
        return this.#map(value, path, (item, name) => this.#scalar(item, 'string', `${path}[${name}]`));
      case 'header':
        return this.#map(value, path, (item, name) =>
          this.#list(item, `${path}[${name}]`, (text, at) => this.#scalar(text, 'string', `${path}[${name}][${at}]`)),
        );
      case 'stanza-map':
        return this.#map(value, path, (item, name) => {
          const object = this.#asObject(item, `${path}[${name}]`);
          return object && this.object(object, field.fields, `${spelled}[${name}].`);
        });
      default:
        return this.#scalar(value, field.type, path);
    }
  }

  #list(value: JsonValue, path: string, item: (value: JsonValue, at: number) => unknown): unknown[] | undefined {
    if (!isList(value)) {
      this.typeErrors.push(`'${path}': source data must be an array or slice, got ${this.#kind(value)}`);
      return undefined;
    }
    const out: unknown[] = [];
    for (const [at, element] of value.entries()) {
      const decoded = item(element, at);
      if (decoded !== undefined) out.push(decoded);
    }
    return out;
  }

  #map(value: JsonValue, path: string, item: (value: JsonValue, name: string) => unknown): Target | undefined {
    const object = this.#asObject(value, path);
    if (object === undefined) return undefined;
    const out: Target = {};
    for (const [name, element] of Object.entries(object)) {
      const decoded = item(element, name);
      if (decoded !== undefined) setProperty(out, name, decoded);
    }
    return out;
  }

  /** An object, or a list of exactly one: HCL blocks come as lists. */
  #asObject(value: JsonValue, path: string): JsonObject | undefined {
    if (isObject(value)) return value;
    if (isList(value) && value.length === 1 && value[0] !== undefined && isObject(value[0])) return value[0];
    if (isList(value) && value.length === 0) return {};
    this.typeErrors.push(`'${path}' expected a map, got '${this.#kind(value)}'`);
    return undefined;
  }

  #scalar(value: JsonValue, type: ScalarType, path: string): string | number | boolean | undefined {
    switch (type) {
      case 'string':
      case 'duration':
        if (typeof value === 'string') return value;
        break;
      case 'bool':
        if (typeof value === 'boolean') return value;
        break;
      case 'float64':
        if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
        break;
      default:
        if (typeof value === 'number' || typeof value === 'bigint') return this.#integer(value, type, path);
    }
    const got = isList(value) ? '[]interface {}' : isObject(value) ? 'map[string]interface {}' : this.#kind(value);
    this.typeErrors.push(
      `'${path}' expected type '${GO_TYPE[type]}', got unconvertible type '${got}', value: '${goValue(value)}'`,
    );
    return undefined;
  }

  #integer(value: number | bigint, type: ScalarType, path: string): number | undefined {
    const number = Math.trunc(Number(value));
    if (type !== 'int' && number < 0) {
      this.typeErrors.push(`cannot parse '${path}', ${value} overflows uint`);
      return undefined;
    }
    return number;
  }

  #kind(value: JsonValue): string {
    if (isList(value)) return 'slice';
    if (isObject(value)) return 'map';
    if (typeof value === 'bigint') return this.#format === 'hcl' ? 'int' : 'float64';
    if (typeof value === 'number') return this.#format === 'hcl' && Number.isInteger(value) ? 'int' : 'float64';
    if (typeof value === 'boolean') return 'bool';
    return 'string';
  }
}

/** Keys match without regard to case; a few have a second spelling. */
function keyOf(schema: Schema, spelled: string): string | null {
  const lower = spelled.toLowerCase();
  if (Object.hasOwn(schema, lower)) return lower;
  for (const [key, field] of Object.entries(schema)) if (field.alias === lower) return key;
  return null;
}

/** Values of any form: blocks that came as a list of one become the object they stand for. */
function free(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) {
    const only = value.length === 1 ? value[0] : undefined;
    return only !== undefined && isObject(only) ? free(only) : value.map(free);
  }
  if (!isObject(value)) return value;
  const out: Target = {};
  for (const [key, item] of Object.entries(value)) setProperty(out, key, free(item));
  return out;
}
