// The rules of `service-intentions`: the order of its sources, and what each may say.

import type { EntryOf } from '../entries.js';
import type { IntentionPermission, SourceIntention } from '../service-intentions.js';
import { firstError } from './first-error.js';
import { headerError, methodsError, pathsError } from './http-match.js';

const WILDCARD = '*';
const SOURCE_TYPE = 'consul';
const ACTIONS: ReadonlySet<string> = new Set(['allow', 'deny']);

/** The more exactly both sides are named, the more an intention counts. */
export function intentionPrecedence(source: string, destination: string): number {
  if (destination === WILDCARD) return source === WILDCARD ? 5 : 6;
  return source === WILDCARD ? 8 : 9;
}

function normalizedPermission(permission: IntentionPermission | null): IntentionPermission | null {
  const methods = permission?.HTTP?.Methods;
  if (!methods) return permission;
  const HTTP = { ...permission.HTTP, Methods: methods.map((method) => method.toUpperCase()) };
  return { ...permission, HTTP } as IntentionPermission;
}

export function normalizedIntentions(entry: EntryOf<'service-intentions'>): EntryOf<'service-intentions'> {
  const sources = (entry.Sources ?? []).flatMap((source) => source ?? []);
  const Sources = sources.map((source) => ({
    ...source,
    Type: source.Type || SOURCE_TYPE,
    Precedence: intentionPrecedence(source.Name, entry.Name),
    Permissions: source.Permissions?.map(normalizedPermission) ?? null,
  }));
  return { ...entry, Sources: Sources.sort((a, b) => b.Precedence - a.Precedence) };
}

function wildcardError(name: string): string | null {
  return name !== WILDCARD && name.includes(WILDCARD)
    ? "wildcard character '*' cannot be used with partial values"
    : null;
}

function permissionError(permission: IntentionPermission | null, place: string): string | null {
  if (permission === null || !ACTIONS.has(permission.Action)) return `${place}.Action must be set to 'allow' or 'deny'`;
  const { HTTP } = permission;
  if (HTTP === null) return permission.JWT === null ? `${place}.HTTP is required` : null;
  const isEmpty =
    !HTTP.PathExact && !HTTP.PathPrefix && !HTTP.PathRegex && !HTTP.Header?.length && !HTTP.Methods?.length;
  if (isEmpty) return `${place}.HTTP should not be empty`;
  return (
    pathsError(HTTP, `${place}.HTTP`) ??
    firstError(HTTP.Header, (header, at) => headerError(header, `${place}.HTTP.Header[${at}]`)) ??
    methodsError(HTTP.Methods, `${place}.HTTP.Methods`)
  );
}

function sourceError(source: SourceIntention, place: string, destination: string): string | null {
  if (source.Name === '') return `${place}.Name is required`;
  const partial = wildcardError(source.Name);
  if (partial !== null) return `${place}.Name: ${partial}`;
  if (source.Type !== SOURCE_TYPE) return `${place}.Type must be set to 'consul'`;
  if (source.SamenessGroup !== '') return `${place}.SamenessGroup: sameness groups are a Consul Enterprise feature`;
  const permissions = source.Permissions ?? [];
  if (permissions.length === 0)
    return ACTIONS.has(source.Action) ? null : `${place}.Action must be set to 'allow' or 'deny'`;
  if (source.Action !== '') return `${place}.Action must be omitted if Permissions are specified`;
  if (destination === WILDCARD)
    return `${place}.Permissions cannot be specified on intentions with wildcarded destinations`;
  return firstError(permissions, (permission, at) => permissionError(permission, `${place}.Permissions[${at}]`));
}

export function intentionsError(entry: EntryOf<'service-intentions'>): string | null {
  if (entry.Name === '') return 'Name is required';
  const partial = wildcardError(entry.Name);
  if (partial !== null) return `Name: ${partial}`;
  const sources = (entry.Sources ?? []).flatMap((source) => source ?? []);
  if (sources.length === 0) return 'At least one source is required';
  const wrong = firstError(sources, (source, at) => sourceError(source, `Sources[${at}]`, entry.Name));
  if (wrong !== null) return wrong;
  const seen = new Set<string>();
  return firstError(sources, ({ Name, Peer }, at) => {
    const key = `${Peer}/${Name}`;
    if (seen.has(key)) return `Sources[${at}] defines "${Name}" more than once`;
    seen.add(key);
    return null;
  });
}
