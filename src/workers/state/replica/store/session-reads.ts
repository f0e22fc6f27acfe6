// Reads of sessions, and of network coordinates (spec/fsm.md, section 4).

import type { CoordinateRecord, SessionRecord } from '../../../../wire/records.js';
import type { TablesHolder } from './holder.js';
import type { CoordinateReads, ReadResult, SessionReads } from './read-api.js';
import { endOfPart, keyPart, SEPARATOR } from './tables/table-key.js';

export class SessionTableReads implements SessionReads {
  readonly #holder: TablesHolder;

  constructor(holder: TablesHolder) {
    this.#holder = holder;
  }

  session(id: string): ReadResult<SessionRecord | null> {
    return this.#result(this.#holder.tables.sessions.sessions.get(keyPart(id)) ?? null);
  }

  list(): ReadResult<readonly SessionRecord[]> {
    return this.#result(this.#holder.tables.sessions.sessions.rows.allValues());
  }

  ofNode(node: string): ReadResult<readonly SessionRecord[]> {
    return this.#result(this.#holder.tables.sessions.ofNode(keyPart(node)));
  }

  #result<T>(value: T): ReadResult<T> {
    return { index: this.#holder.tables.index.get('sessions'), value };
  }
}

export class CoordinateTableReads implements CoordinateReads {
  readonly #holder: TablesHolder;

  constructor(holder: TablesHolder) {
    this.#holder = holder;
  }

  list(): ReadResult<readonly CoordinateRecord[]> {
    return this.#result(this.#holder.tables.coordinates.rows.allValues());
  }

  ofNode(node: string): ReadResult<readonly CoordinateRecord[]> {
    const part = keyPart(node);
    return this.#result(this.#holder.tables.coordinates.rows.values(part + SEPARATOR, endOfPart(part)));
  }

  #result<T>(value: T): ReadResult<T> {
    return { index: this.#holder.tables.index.get('coordinates'), value };
  }
}
