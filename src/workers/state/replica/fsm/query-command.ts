// The command about a prepared query: its operations are told apart here.

import type { PreparedQueryRequest } from '../../../../wire/commands.js';
import { queryKey } from '../store/tables/query-table.js';
import type { Tables } from '../store/tables/tables.js';
import { deleteQuery, setQuery } from './query-write.js';
import type { Refusal } from './refusals/refusal.js';

export function applyQuery(tables: Tables, { Op, Query }: PreparedQueryRequest): Refusal {
  if (Op === 'create' || Op === 'update') return setQuery(tables, Query);
  if (Op !== 'delete') return `Invalid PreparedQuery operation '${Op}'`;
  deleteQuery(tables, queryKey(Query.ID));
  return null;
}
