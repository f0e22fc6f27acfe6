// Writing and deleting checks, and the end of sessions (spec/fsm.md, section 6, "Check write", and section 8, "Invalidation").
// One file, because each leads to the other: a critical or deleted check ends the sessions bound to it, and the end of a session
// turns the checks of type `session` critical that follow it.

import type { CheckRecord, SessionRecord } from '../../../../wire/records.js';
import { sameValue } from '../store/same-value.js';
import type { CheckRow } from '../store/tables/rows.js';
import { endOfPart, joinKey, keyPart, SEPARATOR } from '../store/tables/table-key.js';
import type { PeerCatalog, Tables } from '../store/tables/tables.js';
import { releaseEntry, removeEntry } from './kv-write.js';
import { deleteQueriesOfSession } from './query-write.js';
import { MISSING_NODE, MISSING_SERVICE, type Refusal } from './refusals/refusal.js';

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
  const row = putCheck(tables, at, record);
  return typeof row === 'string' ? row : null;
}

/** The row as it is stored then, or the text of why not. */
export function putCheck(tables: Tables, at: PeerCatalog, record: CheckRecord): CheckRow | string {
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
  if (existing && isSameCheck(existing.record, written)) return existing;
  const groupKey = service?.groupKey ?? '';
  const row: CheckRow = { key, nodeKey: node.key, serviceKey, groupKey, record: written };
  catalog.checks.set(key, row, existing);
  indexes.checkWritten(row, existing);
  return row;
}

export function deleteCheck(tables: Tables, at: PeerCatalog, row: CheckRow): void {
  const { catalog, indexes } = at;
  const service = row.serviceKey === '' ? undefined : catalog.services.get(row.serviceKey);
  if (!catalog.checks.delete(row.key)) return;
  indexes.checkDeleted(row.nodeKey, row.serviceKey === '', service);
  if (catalog.peer === '') invalidateSessionsOfCheck(tables, row.key);
}

/** Ends a session; an unknown one changes nothing. */
export function invalidateSession(tables: Tables, sessionKey: string): void {
  const session = tables.sessions.sessions.get(sessionKey);
  if (!session) return;
  tables.sessions.sessions.delete(sessionKey);
  tables.index.raise('sessions');
  for (const key of [...(tables.kv.heldBy.get(sessionKey) ?? [])].sort()) {
    const entry = tables.kv.entries.get(key);
    if (!entry) continue;
    if (session.LockDelay > 0) tables.lockDelays.note(entry.Key, session.LockDelay);
    if (session.Behavior === 'delete') removeEntry(tables, key, entry);
    else releaseEntry(tables, key, entry);
  }
  deleteQueriesOfSession(tables, sessionKey);
  setSessionTypeChecks(tables, session, 'critical', `Session '${session.ID}' is invalid`);
}

export function invalidateSessionsOfCheck(tables: Tables, checkKey: string): void {
  for (const key of tables.sessions.boundTo(checkKey)) invalidateSession(tables, key);
}

export function invalidateSessionsOfNode(tables: Tables, nodeKey: string): void {
  for (const session of tables.sessions.ofNode(nodeKey)) invalidateSession(tables, keyPart(session.ID));
}

/** Checks of type `session` on the session's node that follow sessions of its name. */
export function setSessionTypeChecks(tables: Tables, session: SessionRecord, status: string, output: string): void {
  const { catalog } = tables.local;
  if (catalog.sessionTypeChecks.size === 0) return;
  const nodeKey = keyPart(session.Node);
  for (const row of catalog.sessionTypeChecks.values(nodeKey + SEPARATOR, endOfPart(nodeKey))) {
    if (row.record.Definition.SessionName !== session.Name) continue;
    writeCheck(tables, tables.local, { ...row.record, Status: status, Output: output });
  }
}
