// The index table (spec/fsm.md, section 4): which Raft index last changed a table, a node, a service. The few keys of whole
// tables are hot and live in a hash map; the keys of nodes and services grow with the catalog and live in a tree, so that a
// snapshot copies nothing.

import type { ChangeOf, Journal, Restorable } from '../change.js';
import { OrderedMap } from '../ordered-map.js';

const ROW_KEY = /^peer\.[^:]*:(?:node|service)\./;

export class IndexTable implements Restorable<number> {
  readonly #journal: Journal;
  readonly #tables = new Map<string, number>();
  readonly #rows = new OrderedMap<number>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** 0 when absent. */
  get(key: string): number {
    return this.#tables.get(key) ?? this.#rows.get(key) ?? 0;
  }

  /** Of a node's or service's key; undefined when absent. */
  row(key: string): number | undefined {
    return this.#rows.get(key);
  }

  /** Raises a whole table's key to the command's index. */
  raise(key: string): void {
    const before = this.#tables.get(key);
    const index = this.#journal.index;
    if (before !== undefined && before >= index) return;
    this.#record(key, before, index);
    this.#tables.set(key, index);
  }

  /** Raises a node's or service's key to the command's index. */
  raiseRow(key: string): void {
    const before = this.#rows.get(key);
    const index = this.#journal.index;
    if (before !== undefined && before >= index) return;
    this.#record(key, before, index);
    this.#rows.set(key, index);
  }

  removeRow(key: string): void {
    const before = this.#rows.get(key);
    if (before === undefined) return;
    this.#record(key, before, undefined);
    this.#rows.delete(key);
  }

  /** Sets any key, from a snapshot's index record. */
  load(key: string, index: number): void {
    this.restore(key, index);
  }

  restore(key: string, value: number | undefined): void {
    if (ROW_KEY.test(key)) {
      if (value === undefined) this.#rows.delete(key);
      else this.#rows.set(key, value);
    } else if (value === undefined) this.#tables.delete(key);
    else this.#tables.set(key, value);
  }

  /** All entries as of now, for a snapshot: the few keys copied, the tree shared. */
  freeze(): { readonly tables: readonly (readonly [string, number])[]; readonly rows: OrderedMap<number> } {
    return { tables: [...this.#tables], rows: this.#rows.clone() };
  }

  #record(key: string, before: number | undefined, after: number | undefined): void {
    const change: ChangeOf<'index'> = {
      table: 'index',
      key,
      before,
      after,
      index: this.#journal.index,
      source: this,
    };
    this.#journal.add(change);
  }
}
