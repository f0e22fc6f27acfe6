// Reading one configuration text: JSON or HCL to settings, former keys moved to where they belong now, other editions' keys
// remarked upon. Texts as in spec/agent.md, "Sources and merge".

import { parseJson } from '../../gotext/json-parse.js';
import type { JsonValue } from '../../gotext/json-value.js';
import { errorList } from '../../gotext/multierror.js';
import { MAX_NESTING, nestsDeeper, TOO_DEEP } from '../../gotext/nesting.js';
import { parseHcl } from '../../hcl/parse.js';
import type { SourceFormat } from './decode.js';
import { decode } from './decode.js';
import type { AgentSettings } from './schema/agent.js';
import { ENTERPRISE_KEYS, FILE, LEGACY_KEYS } from './schema/legacy.js';
import type { Tree } from './tree.js';
import { put, read, take } from './tree.js';

export interface Source {
  /** Path as given, or the flag's name. */
  readonly name: string;
  readonly format: SourceFormat;
  readonly text: string;
}

export type ReadSource =
  | { readonly ok: true; readonly settings: AgentSettings; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly error: string };

export function readSource(source: Source): ReadSource {
  const refuse = (why: string): ReadSource => ({ ok: false, error: `failed to parse ${source.name}: ${why}` });
  if (source.text.trim() === '') return { ok: true, settings: {}, warnings: [] };
  const parsed = source.format === 'json' ? parseJson(source.text, 'unmarshal') : parseHcl(source.text);
  if (!parsed.ok) return refuse(parsed.error);
  if (nestsDeeper(parsed.value, MAX_NESTING)) return refuse(TOO_DEEP);
  const root = parsed.value;
  if (!isObject(root)) {
    return refuse(`json: cannot unmarshal ${jsonKind(root)} into Go value of type map[string]interface {}`);
  }

  const warnings: string[] = [];
  const { acl_enforce_version_8: enforce, ...rest } = root;
  if (enforce !== undefined) warnings.push('config key "acl_enforce_version_8" is deprecated and should be removed');
  const { settings, typeErrors, unknownKeys } = decode(rest, FILE, source.format);
  if (typeErrors.length > 0) {
    const lines = [...typeErrors].sort().map((line) => `* ${line}`);
    return refuse(`${lines.length} error(s) decoding:\n\n${lines.join('\n')}`);
  }
  if (unknownKeys.length > 0) return refuse(errorList(unknownKeys.map((key) => `invalid config key ${key}`)));

  const tree = settings as Tree;
  warnings.push(...moveLegacyKeys(tree), ...enterpriseWarnings(tree));
  foldSingles(tree);
  return { ok: true, settings: tree as AgentSettings, warnings };
}

/** Warnings for what other editions would do. */
export function enterpriseWarnings(tree: Tree): string[] {
  return ENTERPRISE_KEYS.filter(({ path }) => read(tree, path) !== undefined).map(
    ({ path, shown }) => `"${shown ?? path}" is a Consul Enterprise configuration and will have no effect`,
  );
}

const OLD_TLS_VERSIONS: { readonly [old: string]: string } = {
  tls10: 'TLSv1_0',
  tls11: 'TLSv1_1',
  tls12: 'TLSv1_2',
  tls13: 'TLSv1_3',
};

function moveLegacyKeys(tree: Tree): string[] {
  const warnings: string[] = [];
  for (const { old, to, implies } of LEGACY_KEYS) {
    const value = take(tree, old);
    if (value === undefined) continue;
    if (to === null) {
      warnings.push(`The '${old}' field is deprecated and will be ignored.`);
      continue;
    }
    const current = typeof value === 'string' && old === 'tls_min_version' ? OLD_TLS_VERSIONS[value] : undefined;
    if (current !== undefined) {
      warnings.push(`'tls_min_version' value '${String(value)}' is deprecated, please specify '${current}' instead`);
    }
    warnings.push(`The '${old}' field is deprecated. Use the '${to}' field instead.`);
    moveValue(tree, to, current ?? value);
    for (const { path, value: implied } of implies ?? []) if (read(tree, path) === undefined) put(tree, path, implied);
  }
  return warnings;
}

/** Lists are appended to; anything else gives way to the new key. `recursor` is one of a list. */
function moveValue(tree: Tree, to: string, value: unknown): void {
  const known = read(tree, to);
  if (Array.isArray(value) || to === 'recursors') {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    put(tree, to, [...(Array.isArray(known) ? known : []), ...items]);
  } else if (known === undefined) {
    put(tree, to, value);
  }
}

/** `service` and `check` are one more of `services` and `checks`. */
function foldSingles(tree: Tree): void {
  for (const [one, many] of [
    ['check', 'checks'],
    ['service', 'services'],
  ] as const) {
    const value = take(tree, one);
    if (value === undefined) continue;
    const known = read(tree, many);
    put(tree, many, [...(Array.isArray(known) ? known : []), value]);
  }
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'number';
}
