// Sessions, by node and by the checks that end them.

import type { SessionRecord } from '../../../../../wire/records.js';
import type { Journal } from './change.js';
import { OrderedMap } from './ordered-map.js';
import { Table } from './table.js';
import { endOfPart, joinKey, keyPart, SEPARATOR } from './table-key.js';

/** IDs of all checks a session is bound to, distinct. */
export function boundChecks(session: SessionRecord): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const id of session.Checks ?? []) ids.add(id);
  for (const id of session.NodeChecks ?? []) ids.add(id);
  for (const check of session.ServiceChecks ?? []) ids.add(check.ID);
  return ids;
}

export class SessionTable {
  readonly sessions: Table<'sessions'>;
  readonly byNode = new OrderedMap<SessionRecord>();
  /** Keys of sessions by the key of a check they are bound to. */
  readonly #byCheck = new Map<string, Set<string>>();

  constructor(journal: Journal) {
    this.sessions = new Table('sessions', journal, (before, after, key) => this.#changed(before, after, key));
  }

  ofNode(nodeKey: string): SessionRecord[] {
    return this.byNode.values(nodeKey + SEPARATOR, endOfPart(nodeKey));
  }

  /** Keys of the sessions bound to a check, in order; safe to change the table with. */
  boundTo(checkKey: string): readonly string[] {
    const keys = this.#byCheck.get(checkKey);
    return keys ? [...keys].sort() : [];
  }

  #changed(before: SessionRecord | undefined, after: SessionRecord | undefined, key: string): void {
    if (before) {
      const nodeKey = keyPart(before.Node);
      this.byNode.delete(joinKey(nodeKey, key));
      for (const id of boundChecks(before)) this.#unbind(joinKey(nodeKey, keyPart(id)), key);
    }
    if (after) {
      const nodeKey = keyPart(after.Node);
      this.byNode.set(joinKey(nodeKey, key), after);
      for (const id of boundChecks(after)) this.#bind(joinKey(nodeKey, keyPart(id)), key);
    }
  }

  #bind(checkKey: string, key: string): void {
    const keys = this.#byCheck.get(checkKey);
    if (keys) keys.add(key);
    else this.#byCheck.set(checkKey, new Set([key]));
  }

  #unbind(checkKey: string, key: string): void {
    const keys = this.#byCheck.get(checkKey);
    keys?.delete(key);
    if (keys?.size === 0) this.#byCheck.delete(checkKey);
  }
}
