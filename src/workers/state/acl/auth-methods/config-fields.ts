// The free-form configuration of an auth method by the table of its type: names in any case, as Go's mapstructure finds them,
// and nothing that the type doesn't know.

import { parseDuration } from '../../../../gotext/duration.js';
import type { Dynamic } from '../../../../gotext/dynamic.js';
import { quote } from '../../../../gotext/quote.js';

export type ConfigMap = { readonly [key: string]: Dynamic } | null;
type Texts = readonly string[];

/** What each kind of field is read to. `duration`: nanoseconds, from such a number or a text like `150s`. */
interface KindValues {
  readonly text: string;
  readonly texts: Texts;
  readonly textMap: ReadonlyMap<string, string>;
  readonly duration: number;
}
type Kind = keyof KindValues;
export type ConfigTable = { readonly [name: string]: Kind };
type ConfigValues<Table extends ConfigTable> = { readonly [Name in keyof Table]: KindValues[Table[Name]] };

export type Decoded<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string };

const EMPTY: KindValues = { text: '', texts: [], textMap: new Map(), duration: 0 };

function isTexts(value: Dynamic): value is Texts {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** undefined: it is none. */
const readers: { readonly [K in Kind]: (value: Dynamic) => KindValues[K] | undefined } = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  texts: (value) => (isTexts(value) ? value : undefined),
  textMap: (value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    const pairs = Object.entries(value);
    return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string') ? new Map(pairs) : undefined;
  },
  duration: (value) => {
    if (typeof value === 'number') return value;
    const parsed = typeof value === 'string' ? parseDuration(value) : null;
    return parsed?.ok ? parsed.ns : undefined;
  },
};

const NAMES: { readonly [K in Kind]: string } = {
  text: 'a string',
  texts: 'a list of strings',
  textMap: 'a map of strings',
  duration: 'a duration',
};

/** What isn't there, or null, is the field's zero value. */
export function decodeConfig<Table extends ConfigTable>(config: ConfigMap, table: Table): Decoded<ConfigValues<Table>> {
  const kinds = new Map<string, readonly [string, Kind]>();
  const values = new Map<string, unknown>();
  for (const [name, kind] of Object.entries(table)) {
    kinds.set(name.toLowerCase(), [name, kind]);
    values.set(name, EMPTY[kind]);
  }
  for (const [key, value] of Object.entries(config ?? {})) {
    const field = kinds.get(key.toLowerCase());
    if (field === undefined) return { ok: false, error: `error decoding config: invalid key ${quote(key)}` };
    if (value === null) continue;
    const [name, kind] = field;
    const read = readers[kind](value);
    if (read === undefined) return { ok: false, error: `error decoding config: '${name}' has to be ${NAMES[kind]}` };
    values.set(name, read);
  }
  // Each name of the table has a value of its kind by now.
  return { ok: true, value: Object.fromEntries(values) as ConfigValues<Table> };
}
