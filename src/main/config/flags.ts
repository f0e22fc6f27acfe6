// The agent's flags: derived from the schema where a key has one, plus the few that only the command line has
// (spec/agent.md, "Flags").

import type { Flag, FlagKind, FlagValue } from '../../gotext/flag-set.js';
import type { AgentSettings } from './schema/agent.js';
import { AGENT } from './schema/agent.js';
import type { Schema, SchemaField } from './schema/types.js';
import type { Tree } from './tree.js';
import { put, read } from './tree.js';

interface KeyFlag extends Flag {
  readonly path: string;
  readonly isList: boolean;
}

const KINDS: { readonly [type: string]: FlagKind } = { bool: 'bool', int: 'int', strings: 'words', map: 'meta' };

function collect(schema: Schema, prefix: string, out: KeyFlag[]): KeyFlag[] {
  for (const [key, field] of Object.entries(schema)) {
    if (field.type === 'stanza') collect(field.fields, `${prefix}${key}.`, out);
    else if (field.flag !== undefined) out.push(keyFlag(field.flag, `${prefix}${key}`, field));
  }
  return out;
}

function keyFlag(name: string, path: string, field: SchemaField): KeyFlag {
  const usage = field.about === undefined ? `Sets ${path}.` : `Sets ${path}: ${field.about}.`;
  return { name, kind: KINDS[field.type] ?? 'string', usage, path, isList: field.type === 'strings' };
}

const KEY_FLAGS: readonly KeyFlag[] = [
  ...collect(AGENT, '', []),
  { name: 'join', kind: 'words', usage: 'Deprecated: use -retry-join.', path: 'retry_join', isList: true },
  { name: 'join-wan', kind: 'words', usage: 'Deprecated: use -retry-join-wan.', path: 'retry_join_wan', isList: true },
  {
    name: 'non-voting-server',
    kind: 'bool',
    usage: 'Sets read_replica: no effect.',
    path: 'read_replica',
    isList: false,
  },
  { name: 'dc', kind: 'string', usage: 'Deprecated: use -datacenter.', path: 'datacenter', isList: false },
];

const OWN_FLAGS: readonly Flag[] = [
  { name: 'config-file', kind: 'words', usage: 'Configuration file or directory; may be repeated.' },
  { name: 'config-dir', kind: 'words', usage: 'The same as -config-file.', as: 'config-file' },
  { name: 'config-format', kind: 'string', usage: 'Format of all files whatever their names: json or hcl.' },
  { name: 'dev', kind: 'bool', usage: 'A server in memory for development; keeps nothing.' },
  { name: 'hcl', kind: 'words', usage: 'A fragment of HCL; may be repeated.' },
];

export const AGENT_FLAGS: readonly Flag[] = [...KEY_FLAGS, ...OWN_FLAGS];

const DEPRECATED: { readonly [name: string]: string } = {
  join: 'retry-join',
  'join-wan': 'retry-join-wan',
  dc: 'datacenter',
};

export interface FlagSettings {
  /** List flags: they come before the files' lists. */
  readonly lists: AgentSettings;
  /** All others: they come after the files. */
  readonly others: AgentSettings;
  readonly warnings: readonly string[];
}

export function settingsFromFlags(values: ReadonlyMap<string, FlagValue>): FlagSettings {
  const lists: Tree = {};
  const others: Tree = {};
  const warnings: string[] = [];
  for (const flag of KEY_FLAGS) {
    const value = values.get(flag.name);
    if (value === undefined) continue;
    const instead = DEPRECATED[flag.name];
    if (instead !== undefined) {
      warnings.push(`The flag '-${flag.name}' is deprecated. Use the '-${instead}' flag instead.`);
    }
    if (flag.isList) {
      const known = read(lists, flag.path);
      put(lists, flag.path, [...(Array.isArray(known) ? known : []), ...(value as readonly string[])]);
    } else {
      put(others, flag.path, flag.kind === 'meta' ? splitMeta(value as readonly string[]) : value);
    }
  }
  return { lists: lists as AgentSettings, others: others as AgentSettings, warnings };
}

function splitMeta(pairs: readonly string[]): { readonly [key: string]: string } {
  return Object.fromEntries(
    pairs.map((pair) => {
      const colon = pair.indexOf(':');
      return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
    }),
  );
}
