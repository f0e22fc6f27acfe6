// Reads of config entries, and what they wait for: one entry, or all of a kind.

import type { ConfigEntry, EntryKind, EntryOf } from '../../../../wire/config-entries/entries.js';
import type { GatewayServiceRecord } from '../../../../wire/mesh/gateway-service.js';
import type { CurrentTables } from './current-tables.js';
import type { ConfigEntryReads, ReadResult } from './read-api.js';
import { configEntryKey, endOfPart, SEPARATOR } from './tables/table-key.js';

// Every read shows the index of the whole table, but is woken by its own rows alone: the keys that it watches are none of the
// index table.

/** What waits for the entry at this key of the table. */
export function entryTarget(key: string): string {
  return `config-entry ${key}`;
}

/** What waits for all entries of a kind. */
export function entriesTarget(kind: string): string {
  return `config-entries ${kind}`;
}

/** Both for a change of the row at this key. */
export function targetsOfRow(key: string): readonly string[] {
  return [entryTarget(key), entriesTarget(key.slice(0, key.indexOf(SEPARATOR)))];
}

export class ConfigEntryTableReads implements ConfigEntryReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  get<K extends EntryKind>(kind: K, name: string): ReadResult<EntryOf<K> | null> {
    const entry = this.#current.tables.configEntries.get(configEntryKey(kind, name)) ?? null;
    return this.#result(entry as EntryOf<K> | null);
  }

  list<K extends EntryKind>(kind: K): ReadResult<readonly EntryOf<K>[]> {
    const rows = this.#current.tables.configEntries.rows.values(kind + SEPARATOR, endOfPart(kind));
    return this.#result(rows as unknown as readonly EntryOf<K>[]);
  }

  gatewayServices(gateway: string): ReadResult<readonly GatewayServiceRecord[]> {
    const { gatewayServices, index } = this.#current.tables;
    const value = gatewayServices.ofGateway(gateway).map(({ record }) => record);
    return { index: index.get('gateway-services'), value };
  }

  allGatewayServices(): ReadResult<readonly GatewayServiceRecord[]> {
    const { gatewayServices, index } = this.#current.tables;
    const value = gatewayServices.rows.rows.allValues().map(({ record }) => record);
    return { index: index.get('gateway-services'), value };
  }

  all(): ReadResult<readonly ConfigEntry[]> {
    return this.#result(this.#current.tables.configEntries.rows.allValues());
  }

  #result<T>(value: T): ReadResult<T> {
    return { index: this.#current.tables.index.get('config-entries'), value };
  }
}
