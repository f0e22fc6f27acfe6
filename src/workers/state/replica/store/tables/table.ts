// An ordered table that writes every change to the journal and tells its secondary indexes of it, also when a change is
// taken back.

import type { ChangeOf, Journal, Restorable, TableName, TableRows } from './change.js';
import { OrderedMap } from './ordered-map.js';

/** Keeps a secondary index: `before` and `after` are undefined for an insert and a delete. */
export type RowObserver<V> = (before: V | undefined, after: V | undefined, key: string) => void;

export class Table<N extends TableName> implements Restorable<TableRows[N]> {
  readonly name: N;
  readonly #rows = new OrderedMap<TableRows[N]>();
  readonly #journal: Journal;
  readonly #observer: RowObserver<TableRows[N]> | undefined;
  // A command asks for the same row several times (is it there, does it differ, what does its check belong to).
  #lastKey = '';
  #lastRow: TableRows[N] | undefined;

  constructor(name: N, journal: Journal, observer?: RowObserver<TableRows[N]>) {
    this.name = name;
    this.#journal = journal;
    this.#observer = observer;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** For reads; writes go through the table. */
  get rows(): OrderedMap<TableRows[N]> {
    return this.#rows;
  }

  get(key: string): TableRows[N] | undefined {
    if (key === this.#lastKey) return this.#lastRow;
    const row = this.#rows.get(key);
    this.#remember(key, row);
    return row;
  }

  set(key: string, after: TableRows[N], before: TableRows[N] | undefined = this.get(key)): void {
    this.#record(key, before, after);
    this.#rows.set(key, after);
    this.#remember(key, after);
    this.#observer?.(before, after, key);
  }

  /** False, and nothing changes, where there is such a row already. */
  add(key: string, row: TableRows[N]): boolean {
    if (!this.#rows.add(key, row)) return false;
    this.#record(key, undefined, row);
    this.#remember(key, row);
    this.#observer?.(undefined, row, key);
    return true;
  }

  delete(key: string): boolean {
    const before = this.get(key);
    if (before === undefined) return false;
    this.#record(key, before, undefined);
    this.#rows.delete(key);
    this.#remember(key, undefined);
    this.#observer?.(before, undefined, key);
    return true;
  }

  restore(key: string, value: TableRows[N] | undefined): void {
    const before = this.#rows.get(key);
    if (value === undefined) this.#rows.delete(key);
    else this.#rows.set(key, value);
    this.#remember(key, value);
    this.#observer?.(before, value, key);
  }

  #remember(key: string, row: TableRows[N] | undefined): void {
    this.#lastKey = key;
    this.#lastRow = row;
  }

  #record(key: string, before: TableRows[N] | undefined, after: TableRows[N] | undefined): void {
    const change: ChangeOf<N> = { table: this.name, key, before, after, index: this.#journal.index, source: this };
    this.#journal.add(change as never);
  }
}
