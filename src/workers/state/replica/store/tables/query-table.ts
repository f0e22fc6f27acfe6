// Prepared queries, by name, by the session that they end with, and templates by what a name must begin with.

import type { PreparedQueryRecord } from '../../../../../wire/records.js';
import { PrefixTree } from '../../../prefixes/prefix-tree.js';
import type { Journal } from './change.js';
import { Table } from './table.js';
import { keyPart } from './table-key.js';

/** An ID is a number, however its digits are spelled and grouped. */
export function queryKey(id: string): string {
  return keyPart(id.replaceAll('-', ''));
}

export function isTemplate({ Template }: PreparedQueryRecord): boolean {
  return Template.Type !== '';
}

/** Names compare without regard to case. */
function nameKey(name: string): string {
  return name.toLowerCase();
}

export class QueryTable {
  readonly queries: Table<'prepared-queries'>;
  /** Of those that have one. */
  readonly #byName = new Map<string, PreparedQueryRecord>();
  readonly #templates = new PrefixTree<PreparedQueryRecord>();
  /** Keys of queries by the key of the session. */
  readonly #bySession = new Map<string, Set<string>>();

  constructor(journal: Journal) {
    this.queries = new Table('prepared-queries', journal, (before, after, key) => this.#changed(before, after, key));
  }

  named(name: string): PreparedQueryRecord | undefined {
    return this.#byName.get(nameKey(name));
  }

  /** The template whose name is exactly this. */
  template(name: string): PreparedQueryRecord | undefined {
    return this.#templates.get(nameKey(name));
  }

  /** The template with the longest name that `name` begins with. */
  templateFor(name: string): PreparedQueryRecord | undefined {
    return this.#templates.longest(nameKey(name));
  }

  /** Keys of the queries that end with a session, in order; safe to change the table with. */
  boundTo(sessionKey: string): readonly string[] {
    const keys = this.#bySession.get(sessionKey);
    return keys === undefined ? [] : [...keys].sort();
  }

  #changed(before: PreparedQueryRecord | undefined, after: PreparedQueryRecord | undefined, key: string): void {
    if (before !== undefined) this.#forget(before, key);
    if (after !== undefined) this.#note(after, key);
  }

  #note(query: PreparedQueryRecord, key: string): void {
    const name = nameKey(query.Name);
    if (name !== '') this.#byName.set(name, query);
    if (isTemplate(query)) this.#templates.set(name, query);
    if (query.Session === '') return;
    const session = keyPart(query.Session);
    const keys = this.#bySession.get(session);
    if (keys === undefined) this.#bySession.set(session, new Set([key]));
    else keys.add(key);
  }

  #forget(query: PreparedQueryRecord, key: string): void {
    const name = nameKey(query.Name);
    if (this.#byName.get(name) === query) this.#byName.delete(name);
    if (isTemplate(query) && this.#templates.get(name) === query) this.#templates.delete(name);
    if (query.Session === '') return;
    const session = keyPart(query.Session);
    const keys = this.#bySession.get(session);
    keys?.delete(key);
    if (keys?.size === 0) this.#bySession.delete(session);
  }
}
