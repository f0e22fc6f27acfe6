// Who calls whom in the mesh (spec/fsm.md, section 12, "Mesh topology"): from the upstreams that proxies name, and from what ingress
// gateways lead to. What is seen of it is an index of its own, which must move as it does on stock servers.

import type { ServiceRecord } from '../../../../../wire/records.js';
import type { ServiceRow } from '../../store/tables/rows.js';
import { joinKey, keyPart } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';

const INDEX = 'mesh-topology';
const CONNECT_PROXY = 'connect-proxy';
/** Of an upstream that is no service. */
const PREPARED_QUERY = 'prepared_query';

function edgeKey(upstream: string, downstream: string): string {
  return joinKey(keyPart(upstream), keyPart(downstream));
}

/** The edges that an instance stands for; none where it is no proxy. */
function edgesOf(record: ServiceRecord): readonly string[] {
  const { Upstreams: upstreams, DestinationServiceName: downstream } = record.Proxy;
  if (record.Kind !== CONNECT_PROXY || upstreams === null) return [];
  return upstreams
    .filter(({ DestinationType }) => DestinationType !== PREPARED_QUERY)
    .map(({ DestinationName }) => edgeKey(DestinationName, downstream));
}

function forget(tables: Tables, edge: string, reference: string): void {
  const references = tables.meshTopology.get(edge);
  if (references === undefined || !references.has(reference)) return;
  if (references.size > 1) {
    const left = new Set(references);
    left.delete(reference);
    tables.meshTopology.set(edge, left, references);
    return;
  }
  tables.meshTopology.delete(edge);
  tables.index.raise(INDEX);
}

/** As stock does it, an edge that is written rests on its writer alone. */
function write(tables: Tables, edge: string, reference: string): void {
  tables.meshTopology.set(edge, new Set([reference]));
  tables.index.raise(INDEX);
}

/** Call whenever an instance is written, changed or not; also while restoring. */
export function topologyFollowsInstance(tables: Tables, row: ServiceRow, before: ServiceRow | undefined): void {
  if (row.record.Kind !== CONNECT_PROXY && before?.record.Kind !== CONNECT_PROXY) return;
  const edges = new Set(edgesOf(row.record));
  if (before !== undefined) {
    for (const edge of edgesOf(before.record)) if (!edges.has(edge)) forget(tables, edge, row.key);
  }
  for (const edge of edges) write(tables, edge, row.key);
}

export function topologyForgetsInstance(tables: Tables, row: ServiceRow): void {
  for (const edge of edgesOf(row.record)) forget(tables, edge, row.key);
}

/** What an ingress gateway's entry names, `*` and what that stands for aside. `mapping` is the mapping's key. */
export function topologyFollowsIngress(
  tables: Tables,
  mapping: string,
  { service, gateway }: { readonly service: string; readonly gateway: string },
  isThere: boolean,
): void {
  const edge = edgeKey(service, gateway);
  if (isThere) write(tables, edge, mapping);
  else forget(tables, edge, mapping);
}
