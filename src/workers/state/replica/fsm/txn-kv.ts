// Operations on keys inside a transaction (spec/fsm.md, section 9).

import { quote } from '../../../../gotext/quote.js';
import type { KvRequestEntry, TxnKvOperation, TxnResult } from '../../../../wire/commands.js';
import type { KvEntry } from '../../../../wire/records.js';
import { kvTableKey } from '../store/tables/table-key.js';
import type { Tables } from '../store/tables/tables.js';
import {
  casEntry,
  deleteEntry,
  deleteEntryCas,
  deleteTree,
  findEntry,
  type LockOutcome,
  lockEntry,
  setEntry,
  unlockEntry,
} from './kv-write.js';
import { NO_RESULT, type OperationOutcome } from './txn-outcome.js';

function full(entry: KvRequestEntry): TxnResult {
  return { KV: entry, Node: null, Service: null, Check: null };
}

/** Writes and checks answer the row without its value. */
function bare(entry: KvEntry): OperationOutcome {
  return { results: [full({ ...entry, Value: null })] };
}

function locked(outcome: LockOutcome, text: string): OperationOutcome {
  if ('refusal' in outcome) return { error: outcome.refusal };
  return outcome.entry ? bare(outcome.entry) : { error: text };
}

function tree(tables: Tables, prefix: string): OperationOutcome {
  const results: TxnResult[] = [];
  tables.kv.entries.rows.forPrefix(kvTableKey(prefix), (entry) => results.push(full(entry)));
  return { results };
}

function checkIndex(entry: KvEntry | undefined, request: KvRequestEntry): OperationOutcome {
  const key = quote(request.Key);
  if (!entry) return { error: `failed to check index, key ${key} doesn't exist` };
  if (entry.ModifyIndex === request.ModifyIndex) return bare(entry);
  const indexes = `current modify index ${entry.ModifyIndex} != ${request.ModifyIndex}`;
  return { error: `failed index check for key ${key}, ${indexes}` };
}

function checkSession(entry: KvEntry | undefined, request: KvRequestEntry): OperationOutcome {
  const key = quote(request.Key);
  if (!entry) return { error: `failed to check session, key ${key} doesn't exist` };
  if (entry.Session === request.Session) return bare(entry);
  const sessions = `current session ${quote(entry.Session)} != ${quote(request.Session)}`;
  return { error: `failed session check for key ${key}, ${sessions}` };
}

export function runKvOperation(tables: Tables, { Verb, DirEnt }: TxnKvOperation): OperationOutcome {
  const key = quote(DirEnt.Key);
  switch (Verb) {
    case 'set':
      return bare(setEntry(tables, DirEnt));
    case 'cas': {
      const entry = casEntry(tables, DirEnt);
      return entry ? bare(entry) : { error: `failed to set key ${key}, index is stale` };
    }
    case 'lock':
      return locked(lockEntry(tables, DirEnt), `failed to lock key ${key}, lock is already held`);
    case 'unlock':
      return locked(
        unlockEntry(tables, DirEnt),
        `failed to unlock key ${key}, lock isn't held, or is held by another session`,
      );
    case 'delete':
      deleteEntry(tables, DirEnt.Key);
      return NO_RESULT;
    case 'delete-cas': {
      const isDeleted = deleteEntryCas(tables, DirEnt.Key, DirEnt.ModifyIndex);
      return isDeleted ? NO_RESULT : { error: `failed to delete key ${key}, index is stale` };
    }
    case 'delete-tree':
      deleteTree(tables, DirEnt.Key);
      return NO_RESULT;
    case 'get': {
      const entry = findEntry(tables, DirEnt.Key);
      return entry ? { results: [full(entry)] } : { error: `key ${key} doesn't exist` };
    }
    case 'get-or-empty':
      return { results: [full(findEntry(tables, DirEnt.Key) ?? { ...DirEnt, Value: null })] };
    case 'get-tree':
      return tree(tables, DirEnt.Key);
    case 'check-index':
      return checkIndex(findEntry(tables, DirEnt.Key), DirEnt);
    case 'check-session':
      return checkSession(findEntry(tables, DirEnt.Key), DirEnt);
    case 'check-not-exists':
      return findEntry(tables, DirEnt.Key) ? { error: `key ${key} exists` } : NO_RESULT;
    default:
      return { error: `unknown KV verb "${Verb}"` };
  }
}
