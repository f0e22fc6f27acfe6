// The Txn command (spec/fsm.md, section 9): all operations run in order, each seeing the ones before, also behind an error;
// any error makes the caller take everything back. The same code answers read-only transactions, which never enter the log.

import type { TxnError, TxnOperation, TxnResponse, TxnResult } from '../../../../wire/commands.js';
import { keyPart } from '../store/tables/table-key.js';
import type { Tables } from '../store/tables/tables.js';
import { runCheckOperation, runNodeOperation, runServiceOperation } from './txn-catalog.js';
import { runKvOperation } from './txn-kv.js';
import { NO_RESULT, type OperationOutcome } from './txn-outcome.js';

function runOperation(tables: Tables, operation: TxnOperation): OperationOutcome {
  if (operation.KV) return runKvOperation(tables, operation.KV);
  if (operation.Node) return runNodeOperation(tables, operation.Node);
  if (operation.Service) return runServiceOperation(tables, operation.Service);
  if (operation.Check) return runCheckOperation(tables, operation.Check);
  if (operation.Session) return runSessionOperation(tables, operation.Session);
  return { error: 'unknown operation type' };
}

/** Only removes the row: keys are not released (unreachable over HTTP, kept for logs of others). */
function runSessionOperation(
  tables: Tables,
  { Verb, Session }: NonNullable<TxnOperation['Session']>,
): OperationOutcome {
  if (Verb !== 'delete') return { error: `unknown Session verb "${Verb}"` };
  if (tables.sessions.sessions.delete(keyPart(Session.ID))) tables.index.raise('sessions');
  return NO_RESULT;
}

export function runTxn(tables: Tables, operations: readonly TxnOperation[]): TxnResponse {
  const results: TxnResult[] = [];
  const errors: TxnError[] = [];
  for (const [OpIndex, operation] of operations.entries()) {
    const outcome = runOperation(tables, operation);
    if ('error' in outcome) errors.push({ OpIndex, What: outcome.error });
    else for (const result of outcome.results) results.push(result);
  }
  return errors.length > 0 ? { Results: null, Errors: errors } : { Results: results, Errors: null };
}
