// Every operation of the endpoint table, with a body that it takes and every place where a value can stand: what the hostile calls
// are made from. All of it comes from the table but for what makes a body one that is taken.

import type { Kind } from '../../../src/gotext/json-decode.js';
import type { HttpMethod } from '../../../src/workers/state/http/message/request.js';
import { commonParameters, endpointTable, type TableEntry } from '../../endpoint-table.js';
import { TAKEN_BODIES } from './taken-bodies.js';

export type Sample = null | boolean | number | string | readonly Sample[] | { readonly [name: string]: Sample };

export type Place =
  | { readonly in: 'query' | 'header'; readonly name: string }
  | { readonly in: 'path' }
  | { readonly in: 'whole body' }
  /** Names and indexes from the body's root to the value. */
  | { readonly in: 'body'; readonly at: string };

export interface Row {
  readonly method: HttpMethod;
  readonly path: string;
  readonly parameters: readonly string[];
  readonly hasBody: boolean;
  /** Null where any bytes are one. */
  readonly body: Sample;
  readonly places: readonly Place[];
}

const SCALARS: { readonly [goType: string]: Sample } = {
  string: '',
  bool: false,
  int: 1,
  int32: 1,
  uint64: 1,
  float64: 1.5,
  '[]uint8': 'eA==',
  'time.Duration': 0,
  'time.Time': '2026-01-02T03:04:05Z',
  'interface {}': { any: [1, 'x'] },
};

/** A value of the kind, every field of it there; `given` says what isn't left to chance. */
function sampleOf(kind: Kind<unknown>, given?: Sample): Sample {
  const { inside } = kind;
  if (given === null) return null;
  if (inside === undefined) {
    const sample = given ?? SCALARS[kind.goType];
    if (sample === undefined) throw new Error(`no sample of ${kind.goType}`);
    return sample;
  }
  if (inside.is === 'list') {
    const items = given === undefined ? [undefined] : (given as readonly Sample[]);
    return items.map((item) => sampleOf(inside.of, item));
  }
  const named = (given ?? {}) as { readonly [name: string]: Sample };
  if (inside.is === 'map') {
    const members = given === undefined ? [['a', undefined] as const] : Object.entries(named);
    return Object.fromEntries(members.map(([name, member]) => [name, sampleOf(inside.of, member)]));
  }
  return Object.fromEntries(inside.fields.map((field) => [field.name, sampleOf(field.kind, named[field.name])]));
}

function* valuesIn(sample: Sample, at: string): Iterable<Place> {
  yield { in: 'body', at };
  if (typeof sample !== 'object' || sample === null) return;
  for (const [name, member] of Object.entries(sample)) yield* valuesIn(member, `${at}.${name}`);
}

function placesOf(entry: TableEntry, body: Sample, hasBody: boolean): Place[] {
  const parameters = { ...commonParameters(entry), ...entry.operation.parameters.declared } as {
    [name: string]: Place;
  };
  return [
    ...Object.entries(parameters).map(([name, { in: place }]) => ({ in: place, name }) as Place),
    ...(entry.endpoint.rest === undefined ? [] : [{ in: 'path' } as const]),
    ...(hasBody ? [{ in: 'whole body' } as const] : []),
    ...(body === null ? [] : valuesIn(body, '')),
  ];
}

function rowOf(entry: TableEntry): Row {
  const { method, operation, endpoint } = entry;
  const format = operation.kind === 'action' ? operation.body : undefined;
  const kind = format?.kind ?? null;
  const body = kind === null ? null : sampleOf(kind, TAKEN_BODIES[`${method} ${endpoint.path}`]);
  const places = placesOf(entry, body, format !== undefined);
  const parameters = places.flatMap((place) => (place.in === 'query' ? [place.name] : []));
  return { method, path: endpoint.path, parameters, hasBody: format !== undefined, body, places };
}

/** It ends the agent, as it should. */
const ENDS_THE_AGENT = new Set(['/v1/agent/leave']);

export function rows(): readonly Row[] {
  return endpointTable()
    .filter(({ endpoint }) => !ENDS_THE_AGENT.has(endpoint.path))
    .map(rowOf);
}

export interface Target {
  readonly row: Row;
  readonly place: Place;
}

/** `PUT /v1/kv/ query cas`. */
export function nameOf({ row, place }: Target): string {
  const which =
    place.in === 'query' || place.in === 'header' ? ` ${place.name}` : place.in === 'body' ? ` ${place.at}` : '';
  return `${row.method} ${row.path} ${place.in}${which}`;
}

/** Every place of every row whose name matches. */
export function targets(table: readonly Row[], only: RegExp): readonly Target[] {
  return table
    .flatMap((row) => row.places.map((place) => ({ row, place })))
    .filter((target) => only.test(nameOf(target)));
}
