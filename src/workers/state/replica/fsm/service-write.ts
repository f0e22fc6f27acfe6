// Writing and deleting a service instance (spec/fsm.md, section 6, "Service write"), with the kind names that go with it
// (section 12) and the virtual address of its service (section 11).

import { metaProblem } from '../../../../wire/metadata.js';
import type { ServiceRecord } from '../../../../wire/records.js';
import { isSameService } from '../store/same-service.js';
import type { Catalog } from '../store/tables/catalog.js';
import { connectName } from '../store/tables/catalog.js';
import type { NodeRow, ServiceRow } from '../store/tables/rows.js';
import { joinKey, keyPart } from '../store/tables/table-key.js';
import type { PeerCatalog, Tables } from '../store/tables/tables.js';
import { deleteCheck } from './check-session-write.js';
import { gatewaysFollowInstance } from './mesh/gateway-services.js';
import { addKindName, dropKindName } from './mesh/kind-names.js';
import { topologyFollowsInstance, topologyForgetsInstance } from './mesh/mesh-topology.js';
import { withVirtualAddress } from './mesh/virtual-address-tags.js';
import { freeVirtualIp } from './mesh/virtual-ip.js';
import { MISSING_NODE, type Refusal } from './refusals/refusal.js';

const CONNECT_PROXY = 'connect-proxy';
const CONNECT_ENABLED = 'connect-enabled';
const DEFAULT_WEIGHTS = { Passing: 1, Warning: 1 } as const;

/** Without weights, or with none given in a transaction, where they come as zeros (recorded). */
function isUnweighted({ Weights }: ServiceRecord): boolean {
  return Weights === null || (Weights.Passing === 0 && Weights.Warning === 0);
}

/** Writes an instance on a stored node. `record` is without indexes of its own. */
export function writeService(tables: Tables, at: PeerCatalog, nodeName: string, record: ServiceRecord): Refusal {
  const row = putService(tables, at, nodeName, record);
  return typeof row === 'string' ? row : null;
}

/** The row as it is stored then, or the text of why not. */
export function putService(
  tables: Tables,
  at: PeerCatalog,
  nodeName: string,
  record: ServiceRecord,
): ServiceRow | string {
  const { catalog, indexes } = at;
  const node = catalog.nodes.get(keyPart(nodeName));
  if (!node) return MISSING_NODE;
  const problem = metaProblem(record.Meta, record.Kind);
  if (problem) return `Invalid Service Meta for node ${nodeName} and serviceID ${record.ID}: ${problem}`;
  const weighted = isUnweighted(record) ? { ...record, Weights: DEFAULT_WEIGHTS } : record;
  const addressed = withVirtualAddress(tables, catalog.peer, weighted);
  if (typeof addressed === 'string') return addressed;
  const key = joinKey(node.key, keyPart(record.ID));
  const existing = catalog.services.get(key);
  const index = tables.journal.index;
  const row = serviceRow(catalog, node, key, {
    ...addressed,
    // Only the agent that registered it knows; stored rows never say so.
    LocallyRegisteredAsSidecar: false,
    CreateIndex: existing?.record.CreateIndex ?? index,
    ModifyIndex: index,
  });
  if (catalog.peer === '') {
    addKindNames(tables, row);
    topologyFollowsInstance(tables, row, existing);
  }
  if (existing && isSameService(existing.record, addressed)) return existing;
  catalog.services.set(key, row, existing);
  indexes.serviceWritten(row, node, existing);
  if (catalog.peer !== '') return row;
  if (existing && isOfOtherNames(existing, row)) {
    dropKindNames(tables, catalog, existing);
    gatewaysFollowInstance(tables, existing);
  }
  gatewaysFollowInstance(tables, row);
  return row;
}

function isOfOtherNames(a: ServiceRow, b: ServiceRow): boolean {
  return a.groupKey !== b.groupKey || a.connectKey !== b.connectKey;
}

/** The stored row of an instance; used by restores too. */
export function serviceRow(catalog: Catalog, node: NodeRow, key: string, record: ServiceRecord): ServiceRow {
  const groupKey = keyPart(record.Service);
  const group = catalog.group(groupKey);
  const indexKey = group?.spelling === record.Service ? group.indexKey : catalog.serviceIndexKey(record.Service);
  const row = { key, nodeKey: node.key, indexKey, groupKey, connectKey: '', record };
  if (record.Connect.Native) return { ...row, connectKey: groupKey };
  if (record.Kind === CONNECT_PROXY) return { ...row, connectKey: keyPart(record.Proxy.DestinationServiceName) };
  return row;
}

/** Deletes an instance with its checks. */
export function deleteService(tables: Tables, at: PeerCatalog, row: ServiceRow, node: NodeRow): void {
  const { catalog, indexes } = at;
  for (const check of catalog.checksOfService(row.key)) deleteCheck(tables, at, check);
  catalog.services.delete(row.key);
  indexes.serviceDeleted(row, node);
  if ((catalog.group(row.groupKey)?.instances.size ?? 0) === 0) freeVirtualIp(tables, catalog.peer, row.record.Service);
  if (catalog.peer !== '') return;
  dropKindNames(tables, catalog, row);
  topologyForgetsInstance(tables, row);
  gatewaysFollowInstance(tables, row);
}

function kindName(kind: string): string {
  return kind === '' ? 'typical' : kind;
}

/** Also called while restoring, when the names are rebuilt. */
export function addKindNames(tables: Tables, row: ServiceRow): void {
  addKindName(tables, kindName(row.record.Kind), row.record.Service);
  if (row.connectKey !== '') addKindName(tables, CONNECT_ENABLED, connectName(row));
}

function dropKindNames(tables: Tables, catalog: Catalog, row: ServiceRow): void {
  if ((catalog.group(row.groupKey)?.instances.size ?? 0) === 0) {
    dropKindName(tables, kindName(row.record.Kind), row.groupKey);
  }
  if (row.connectKey !== '' && (catalog.group(row.connectKey)?.connect.size ?? 0) === 0) {
    dropKindName(tables, CONNECT_ENABLED, row.connectKey);
  }
}
