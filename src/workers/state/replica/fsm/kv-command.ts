// The KVS command (spec/fsm.md, section 7).

import type { ApplyResult, KvsRequest } from '../../../../wire/commands.js';
import type { Tables } from '../store/tables/tables.js';
import {
  casEntry,
  deleteEntry,
  deleteEntryCas,
  deleteTree,
  type LockOutcome,
  lockEntry,
  setEntry,
  unlockEntry,
} from './kv-write.js';

const NIL: ApplyResult = { kind: 'nil' };
const TRUE: ApplyResult = { kind: 'bool', value: true };
const FALSE: ApplyResult = { kind: 'bool', value: false };

function lockResult(outcome: LockOutcome): ApplyResult {
  if ('refusal' in outcome) return { kind: 'error', text: outcome.refusal };
  return outcome.entry ? TRUE : FALSE;
}

export function applyKvs(tables: Tables, { Op, DirEnt }: KvsRequest): ApplyResult {
  switch (Op) {
    case 'set':
      setEntry(tables, DirEnt);
      return NIL;
    case 'delete':
      deleteEntry(tables, DirEnt.Key);
      return NIL;
    case 'delete-tree':
      deleteTree(tables, DirEnt.Key);
      return NIL;
    case 'delete-cas':
      return deleteEntryCas(tables, DirEnt.Key, DirEnt.ModifyIndex) ? TRUE : FALSE;
    case 'cas':
      return casEntry(tables, DirEnt) ? TRUE : FALSE;
    case 'lock':
      return lockResult(lockEntry(tables, DirEnt));
    case 'unlock':
      return lockResult(unlockEntry(tables, DirEnt));
    default:
      return { kind: 'error', text: `Invalid KVS operation '${Op}'` };
  }
}
