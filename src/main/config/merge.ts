// Merging the sources, later over earlier: scalars are replaced, lists appended, maps and stanzas merged key by key. And
// the first layer: the schema's own defaults.

import { setProperty } from '../../gotext/json-scan.js';
import type { Complete, Schema, Settings } from './schema/types.js';

type Values = { [key: string]: unknown };

/** The defaults, or under -dev its own where they differ, with empty stanzas, lists and maps in place. */
export function defaults<const S extends Schema>(schema: S, dev: boolean): Complete<S> {
  return defaultValues(schema, dev) as Complete<S>;
}

function defaultValues(schema: Schema, dev: boolean): Values {
  const out: Values = {};
  for (const [key, field] of Object.entries(schema)) {
    switch (field.type) {
      case 'strings':
      case 'list':
      case 'free-list':
        out[key] = [];
        break;
      case 'map':
      case 'header':
      case 'free':
      case 'stanza-map':
        out[key] = {};
        break;
      case 'stanza':
        out[key] = defaultValues(field.fields, dev);
        break;
      default: {
        const value = dev && field.dev !== undefined ? field.dev : field.default;
        if (value !== undefined) out[key] = value;
      }
    }
  }
  return out;
}

/** `over` on top of `base`; neither is changed. */
export function merge<const S extends Schema>(base: Complete<S>, over: Settings<S>, schema: S): Complete<S> {
  return mergeValues(base as Values, over as Values, schema) as Complete<S>;
}

function mergeValues(base: Values, over: Values, schema: Schema): Values {
  const out: Values = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const field = schema[key];
    if (field === undefined || value === undefined) continue;
    switch (field.type) {
      case 'strings':
      case 'list':
      case 'free-list':
        out[key] = [...((base[key] as unknown[] | undefined) ?? []), ...(value as unknown[])];
        break;
      case 'map':
      case 'header':
      case 'free':
      case 'stanza-map':
        out[key] = overlay((base[key] as Values | undefined) ?? {}, value as Values);
        break;
      case 'stanza':
        out[key] = mergeValues((base[key] as Values | undefined) ?? {}, value as Values, field.fields);
        break;
      default:
        out[key] = value;
    }
  }
  return out;
}

function overlay(base: Values, over: Values): Values {
  const out: Values = { ...base };
  for (const [key, value] of Object.entries(over)) setProperty(out, key, value);
  return out;
}
