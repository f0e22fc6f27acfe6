// Reads of the key/value table and their indexes (spec/fsm.md, section 4).

import type { KvEntry } from '../../../../wire/records.js';
import type { CurrentTables } from './current-tables.js';
import type { KvReads, ReadResult } from './read-api.js';
import { kvKeyOf, kvTableKey } from './tables/table-key.js';
import type { Tables } from './tables/tables.js';

function tablesIndex(tables: Tables): number {
  return Math.max(tables.index.get('kvs'), tables.index.get('tombstones'));
}

/** Highest index among tombstones with the prefix; 0 when there is none. */
function tombstonesIndex(tables: Tables, prefixKey: string): number {
  let index = 0;
  if (tables.kv.tombstones.size === 0) return index;
  tables.kv.tombstones.rows.forPrefix(prefixKey, (tombstone) => {
    if (tombstone.Index > index) index = tombstone.Index;
  });
  return index;
}

/**
 * The last deletion of a tree that all keys with the prefix were part of; 0 when there was none lately. Stock forgets it and goes back
 * to older tombstones with the prefix, so that who waits isn't told that everything is gone.
 */
function emptiedIndex({ kv }: Tables, prefixKey: string): number {
  let index = 0;
  kv.emptiedPrefixes.rows.forPrefixesOf(prefixKey, (emptied) => {
    index = Math.max(index, emptied);
  });
  return index;
}

/** Whether entries or tombstones with the prefix give it an index of its own. */
export function hasOwnIndex(tables: Tables, prefix: string): boolean {
  const prefixKey = kvTableKey(prefix);
  return tables.kv.entries.rows.hasPrefix(prefixKey) || tables.kv.tombstones.rows.hasPrefix(prefixKey);
}

export class KvTableReads implements KvReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  get count(): number {
    return this.#current.tables.kv.entries.rows.size;
  }

  get(key: string): ReadResult<KvEntry | null> {
    const { tables } = this.#current;
    const entry = tables.kv.entries.get(kvTableKey(key));
    if (entry) return { index: entry.ModifyIndex, value: entry };
    return { index: tablesIndex(tables), value: null };
  }

  list(prefix: string): ReadResult<readonly KvEntry[]> {
    const { tables } = this.#current;
    const prefixKey = kvTableKey(prefix);
    const value: KvEntry[] = [];
    let index = 0;
    tables.kv.entries.rows.forPrefix(prefixKey, (entry) => {
      value.push(entry);
      if (entry.ModifyIndex > index) index = entry.ModifyIndex;
    });
    return { index: this.#listIndex(prefix, prefixKey, index), value };
  }

  keys(prefix: string, separator: string): ReadResult<readonly string[]> {
    const { tables } = this.#current;
    const prefixKey = kvTableKey(prefix);
    const value: string[] = [];
    let index = 0;
    let last: string | undefined;
    const separatorKey = kvTableKey(separator);
    tables.kv.entries.rows.forPrefix(prefixKey, (entry, tableKey) => {
      if (entry.ModifyIndex > index) index = entry.ModifyIndex;
      const end = separatorKey === '' ? -1 : tableKey.indexOf(separatorKey, prefixKey.length);
      const key = end === -1 ? entry.Key : kvKeyOf(tableKey.slice(0, end + separatorKey.length));
      if (key !== last) value.push(key);
      last = key;
    });
    return { index: this.#listIndex(prefix, prefixKey, index), value };
  }

  lockDelayed(key: string): boolean {
    return this.#current.tables.lockDelays.isDelayed(key);
  }

  #listIndex(prefix: string, prefixKey: string, entriesIndex: number): number {
    const { tables } = this.#current;
    if (prefix === '') return tablesIndex(tables);
    const buriedIndex = tombstonesIndex(tables, prefixKey);
    // Entries are younger than the deletion of any tree around them.
    if (entriesIndex > 0) return Math.max(entriesIndex, buriedIndex);
    return buriedIndex > 0 ? Math.max(buriedIndex, emptiedIndex(tables, prefixKey)) : tablesIndex(tables);
  }
}
