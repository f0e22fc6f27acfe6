// The end of a session, whatever its cause (spec/fsm.md, section 8, "Invalidation"): its keys are released or deleted, lock
// delays noted, checks of type `session` turned critical, all in the transaction of the cause.

import { keyPart } from '../store/table-key.js';
import type { Tables } from '../store/tables/tables.js';
import { releaseEntry, removeEntry } from './kv-write.js';
import { setSessionTypeChecks } from './session-type-check.js';

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
  setSessionTypeChecks(tables, session, 'critical', `Session '${session.ID}' is invalid`);
}

export function invalidateSessionsOfCheck(tables: Tables, checkKey: string): void {
  for (const key of tables.sessions.boundTo(checkKey)) invalidateSession(tables, key);
}

export function invalidateSessionsOfNode(tables: Tables, nodeKey: string): void {
  for (const session of tables.sessions.ofNode(nodeKey)) invalidateSession(tables, keyPart(session.ID));
}
