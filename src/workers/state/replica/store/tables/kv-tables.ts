// KV entries and tombstones, ordered bytewise by key, and which keys each session holds.

import type { KvEntry } from '../../../../../wire/records.js';
import type { Journal } from './change.js';
import { Table } from './table.js';

export class KvTables {
  readonly entries: Table<'kv'>;
  readonly tombstones: Table<'tombstones'>;
  /**
   * The deletions of whole trees: what tombstones don't say of longer prefixes, and of the tree of all keys not at all. Goes with the
   * tombstones; in no snapshot.
   */
  readonly emptiedPrefixes: Table<'emptied-prefixes'>;
  /** Table keys of the entries a session holds, by lower-cased session ID. */
  readonly heldBy = new Map<string, Set<string>>();

  constructor(journal: Journal) {
    this.entries = new Table('kv', journal, (before, after, key) => this.#changed(before, after, key));
    this.tombstones = new Table('tombstones', journal);
    this.emptiedPrefixes = new Table('emptied-prefixes', journal);
  }

  #changed(before: KvEntry | undefined, after: KvEntry | undefined, key: string): void {
    const held = before?.Session ?? '';
    const holds = after?.Session ?? '';
    if (held === holds) return;
    if (held !== '') {
      const session = held.toLowerCase();
      const keys = this.heldBy.get(session);
      keys?.delete(key);
      if (keys?.size === 0) this.heldBy.delete(session);
    }
    if (holds !== '') {
      const session = holds.toLowerCase();
      const keys = this.heldBy.get(session);
      if (keys) keys.add(key);
      else this.heldBy.set(session, new Set([key]));
    }
  }
}
