// Command lines in the style of Go's flag package: `-x v`, `-x=v`, `--x`, booleans without value, lists by repetition, the
// first word that is no flag ends the flags. Texts are the ones users of such tools know (spec/agent.md, "Flags").

import { parseDuration } from './duration.js';
import { parseGoBool, parseGoInt } from './numbers.js';
import { quote } from './quote.js';

/**
 * `words` may be repeated; `pairs` too, each `key=value`; `meta` too, each `key:value` with an empty value allowed. A `duration`
 * is kept as it was written. A `switch` is a `bool` of which no more is said than that it can't be read, as by Go's own flags.
 */
export type FlagKind = 'string' | 'bool' | 'switch' | 'duration' | 'int' | 'uint64' | 'words' | 'pairs' | 'meta';

export interface Flag {
  readonly name: string;
  readonly kind: FlagKind;
  readonly usage: string;
  /** The name its value is kept under, where two flags are one list. */
  readonly as?: string;
}

export type FlagValue = string | boolean | number | bigint | readonly string[];

interface ParsedFlags {
  readonly ok: true;
  /** Only what was given. */
  readonly values: ReadonlyMap<string, FlagValue>;
  readonly rest: readonly string[];
}
export type FlagOutcome = ParsedFlags | { readonly ok: false; readonly help: boolean; readonly error: string };

const LISTS: ReadonlySet<FlagKind> = new Set(['words', 'pairs', 'meta']);

export function parseFlags(argv: readonly string[], flags: readonly Flag[]): FlagOutcome {
  const known = new Map(flags.map((flag) => [flag.name, flag]));
  const values = new Map<string, FlagValue>();
  const refuse = (error: string): FlagOutcome => ({ ok: false, help: false, error });
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    if (word.length < 2 || !word.startsWith('-')) break;
    at += 1;
    if (word === '--') break;
    const body = word.slice(word.startsWith('--') ? 2 : 1);
    if (body === '' || body.startsWith('-') || body.startsWith('=')) return refuse(`bad flag syntax: ${word}`);
    const equals = body.indexOf('=');
    const name = equals < 0 ? body : body.slice(0, equals);
    const flag = known.get(name);
    if (flag === undefined) {
      if (name === 'h' || name === 'help') return { ok: false, help: true, error: 'flag: help requested' };
      return refuse(`flag provided but not defined: -${name}`);
    }
    let text = equals < 0 ? undefined : body.slice(equals + 1);
    if (text === undefined && (flag.kind === 'bool' || flag.kind === 'switch')) text = 'true';
    if (text === undefined) {
      text = argv[at];
      at += 1;
      if (text === undefined) return refuse(`flag needs an argument: -${name}`);
    }
    const error = take(values, flag, text);
    if (error !== null) return refuse(error);
  }
  return { ok: true, values, rest: argv.slice(at) };
}

/** Stores the value; an error text if it can't be one. */
function take(values: Map<string, FlagValue>, flag: Flag, text: string): string | null {
  const name = flag.as ?? flag.name;
  if (LISTS.has(flag.kind)) {
    if (flag.kind === 'pairs' && !text.includes('=')) {
      return `invalid value ${quote(text)} for flag -${flag.name}: Missing "=" value in argument: ${text}`;
    }
    values.set(name, [...((values.get(name) as readonly string[] | undefined) ?? []), text]);
    return null;
  }
  switch (flag.kind) {
    case 'bool':
    case 'switch': {
      const parsed = parseGoBool(text);
      if (!parsed.ok) {
        const why = flag.kind === 'bool' ? parsed.error : 'parse error';
        return `invalid boolean value ${quote(text)} for -${flag.name}: ${why}`;
      }
      values.set(name, parsed.value);
      return null;
    }
    case 'int': {
      const parsed = parseGoInt(text, 64, 10, 'Atoi');
      if (!parsed.ok) return `invalid value ${quote(text)} for flag -${flag.name}: ${parsed.error}`;
      values.set(name, Number(parsed.value));
      return null;
    }
    case 'uint64': {
      const parsed = /^[0-9]+$/.test(text) ? BigInt(text) : -1n;
      if (parsed < 0n || parsed >= 1n << 64n) {
        return `invalid value ${quote(text)} for flag -${flag.name}: parse error`;
      }
      values.set(name, parsed);
      return null;
    }
    case 'duration': {
      const parsed = parseDuration(text);
      if (!parsed.ok) return `invalid value ${quote(text)} for flag -${flag.name}: ${parsed.error}`;
      values.set(name, text);
      return null;
    }
    default:
      values.set(name, text);
      return null;
  }
}

/** The options as help texts list them, by name: `  -name=<string>` and the usage, indented. */
export function describeFlags(flags: readonly Flag[]): string {
  const sorted = [...flags].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted
    .map((flag) => {
      const isAlone = flag.kind === 'bool' || flag.kind === 'switch';
      const value = isAlone ? '' : `=<${flag.kind === 'string' || LISTS.has(flag.kind) ? 'value' : flag.kind}>`;
      return `  -${flag.name}${value}\n     ${flag.usage.replaceAll('\n', '\n     ')}\n`;
    })
    .join('\n');
}
