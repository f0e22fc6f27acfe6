// Writes and deletes config entries (spec/fsm.md, section 5). The row is written first and judged afterwards, with all that is
// stored around it: a refusal aborts the command, and the journal takes the row back.

import type { ApplyResult, ConfigEntryRequest } from '../../../../../wire/commands.js';
import type { ConfigEntry, EntryKind } from '../../../../../wire/config-entries/entries.js';
import { configEntryKey } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';
import { type EntryChange, entryProblem } from './config-entry-checks.js';
import { deriveFromEntry } from './config-entry-effects.js';
import { followEntry } from './virtual-ip-entries.js';

const NIL: ApplyResult = { kind: 'nil' };
const DONE: ApplyResult = { kind: 'bool', value: true };
const NOT_AS_COMPARED: ApplyResult = { kind: 'bool', value: false };

/** What an entry with a status says when nobody has judged it. */
function keptStatus(entry: ConfigEntry, stored: ConfigEntry | undefined): ConfigEntry {
  if (!('Status' in entry)) return entry;
  const Status = stored !== undefined && 'Status' in stored ? stored.Status : { Conditions: null };
  return { ...entry, Status };
}

/** Puts the row in place, or away, with all that follows from it. The text of why not, or null. */
function change(
  tables: Tables,
  key: string,
  stored: ConfigEntry | undefined,
  next: ConfigEntry | undefined,
): string | null {
  if (next === undefined) tables.configEntries.delete(key);
  else tables.configEntries.set(key, next, stored);
  tables.index.raise('config-entries');
  const made: EntryChange = { before: stored, after: next };
  deriveFromEntry(tables, made);
  return followEntry(tables, made) ?? entryProblem(tables, made);
}

function upsert(
  tables: Tables,
  entry: ConfigEntry,
  stored: ConfigEntry | undefined,
  withStatus: boolean,
): string | null {
  const index = tables.journal.index;
  const judged = withStatus ? entry : keptStatus(entry, stored);
  const next = { ...judged, CreateIndex: stored?.CreateIndex ?? index, ModifyIndex: index };
  return change(tables, configEntryKey(entry.Kind, entry.Name), stored, next);
}

/** 0 stands for an entry that there isn't. */
function isAsCompared(entry: ConfigEntry, stored: ConfigEntry | undefined): boolean {
  return (stored?.ModifyIndex ?? 0) === entry.ModifyIndex;
}

function answer(problem: string | null, done: ApplyResult): ApplyResult {
  return problem === null ? done : { kind: 'error', text: problem };
}

/** Writes an entry that a command of another type has changed. */
export function writeEntry(tables: Tables, entry: ConfigEntry): ApplyResult {
  const stored = tables.configEntries.get(configEntryKey(entry.Kind, entry.Name));
  return answer(upsert(tables, entry, stored, false), NIL);
}

/** An absent one is as good as removed. */
export function removeEntry(tables: Tables, kind: EntryKind, name: string): ApplyResult {
  const key = configEntryKey(kind, name);
  const stored = tables.configEntries.get(key);
  return stored === undefined ? NIL : answer(change(tables, key, stored, undefined), NIL);
}

export function applyConfigEntry(tables: Tables, { Op, Entry }: ConfigEntryRequest): ApplyResult {
  const key = configEntryKey(Entry.Kind, Entry.Name);
  const stored = tables.configEntries.get(key);
  switch (Op) {
    case 'upsert':
      return answer(upsert(tables, Entry, stored, false), DONE);
    case 'upsert-cas':
    case 'upsert-with-status-cas':
      if (!isAsCompared(Entry, stored)) return NOT_AS_COMPARED;
      return answer(upsert(tables, Entry, stored, Op === 'upsert-with-status-cas'), DONE);
    case 'delete':
      return removeEntry(tables, Entry.Kind, Entry.Name);
    case 'delete-cas':
      if (stored === undefined || stored.ModifyIndex !== Entry.ModifyIndex) return NOT_AS_COMPARED;
      return answer(change(tables, key, stored, undefined), DONE);
    default:
      return { kind: 'error', text: `invalid config entry operation type: ${Op}` };
  }
}
