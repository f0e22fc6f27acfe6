// Keys as spec/fsm.md, section 7, has them. The index of a write is not told to who wrote, so an entry's ModifyIndex is unknown
// until somebody reads it or compares with it successfully; from then on it is that one, and above all that came before.
export interface Entry {
  readonly value: string;
  /** null: nobody has seen it yet. */
  readonly modifyIndex: number | null;
  /** It must be higher than this. */
  readonly above: number;
  readonly lockIndex: number;
  /** "" when nobody holds the lock. */
  readonly session: string;
}

export interface ShownEntry {
  readonly value: string;
  readonly modifyIndex: number;
  readonly lockIndex: number;
  readonly session: string;
}

export type KvInput =
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  | { readonly kind: 'cas'; readonly key: string; readonly value: string; readonly index: number }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'delete-cas'; readonly key: string; readonly index: number }
  | { readonly kind: 'lock'; readonly key: string; readonly value: string; readonly session: string }
  | { readonly kind: 'unlock'; readonly key: string; readonly value: string; readonly session: string }
  | { readonly kind: 'get'; readonly key: string };

export type KvOutput =
  | { readonly kind: 'done'; readonly value: boolean }
  /** The session isn't there. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'entry'; readonly entry: ShownEntry | null };

export interface Keys {
  readonly entries: ReadonlyMap<string, Entry>;
  /** The highest ModifyIndex that was seen. */
  readonly seen: number;
}

export const NO_KEYS: Keys = { entries: new Map(), seen: 0 };

export function withEntry(keys: Keys, key: string, entry: Entry | null): Keys {
  const entries = new Map(keys.entries);
  if (entry) entries.set(key, entry);
  else entries.delete(key);
  return { entries, seen: keys.seen };
}

/** The entry as a write leaves it. */
export function written(keys: Keys, value: string, lockIndex: number, session: string): Entry {
  return { value, modifyIndex: null, above: keys.seen, lockIndex, session };
}

function isDone(output: KvOutput | null, value: boolean): boolean {
  return output === null || (output.kind === 'done' && output.value === value);
}

/** The keys once `entry` is known to have this index; null when it can't have it. */
function known(keys: Keys, key: string, entry: Entry, index: number): Keys | null {
  if (entry.modifyIndex !== null) return entry.modifyIndex === index ? keys : null;
  if (index <= entry.above) return null;
  const changed = withEntry(keys, key, { ...entry, modifyIndex: index });
  return { entries: changed.entries, seen: Math.max(keys.seen, index) };
}

/** Compares with an index: the keys after a comparison that holds, where it may hold, and whether it may fail. */
function compared(keys: Keys, key: string, index: number): { readonly holds: Keys | null; readonly mayFail: boolean } {
  const entry = keys.entries.get(key);
  if (!entry) return { holds: index === 0 ? keys : null, mayFail: index !== 0 };
  return { holds: known(keys, key, entry, index), mayFail: entry.modifyIndex !== index };
}

function read(keys: Keys, key: string, shown: ShownEntry | null): Keys | null {
  const entry = keys.entries.get(key);
  if (!entry || !shown) return !entry && !shown ? keys : null;
  const { value, lockIndex, session, modifyIndex } = shown;
  if (entry.value !== value || entry.lockIndex !== lockIndex || entry.session !== session) return null;
  return known(keys, key, entry, modifyIndex);
}

/** A comparison without an answer holds if it can: that it failed is as if it had not been made. */
function conditional(
  { holds, mayFail }: ReturnType<typeof compared>,
  keys: Keys,
  output: KvOutput | null,
  then: (keys: Keys) => Keys,
): Keys | null {
  if (holds && isDone(output, true)) return then(holds);
  return mayFail && isDone(output, false) ? keys : null;
}

/** null: this isn't the answer. `isAlive`: whether there is such a session. */
export function stepKeys(
  keys: Keys,
  input: KvInput,
  output: KvOutput | null,
  isAlive: (session: string) => boolean,
): Keys | null {
  const { key } = input;
  const entry = keys.entries.get(key);
  switch (input.kind) {
    case 'get':
      return output?.kind === 'entry' ? read(keys, key, output.entry) : null;
    case 'set':
      if (!isDone(output, true)) return null;
      return withEntry(keys, key, written(keys, input.value, 0, entry?.session ?? ''));
    case 'cas':
      return conditional(compared(keys, key, input.index), keys, output, (now) =>
        withEntry(now, key, written(now, input.value, 0, entry?.session ?? '')),
      );
    case 'delete':
      return isDone(output, true) ? withEntry(keys, key, null) : null;
    case 'delete-cas':
      // A key that isn't there is as good as deleted.
      if (!entry) return isDone(output, true) ? keys : null;
      return conditional(compared(keys, key, input.index), keys, output, (now) => withEntry(now, key, null));
    case 'lock': {
      if (!isAlive(input.session)) return output === null || output.kind === 'refused' ? keys : null;
      const isFree = !entry?.session;
      if (!isFree && entry.session !== input.session) return isDone(output, false) ? keys : null;
      const lockIndex = (entry?.lockIndex ?? 0) + (isFree ? 1 : 0);
      return isDone(output, true) ? withEntry(keys, key, written(keys, input.value, lockIndex, input.session)) : null;
    }
    case 'unlock':
      if (entry?.session !== input.session) return isDone(output, false) ? keys : null;
      return isDone(output, true) ? withEntry(keys, key, written(keys, input.value, entry.lockIndex, '')) : null;
  }
}

/** The locks of a session that ended: released, or deleted with their keys. */
export function releaseLocks(keys: Keys, session: string, deletes: boolean): Keys {
  let after = keys;
  for (const [key, entry] of keys.entries) {
    if (entry.session !== session) continue;
    after = withEntry(after, key, deletes ? null : written(after, entry.value, entry.lockIndex, ''));
  }
  return after;
}
