// Writing and deleting a check (spec/fsm.md, section 6, "Check write"). A critical or deleted check ends the sessions
// bound to it.

import type { CheckRecord } from '../../../wire/records.js';
import type { CheckRow } from '../store/rows.js';
import { sameValue } from '../store/same-value.js';
import { joinKey, keyPart } from '../store/table-key.js';
import type { PeerCatalog, Tables } from '../store/tables/tables.js';
import { MISSING_NODE, MISSING_SERVICE, type Refusal } from './refusal.js';
import { invalidateSessionsOfCheck } from './session-end.js';

function isSameCheck(a: CheckRecord, b: CheckRecord): boolean {
  return (
    a.Node === b.Node &&
    a.CheckID === b.CheckID &&
    a.Name === b.Name &&
    a.Status === b.Status &&
    a.Notes === b.Notes &&
    a.Output === b.Output &&
    a.ServiceID === b.ServiceID &&
    a.ServiceName === b.ServiceName &&
    a.PeerName === b.PeerName &&
    sameValue(a.ServiceTags, b.ServiceTags) &&
    sameValue(a.Definition, b.Definition)
  );
}

/** Writes a check of a stored node. `record` is without indexes of its own. */
export function writeCheck(tables: Tables, at: PeerCatalog, record: CheckRecord): Refusal {
  const { catalog, indexes } = at;
  const node = catalog.nodes.get(keyPart(record.Node));
  if (!node) return MISSING_NODE;
  const serviceKey = record.ServiceID === '' ? '' : joinKey(node.key, keyPart(record.ServiceID));
  const service = serviceKey === '' ? undefined : catalog.services.get(serviceKey);
  if (serviceKey !== '' && !service) return MISSING_SERVICE;

  const index = tables.journal.index;
  const key = joinKey(node.key, keyPart(record.CheckID));
  const existing = catalog.checks.get(key);
  const written: CheckRecord = {
    ...record,
    Status: record.Status === '' ? 'critical' : record.Status,
    ServiceName: service ? service.record.Service : record.ServiceName,
    ServiceTags: service ? service.record.Tags : record.ServiceTags,
    CreateIndex: existing?.record.CreateIndex ?? index,
    ModifyIndex: index,
  };
  if (written.Status === 'critical' && catalog.peer === '') invalidateSessionsOfCheck(tables, key);
  if (existing && isSameCheck(existing.record, written)) return null;
  catalog.checks.set(key, { key, nodeKey: node.key, serviceKey, record: written }, existing);
  indexes.checkWritten(node.key, service);
  return null;
}

export function deleteCheck(tables: Tables, at: PeerCatalog, row: CheckRow): void {
  const { catalog, indexes } = at;
  const service = row.serviceKey === '' ? undefined : catalog.services.get(row.serviceKey);
  if (!catalog.checks.delete(row.key)) return;
  indexes.checkDeleted(row.nodeKey, row.serviceKey === '', service);
  if (catalog.peer === '') invalidateSessionsOfCheck(tables, row.key);
}
