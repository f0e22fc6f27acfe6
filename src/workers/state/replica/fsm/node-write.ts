// Writing and deleting a node: identity by node ID, renames, name conflicts (spec/fsm.md, section 6, "Node write").

import { SERF_HEALTH } from '../../../../wire/leader-registration.js';
import type { NodeRecord } from '../../../../wire/records.js';
import { sameValue } from '../store/same-value.js';
import type { Catalog } from '../store/tables/catalog.js';
import type { NodeRow } from '../store/tables/rows.js';
import { joinKey, keyPart } from '../store/tables/table-key.js';
import type { PeerCatalog, Tables } from '../store/tables/tables.js';
import { deleteCheck, invalidateSessionsOfNode } from './check-session-write.js';
import type { Refusal } from './refusals/refusal.js';
import { deleteService } from './service-write.js';

function reservedText(row: NodeRow, name: string): string {
  const { ID, Node, Address } = row.record;
  return `Node name ${name} is reserved by node ${ID} with name ${Node} (${Address})`;
}

function serfStatus(catalog: Catalog, nodeKey: string): string | undefined {
  return catalog.checks.get(joinKey(nodeKey, keyPart(SERF_HEALTH)))?.record.Status;
}

function isSameNode(a: NodeRecord, b: NodeRecord): boolean {
  return (
    a.ID === b.ID &&
    a.Node === b.Node &&
    a.Address === b.Address &&
    a.Datacenter === b.Datacenter &&
    sameValue(a.TaggedAddresses, b.TaggedAddresses) &&
    sameValue(a.Meta, b.Meta)
  );
}

/** Writes a node; `record` is without indexes of its own. Partial changes of a refused write are for the caller to undo. */
export function writeNode(tables: Tables, at: PeerCatalog, record: NodeRecord): Refusal {
  const { catalog, indexes } = at;
  const key = keyPart(record.Node);
  let createIndex: number | undefined;
  if (record.ID !== '') {
    const known = catalog.findNodeById(record.ID);
    const named = catalog.nodes.get(key);
    const isOther = named !== undefined && named.record.ID.toLowerCase() !== record.ID.toLowerCase();
    if (known && known.key !== key) {
      if (named && isOther && serfStatus(catalog, key) !== 'critical') {
        const subject = `"${record.ID}" (${known.record.Address})`;
        return `failed inserting node: Error while renaming Node ID: ${subject}: ${reservedText(named, record.Node)}`;
      }
      createIndex = known.record.CreateIndex;
      deleteNode(tables, at, known);
    } else if (!known && named && named.record.ID !== '') {
      const status = serfStatus(catalog, key);
      if (status !== undefined && status !== 'critical') {
        const subject = `"${record.ID}"`;
        return `failed inserting node: Error while renaming Node ID: ${subject}: ${reservedText(named, record.Node)}`;
      }
    }
  }
  const existing = catalog.nodes.get(key);
  if (existing && createIndex === undefined && isSameNode(existing.record, record)) return null;
  const index = tables.journal.index;
  const row: NodeRow = {
    key,
    indexKey: catalog.nodeIndexKey(record.Node),
    record: {
      ...record,
      CreateIndex: createIndex ?? existing?.record.CreateIndex ?? index,
      ModifyIndex: index,
    },
  };
  catalog.nodes.set(key, row, existing);
  indexes.nodeWritten(row);
  return null;
}

/** Deletes a node with its services, checks, coordinates and sessions. */
export function deleteNode(tables: Tables, at: PeerCatalog, row: NodeRow): void {
  const { catalog, indexes } = at;
  for (const service of catalog.servicesOf(row.key)) deleteService(tables, at, service, row);
  for (const check of catalog.checksOf(row.key)) deleteCheck(tables, at, check);
  if (catalog.peer === '') deleteCoordinates(tables, row.key);
  catalog.nodes.delete(row.key);
  indexes.nodeDeleted(row);
  if (catalog.peer === '') invalidateSessionsOfNode(tables, row.key);
}

function deleteCoordinates(tables: Tables, nodeKey: string): void {
  const keys: string[] = [];
  tables.coordinates.rows.forPrefix(joinKey(nodeKey, ''), (_row, key) => keys.push(key));
  if (keys.length === 0) return;
  for (const key of keys) tables.coordinates.delete(key);
  tables.index.raise('coordinates');
}
