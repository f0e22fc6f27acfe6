// Checks of type `session` follow a session of their node: passing while one of the name they watch is in force (spec/fsm.md,
// section 8).

import type { SessionRecord } from '../../../wire/records.js';
import { endOfPart, keyPart, SEPARATOR } from '../store/table-key.js';
import type { Tables } from '../store/tables/tables.js';
import { writeCheck } from './check-write.js';

export function setSessionTypeChecks(tables: Tables, session: SessionRecord, status: string, output: string): void {
  const { catalog } = tables.local;
  if (catalog.sessionTypeChecks.size === 0) return;
  const nodeKey = keyPart(session.Node);
  for (const row of catalog.sessionTypeChecks.values(nodeKey + SEPARATOR, endOfPart(nodeKey))) {
    if (row.record.Definition.SessionName !== session.Name) continue;
    writeCheck(tables, tables.local, { ...row.record, Status: status, Output: output });
  }
}
