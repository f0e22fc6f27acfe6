// Reads of prepared queries, and how a name or an ID leads to what is executed (spec/rpc.md, "Rules of single methods").

import { uuidProblem } from '../../../../gotext/uuid.js';
import type { PreparedQueryRecord } from '../../../../wire/records.js';
import { compileTemplate } from '../templates/template.js';
import type { CurrentTables } from './current-tables.js';
import type { QueryReads, QueryResolution, ReadResult } from './read-api.js';
import { isTemplate, queryKey } from './tables/query-table.js';

const NONE: QueryResolution = { kind: 'none' };

export class QueryTableReads implements QueryReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  query(id: string): ReadResult<PreparedQueryRecord | null> {
    return this.#result(this.#table.queries.get(queryKey(id)) ?? null);
  }

  list(): ReadResult<readonly PreparedQueryRecord[]> {
    return this.#result(this.#table.queries.rows.allValues());
  }

  resolve(idOrName: string, segment: string): QueryResolution {
    if (idOrName === '') return NONE;
    if (uuidProblem(idOrName) === null) {
      const byId = this.#table.queries.get(queryKey(idOrName));
      if (byId !== undefined) {
        if (!isTemplate(byId)) return asStored(byId);
        return { kind: 'failed', error: 'prepared query templates can only be resolved up by name, not by ID' };
      }
    }
    const stored = this.#table.named(idOrName) ?? this.#table.templateFor(idOrName);
    if (stored === undefined) return NONE;
    return isTemplate(stored) ? rendered(stored, idOrName, segment) : asStored(stored);
  }

  get #table() {
    return this.#current.tables.queries;
  }

  #result<T>(value: T): ReadResult<T> {
    return { index: this.#current.tables.index.get('prepared-queries'), value };
  }
}

function asStored(stored: PreparedQueryRecord): QueryResolution {
  return { kind: 'found', stored, query: stored, madeLength: 0 };
}

function rendered(stored: PreparedQueryRecord, name: string, segment: string): QueryResolution {
  const compiled = compileTemplate(stored);
  if (!compiled.ok) return { kind: 'failed', error: `failed compiling template: ${compiled.error}` };
  const result = compiled.template.render(name, segment);
  if (!result.ok) return { kind: 'failed', error: result.error };
  return { kind: 'found', stored, query: result.query, madeLength: result.length };
}
