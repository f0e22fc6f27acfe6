// Writing prepared queries, and the end of those that end with a session (spec/fsm.md, sections 8 and 10).

import { quote } from '../../../../gotext/quote.js';
import { uuidProblem } from '../../../../gotext/uuid.js';
import type { PreparedQueryRecord } from '../../../../wire/records.js';
import { isTemplate, queryKey } from '../store/tables/query-table.js';
import { keyPart } from '../store/tables/table-key.js';
import type { Tables } from '../store/tables/tables.js';
import { compileTemplate } from '../templates/template.js';
import type { Refusal } from './refusals/refusal.js';

function nameProblem(tables: Tables, query: PreparedQueryRecord): Refusal {
  const { queries } = tables;
  const { Name, ID } = query;
  const isOther = (known: PreparedQueryRecord | undefined): boolean =>
    known !== undefined && queryKey(known.ID) !== queryKey(ID);
  if (Name === '') {
    const isTaken = isTemplate(query) && isOther(queries.template(''));
    return isTaken ? 'a query template with an empty name already exists' : null;
  }
  if (isOther(queries.named(Name))) return `name '${Name}' aliases an existing query name`;
  const isId = uuidProblem(Name) === null && queries.queries.get(queryKey(Name)) !== undefined;
  return isId ? `name '${Name}' aliases an existing query ID` : null;
}

function sessionProblem({ sessions }: Tables, { Session }: PreparedQueryRecord): Refusal {
  const isThere = Session === '' || sessions.sessions.get(keyPart(Session)) !== undefined;
  return isThere ? null : `invalid session ${quote(Session)}`;
}

/** What is too large for us isn't for others: it is stored everywhere, and refused where it would be executed. */
function templateProblem(query: PreparedQueryRecord): Refusal {
  if (!isTemplate(query)) return null;
  const compiled = compileTemplate(query);
  return compiled.ok || compiled.isOurLimit ? null : `failed compiling template: ${compiled.error}`;
}

/** Always writes, be it the same again. */
export function setQuery(tables: Tables, query: PreparedQueryRecord): Refusal {
  if (query.ID === '') return 'Missing prepared query ID';
  const index = tables.journal.index;
  const key = queryKey(query.ID);
  const CreateIndex = tables.queries.queries.get(key)?.CreateIndex ?? index;
  const stored: PreparedQueryRecord = { ...query, CreateIndex, ModifyIndex: index };
  const refused = nameProblem(tables, stored) ?? sessionProblem(tables, stored) ?? templateProblem(stored);
  if (refused !== null) return refused;
  tables.queries.queries.set(key, stored);
  tables.index.raise('prepared-queries');
  return null;
}

/** An absent one is as good as deleted. */
export function deleteQuery(tables: Tables, key: string): void {
  if (tables.queries.queries.delete(key)) tables.index.raise('prepared-queries');
}

export function deleteQueriesOfSession(tables: Tables, sessionKey: string): void {
  for (const key of tables.queries.boundTo(sessionKey)) deleteQuery(tables, key);
}
