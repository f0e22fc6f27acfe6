// The index table (spec/fsm.md, section 4): which Raft index last changed a table, a node, a service. The few keys of whole
// tables are hot and live in a hash map; the keys of nodes and services grow with the catalog and live in a tree, so that a
// snapshot copies nothing. These hold names, which compare without regard to case: however a name is spelled it has one
// entry, under the spelling that it was raised with last.

import type { ChangeOf, Journal, Restorable } from './change.js';
import { OrderedMap } from './ordered-map.js';
import type { RowKey } from './rows.js';

const ROW_KEY = /^peer\.[^:]*:(?:node|service)\./;

/** The table as it was at some moment. */
export interface FrozenIndex {
  readonly tables: readonly (readonly [string, number])[];
  /** By key in lower case. */
  readonly rows: OrderedMap<number>;
  /** Of keys that are not spelled in lower case. */
  readonly spellings: OrderedMap<string>;
}

export class IndexTable implements Restorable<number> {
  readonly #journal: Journal;
  readonly #tables = new Map<string, number>();
  /** By key in lower case. */
  readonly #rows = new OrderedMap<number>();
  /** Keys as spelled, by key in lower case; those that are in lower case themselves are not in it. */
  readonly #spellings = new OrderedMap<string>();
  /**
   * Rows that this command has raised already, by key in lower case: of sixty services in one transaction each names its node, and
   * each check its service, which otherwise is a walk through the tree of all.
   */
  readonly #raised = new Set<string>();
  #raisedAt = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** 0 when absent. */
  get(key: string): number {
    return this.#tables.get(key) ?? this.#rows.get(key.toLowerCase()) ?? 0;
  }

  /** Of a node's or service's key in lower case; undefined when absent. */
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

  /** Sets a key that counts something else than the log's entries. */
  setCounter(key: string, value: number): void {
    this.#record(key, this.#tables.get(key), value);
    this.#tables.set(key, value);
  }

  /** Raises a node's or service's key to the command's index. */
  raiseRow({ key, spelled }: RowKey): void {
    const index = this.#journal.index;
    if (index !== this.#raisedAt) {
      this.#raised.clear();
      this.#raisedAt = index;
    } else if (this.#raised.has(key)) return;
    const known = this.#rows.get(key);
    if (known !== undefined && known >= index) return;
    const former = this.#spellings.get(key) ?? key;
    // A new spelling takes the place of the old one: the journal has both, so that taking the command back brings it again.
    if (known !== undefined && former !== spelled) this.#record(former, known, undefined);
    this.#record(spelled, former === spelled ? known : undefined, index);
    this.#setRow(spelled, key, index);
    this.#raised.add(key);
  }

  removeRow({ key }: RowKey): void {
    const before = this.#rows.get(key);
    if (before === undefined) return;
    const spelled = this.#spellings.get(key) ?? key;
    this.#record(spelled, before, undefined);
    this.#setRow(spelled, key, undefined);
  }

  /** Sets any key, from a snapshot's index record. Of several spellings of a row the highest index counts. */
  load(key: string, index: number): void {
    this.restore(key, Math.max(index, this.#rows.get(key.toLowerCase()) ?? 0));
  }

  restore(key: string, value: number | undefined): void {
    if (ROW_KEY.test(key)) this.#setRow(key, key.toLowerCase(), value);
    else if (value === undefined) this.#tables.delete(key);
    else this.#tables.set(key, value);
  }

  /** All entries as of now, for a snapshot: the few keys copied, the tree shared. */
  freeze(): FrozenIndex {
    return { tables: [...this.#tables], rows: this.#rows.clone(), spellings: this.#spellings.clone() };
  }

  #setRow(spelled: string, key: string, value: number | undefined): void {
    this.#raised.delete(key);
    if (value === undefined) this.#rows.delete(key);
    else this.#rows.set(key, value);
    if (value !== undefined && spelled !== key) this.#spellings.set(key, spelled);
    else if (this.#spellings.size > 0) this.#spellings.delete(key);
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
