// Creating a session (spec/fsm.md, section 8).

import type { SessionRecord } from '../../../../wire/records.js';
import { SESSION_CHECK_TYPE } from '../store/tables/catalog.js';
import { boundChecks } from '../store/tables/session-table.js';
import { joinKey, keyPart } from '../store/tables/table-key.js';
import type { Tables } from '../store/tables/tables.js';
import { setSessionTypeChecks } from './check-session-write.js';
import { MISSING_NODE, type Refusal } from './refusals/refusal.js';

export function createSession(tables: Tables, session: SessionRecord): Refusal {
  if (session.ID === '') return 'Missing session ID';
  const behavior = session.Behavior === '' ? 'release' : session.Behavior;
  if (behavior !== 'release' && behavior !== 'delete') return `Invalid session behavior: ${behavior}`;
  const { catalog } = tables.local;
  const node = catalog.findNode(session.Node);
  if (!node) return MISSING_NODE;
  for (const id of boundChecks(session)) {
    const check = catalog.checks.get(joinKey(node.key, keyPart(id)))?.record;
    if (!check) return `Missing check '${id}' registration`;
    if (check.Status === 'critical' && check.Type !== SESSION_CHECK_TYPE) return `Check '${id}' is in critical state`;
  }
  const index = tables.journal.index;
  const stored: SessionRecord = { ...session, Behavior: behavior, CreateIndex: index, ModifyIndex: index };
  tables.sessions.sessions.set(keyPart(session.ID), stored);
  tables.index.raise('sessions');
  setSessionTypeChecks(tables, stored, 'passing', `Session '${stored.ID}' in force`);
  return null;
}
