// What the start refuses about watches (spec/agent.md section 5): unknown types, parameters that a type doesn't take, no
// handler. Their values are judged when a watch runs.

import { quote } from '../../gotext/quote.js';
import type { RuntimeConfig } from '../../wire/config.js';

type Watch = RuntimeConfig['watches'][number];
type WatchValue = Watch[string];

/** Taken by every type; the handler's own keys are dealt with before the type's parameters. */
const COMMON = ['type', 'datacenter', 'token', 'stale', 'handler_type', 'http_handler_config'];
const HANDLERS = ['handler', 'args'];
const PARAMETERS: { readonly [type: string]: readonly string[] } = {
  key: ['key'],
  keyprefix: ['prefix'],
  services: ['filter'],
  nodes: ['filter'],
  service: ['service', 'tag', 'passingonly', 'filter'],
  checks: ['service', 'state', 'filter'],
  event: ['name'],
  connect_roots: [],
  connect_leaf: ['service'],
  agent_service: ['service_id'],
};

/** The first watch that can't be, in the start error's words; null if all can. */
export function watchProblem(watches: readonly Watch[]): string | null {
  for (const watch of watches) {
    const problem = problemOf(watch);
    if (problem !== null) return problem;
  }
  return null;
}

function problemOf(watch: Watch): string | null {
  const type = watch['type'];
  if (typeof type !== 'string') return unparsable(watch, [], 'Watch type must be defined');
  const parameters = Object.hasOwn(PARAMETERS, type) ? PARAMETERS[type] : undefined;
  if (parameters === undefined) return unparsable(watch, COMMON, `Unsupported watch type: ${type}`);
  const known = [...COMMON, ...HANDLERS, ...parameters];
  const extra = Object.keys(watch).filter((key) => !known.includes(key));
  if (extra.length > 0) return unparsable(watch, known, `Invalid parameters: [${extra.sort().join(' ')}]`);
  const isHttp = watch['handler_type'] === 'http';
  if (!isHttp && !HANDLERS.some((key) => key in watch)) return 'Must define a watch handler';
  return null;
}

/** With what was left of the watch when it was given up. */
function unparsable(watch: Watch, taken: readonly string[], why: string): string {
  const left = Object.keys(watch)
    .filter((key) => !taken.includes(key))
    .sort();
  const fields = left.map((key) => `${quote(key)}:${goSyntax(watch[key] ?? null)}`).join(', ');
  return `Failed to parse watch (map[string]interface {}{${fields}}): ${why}`;
}

/** A value as Go's %#v writes it; a list of one stands for its item. */
function goSyntax(value: WatchValue): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const items = value.map((item: WatchValue) => goSyntax(item));
    return items.length === 1 ? (items[0] ?? '') : `[]interface {}{${items.join(', ')}}`;
  }
  const fields = Object.entries(value).map(([key, item]) => `${quote(key)}:${goSyntax(item as WatchValue)}`);
  return `map[string]interface {}{${fields.sort().join(', ')}}`;
}
