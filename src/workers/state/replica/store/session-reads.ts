// Reads of sessions, and of network coordinates (spec/fsm.md, section 4).

import type { CoordinateRecord, SessionRecord } from '../../../../wire/records.js';
import type { CurrentTables } from './current-tables.js';
import type { CoordinateReads, ReadResult, SessionReads } from './read-api.js';
import { endOfPart, keyPart, SEPARATOR } from './tables/table-key.js';

export class SessionTableReads implements SessionReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  session(id: string): ReadResult<SessionRecord | null> {
    return this.#result(this.#current.tables.sessions.sessions.get(keyPart(id)) ?? null);
  }

  list(): ReadResult<readonly SessionRecord[]> {
    return this.#result(this.#current.tables.sessions.sessions.rows.allValues());
  }

  ofNode(node: string): ReadResult<readonly SessionRecord[]> {
    return this.#result(this.#current.tables.sessions.ofNode(keyPart(node)));
  }

  #result<T>(value: T): ReadResult<T> {
    return { index: this.#current.tables.index.get('sessions'), value };
  }
}

export class CoordinateTableReads implements CoordinateReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  list(): ReadResult<readonly CoordinateRecord[]> {
    return this.#result(this.#current.tables.coordinates.rows.allValues());
  }

  ofNode(node: string): ReadResult<readonly CoordinateRecord[]> {
    const part = keyPart(node);
    return this.#result(this.#current.tables.coordinates.rows.values(part + SEPARATOR, endOfPart(part)));
  }

  #result<T>(value: T): ReadResult<T> {
    return { index: this.#current.tables.index.get('coordinates'), value };
  }
}
