// What must hold between config entries (spec/fsm.md, section 5, "Validation in the FSM"). It decides on every server whether an
// entry is there, so it looks at nothing but the tables, in which the change has been made already.

import type { ConfigEntry, EntryKind, EntryOf } from '../../../../../wire/config-entries/entries.js';
import type { EntryGraph } from '../../../mesh/chain/entries.js';
import { graphProblem } from '../../../mesh/chain/graph.js';
import { configEntryKey, endOfPart, SEPARATOR } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';

/** undefined: there was none, or there is none any more. */
export interface EntryChange {
  readonly before: ConfigEntry | undefined;
  readonly after: ConfigEntry | undefined;
}

export function findEntry<K extends EntryKind>(tables: Tables, kind: K, name: string): EntryOf<K> | undefined {
  return tables.configEntries.get(configEntryKey(kind, name)) as EntryOf<K> | undefined;
}

/** All of a kind, by name. */
export function entriesOfKind<K extends EntryKind>(tables: Tables, kind: K): readonly EntryOf<K>[] {
  return tables.configEntries.rows.values(kind + SEPARATOR, endOfPart(kind)) as unknown as readonly EntryOf<K>[];
}

const NOT_PERMISSIVE =
  'cannot set MutualTLSMode=permissive because AllowEnablingPermissiveMutualTLS=false in the mesh config entry';

function permissiveProblem(tables: Tables, { before, after }: EntryChange): string | null {
  if (after === undefined || !('MutualTLSMode' in after) || after.MutualTLSMode !== 'permissive') return null;
  if (before !== undefined && 'MutualTLSMode' in before && before.MutualTLSMode === 'permissive') return null;
  return findEntry(tables, 'mesh', 'mesh')?.AllowEnablingPermissiveMutualTLS === true ? null : NOT_PERMISSIVE;
}

function gatewayNameProblem(tables: Tables, { after }: EntryChange): string | null {
  if (after === undefined) return null;
  const other = after.Kind === 'ingress-gateway' ? 'terminating-gateway' : 'ingress-gateway';
  if (findEntry(tables, other, after.Name) === undefined) return null;
  return `cannot create a "${after.Kind}" config entry with name "${after.Name}", a "${other}" config entry with that name already exists`;
}

type Jwt = EntryOf<'service-intentions'>['JWT'];

function providerNames(jwt: Jwt): string[] {
  return (jwt?.Providers ?? []).map((provider) => provider?.Name ?? '');
}

/** The providers that an intentions entry names, in its order. */
function providersOf(entry: EntryOf<'service-intentions'>): string[] {
  const permissions = (entry.Sources ?? []).flatMap((source) => source?.Permissions ?? []);
  return [...providerNames(entry.JWT), ...permissions.flatMap((permission) => providerNames(permission?.JWT ?? null))];
}

function missingProviderProblem(tables: Tables, { after }: EntryChange): string | null {
  if (after?.Kind !== 'service-intentions') return null;
  const missing = [...new Set(providersOf(after))].filter((name) => !findEntry(tables, 'jwt-provider', name));
  if (missing.length === 0) return null;
  const lines = missing.map((name) => `\t* Referenced JWT Provider does not exist. Provider Name: ${name}`);
  const count = missing.length === 1 ? '1 error occurred' : `${missing.length} errors occurred`;
  return `${count}:\n${lines.join('\n')}\n\n`;
}

function providerInUseProblem(tables: Tables, { before, after }: EntryChange): string | null {
  if (after !== undefined || before === undefined) return null;
  const isUsed = entriesOfKind(tables, 'service-intentions').some((entry) => providersOf(entry).includes(before.Name));
  return isUsed ? `cannot delete jwt provider config entry: "${before.Name}" is referenced by an intention` : null;
}

function kindProblem(tables: Tables, change: EntryChange): string | null {
  switch ((change.after ?? change.before)?.Kind) {
    case 'proxy-defaults':
    case 'service-defaults':
      return permissiveProblem(tables, change);
    case 'ingress-gateway':
    case 'terminating-gateway':
      return gatewayNameProblem(tables, change);
    case 'service-intentions':
      return missingProviderProblem(tables, change);
    case 'jwt-provider':
      return providerInUseProblem(tables, change);
    default:
      return null;
  }
}

/** Why the change can't stand, or null. */
export function entryProblem(tables: Tables, change: EntryChange): string | null {
  const problem = kindProblem(tables, change);
  const changed = change.after ?? change.before;
  if (problem !== null || changed === undefined) return problem;
  const graph: EntryGraph = {
    find: (kind, name) => findEntry(tables, kind, name),
    all: (kind) => entriesOfKind(tables, kind),
  };
  return graphProblem(graph, changed);
}
