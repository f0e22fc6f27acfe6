// Writes of the key/value table (spec/fsm.md, section 7). Each answers what its command answers; nothing here throws.

import { quote } from '../../../../gotext/quote.js';
import type { KvRequestEntry } from '../../../../wire/commands.js';
import type { KvEntry } from '../../../../wire/records.js';
import { type Uint64, uint64 } from '../../../../wire/uint64.js';
import { sameValue } from '../store/same-value.js';
import { keyPart, kvTableKey } from '../store/tables/table-key.js';
import type { Tables } from '../store/tables/tables.js';

function isSameContent(value: Uint8Array | null, other: Uint8Array | null): boolean {
  const length = value?.length ?? 0;
  if (length !== (other?.length ?? 0)) return false;
  return length === 0 || sameValue(value, other);
}

/** Writes an entry with the given session and lock index; an equal one stays. Returns the stored entry. */
function put(tables: Tables, key: string, before: KvEntry | undefined, after: KvEntry): KvEntry {
  if (
    before &&
    before.LockIndex === after.LockIndex &&
    before.Flags === after.Flags &&
    before.Session === after.Session &&
    isSameContent(before.Value, after.Value)
  ) {
    return before;
  }
  tables.kv.entries.set(key, after, before);
  tables.index.raise('kvs');
  return after;
}

/** A value that is a small part of a larger buffer is copied, so that it does not keep all of it alive. */
function compact(value: Uint8Array | null): Uint8Array | null {
  return value && value.buffer.byteLength > value.byteLength * 2 ? new Uint8Array(value) : value;
}

function entryOf(
  tables: Tables,
  request: KvRequestEntry,
  before: KvEntry | undefined,
  session: string,
  lockIndex: Uint64,
): KvEntry {
  const index = tables.journal.index;
  return {
    LockIndex: lockIndex,
    Key: request.Key,
    Flags: request.Flags,
    Value: compact(request.Value),
    Session: session,
    CreateIndex: before?.CreateIndex ?? index,
    ModifyIndex: index,
  };
}

function increment(value: Uint64): Uint64 {
  return uint64(BigInt.asUintN(64, BigInt(value) + 1n));
}

/** The stored entry of a key. */
export function findEntry(tables: Tables, key: string): KvEntry | undefined {
  return tables.kv.entries.get(kvTableKey(key));
}

export function setEntry(tables: Tables, request: KvRequestEntry): KvEntry {
  const key = kvTableKey(request.Key);
  const before = tables.kv.entries.get(key);
  return put(tables, key, before, entryOf(tables, request, before, before?.Session ?? '', request.LockIndex));
}

/** undefined: the index is stale, nothing was written. */
export function casEntry(tables: Tables, request: KvRequestEntry): KvEntry | undefined {
  const before = findEntry(tables, request.Key);
  if ((before?.ModifyIndex ?? 0) !== request.ModifyIndex) return undefined;
  return setEntry(tables, request);
}

export type LockOutcome = { readonly entry: KvEntry | undefined } | { readonly refusal: string };

/** `entry` is undefined when another session holds the lock. */
export function lockEntry(tables: Tables, request: KvRequestEntry): LockOutcome {
  if (request.Session === '') return { refusal: 'missing session' };
  if (!tables.sessions.sessions.get(keyPart(request.Session))) {
    return { refusal: `invalid session ${quote(request.Session)}` };
  }
  const key = kvTableKey(request.Key);
  const before = tables.kv.entries.get(key);
  const holder = before?.Session ?? '';
  if (holder !== '' && holder !== request.Session) return { entry: undefined };
  const lockIndex = before === undefined ? 1 : holder === '' ? increment(before.LockIndex) : before.LockIndex;
  return { entry: put(tables, key, before, entryOf(tables, request, before, request.Session, lockIndex)) };
}

/** `entry` is undefined when the session does not hold the lock. */
export function unlockEntry(tables: Tables, request: KvRequestEntry): LockOutcome {
  if (request.Session === '') return { refusal: 'missing session' };
  const key = kvTableKey(request.Key);
  const before = tables.kv.entries.get(key);
  if (!before || before.Session !== request.Session) return { entry: undefined };
  return { entry: put(tables, key, before, entryOf(tables, request, before, '', before.LockIndex)) };
}

/** Clears the session of a stored entry, as its end does. */
export function releaseEntry(tables: Tables, key: string, before: KvEntry): void {
  put(tables, key, before, { ...before, Session: '', ModifyIndex: tables.journal.index });
}

/** Removes a stored entry and leaves a tombstone. */
export function removeEntry(tables: Tables, key: string, entry: KvEntry): void {
  bury(tables, key, entry.Key);
  tables.kv.entries.delete(key);
  tables.index.raise('kvs');
}

/** An absent key changes nothing. */
export function deleteEntry(tables: Tables, name: string): void {
  const key = kvTableKey(name);
  const entry = tables.kv.entries.get(key);
  if (entry) removeEntry(tables, key, entry);
}

/** False: the index is stale. An absent key is as good as deleted. */
export function deleteEntryCas(tables: Tables, name: string, modifyIndex: Uint64): boolean {
  const entry = findEntry(tables, name);
  if (!entry) return true;
  if (entry.ModifyIndex !== modifyIndex) return false;
  deleteEntry(tables, name);
  return true;
}

/** Deletes all keys with the prefix, leaving one tombstone for them all. */
export function deleteTree(tables: Tables, prefix: string): void {
  const keys: string[] = [];
  tables.kv.entries.rows.forPrefix(kvTableKey(prefix), (_entry, key) => keys.push(key));
  if (keys.length === 0) return;
  for (const key of keys) tables.kv.entries.delete(key);
  if (prefix !== '') bury(tables, kvTableKey(prefix), prefix);
  tables.kv.emptiedPrefixes.set(kvTableKey(prefix), tables.journal.index);
  tables.index.raise('kvs');
}

/** Drops all tombstones up to an index; no index moves. */
export function reapTombstones(tables: Tables, throughIndex: number): void {
  const { tombstones, emptiedPrefixes } = tables.kv;
  const keys: string[] = [];
  tombstones.rows.forEach((tombstone, key) => {
    if (tombstone.Index <= throughIndex) keys.push(key);
  });
  for (const key of keys) tombstones.delete(key);
  const prefixes: string[] = [];
  emptiedPrefixes.rows.forEach((index, prefix) => {
    if (index <= throughIndex) prefixes.push(prefix);
  });
  for (const prefix of prefixes) emptiedPrefixes.delete(prefix);
}

function bury(tables: Tables, key: string, name: string): void {
  tables.kv.tombstones.set(key, { Key: name, Index: tables.journal.index });
  tables.index.raise('tombstones');
}
