// ConfigEntry.*: entries of all kinds are read by kind and name, listed, written and deleted (spec/fsm.md, section 5). What an entry
// must be by itself is judged here, on the leader; what must hold between entries when the command is applied.

import { expressionError } from '../../../../filter/parser.js';
import { EncodeError } from '../../../../msgpack/errors.js';
import { contentHash, entryContent } from '../../../../wasm/entry-hash.js';
import { CommandType } from '../../../../wire/commands.js';
import { type ConfigEntry, type EntryKind, emptyEntry, entryTable } from '../../../../wire/config-entries/entries.js';
import { entryError } from '../../../../wire/config-entries/rules/entry-error.js';
import { normalizedEntry } from '../../../../wire/config-entries/rules/normalize.js';
import type { Rule } from '../../acl/access.js';
import type { Asker } from '../contract/asker.js';
import type { LeaderView, ReadMethod, Settled, WriteMethod } from '../contract/method.js';
import { keepInSteps, matcherOf } from '../contract/narrowing.js';
import { toPrimary } from '../contract/primary.js';
import { denial, isRefusal, type Refusal, refusal } from '../contract/refusal.js';
import { Sight, seenItems } from '../contract/sight.js';
import { entryFields } from './config-entry-fields.js';

/** The kind of that name, or why not. */
export function knownKind(kind: string): EntryKind | Refusal {
  return entryTable(kind)?.kind ?? refusal('failed', `invalid config entry kind: ${kind}`);
}

/** Whose right it is to read or write entries of a kind: the service's that they are about, or the mesh's. */
function ruleOf(kind: EntryKind, access: 'read' | 'write'): Rule {
  switch (kind) {
    case 'service-defaults':
    case 'service-resolver':
    case 'service-router':
    case 'service-splitter':
      return `service:${access}`;
    case 'service-intentions':
      return `intention:${access}`;
    default:
      return `mesh:${access}`;
  }
}

function maySee({ authorizer }: Sight, { Kind, Name }: ConfigEntry): boolean {
  return authorizer.allows(ruleOf(Kind, 'read'), Name);
}

export interface EntryName {
  readonly kind: string;
  readonly name: string;
}

export const getConfigEntry: ReadMethod<EntryName, ConfigEntry | null> = {
  name: 'ConfigEntry.Get',
  prepare(store, { kind, name }, authorizer) {
    const known = knownKind(kind);
    if (isRefusal(known)) return known;
    const denied = denial(authorizer, ruleOf(known, 'read'), name);
    if (denied !== null) return denied;
    return {
      read: () => store.configEntries.get(known, name),
      watch: () => store.targets.configEntry(known, name),
      missing: ({ value }) => value === null,
    };
  },
};

export interface EntryList {
  /** "" is no kind, of which there are no entries. */
  readonly kind: string;
  readonly filter: string;
}

type Entries = readonly ConfigEntry[];

/** Stored rows are replaced, never changed. */
function areSame(now: Entries, before: Entries): boolean {
  return now.length === before.length && now.every((entry, at) => entry === before[at]);
}

export const listConfigEntries: ReadMethod<EntryList, Entries> = {
  name: 'ConfigEntry.List',
  prepare(store, { kind, filter }, authorizer) {
    const known = kind === '' ? null : knownKind(kind);
    if (isRefusal(known)) return known;
    const matcher = known === null ? null : matcherOf(filter, entryFields(known));
    if (isRefusal(matcher)) return matcher;
    const sight = authorizer.isUnlimited ? null : new Sight(authorizer);
    return {
      read: () =>
        known === null ? { index: store.index('config-entries'), value: [] } : store.configEntries.list(known),
      watch: () => (known === null ? store.targets.allConfigEntries() : store.targets.configEntries(known)),
      missing: ({ value }) => value.length === 0,
      isSame: areSame,
      ...seenItems<ConfigEntry>(sight, maySee),
      ...(matcher === null
        ? {}
        : { narrowInSteps: (seen) => keepInSteps(seen, matcher, (entry) => matcher.matches(entry)) }),
    };
  },
};

/** Of these kinds; of all where none is named. */
export const listAllConfigEntries: ReadMethod<readonly string[], Entries> = {
  name: 'ConfigEntry.ListAll',
  prepare(store, kinds, authorizer) {
    const wanted = new Set(kinds);
    const sight = authorizer.isUnlimited ? null : new Sight(authorizer);
    return {
      read: () => store.configEntries.all(),
      watch: () => store.targets.allConfigEntries(),
      isSame: areSame,
      ...seenItems<ConfigEntry>(sight, maySee),
      narrow: (all) => (wanted.size === 0 ? all : all.filter((entry) => wanted.has(entry.Kind))),
    };
  },
};

/** A status is nobody's to write but that of who watches the gateways: what is stored stays. */
function withStoredStatus(entry: ConfigEntry, stored: ConfigEntry | null): ConfigEntry {
  if (!('Status' in entry) || stored === null || !('Status' in stored)) return entry;
  return { ...entry, Status: stored.Status } as ConfigEntry;
}

export interface JudgedEntry {
  readonly entry: ConfigEntry;
  readonly isChanged: boolean;
}

/** The entry as it is to be stored, or why it can't be. */
export function judgedEntry(given: ConfigEntry, stored: ConfigEntry | null): JudgedEntry | Refusal {
  const entry = withStoredStatus(normalizedEntry(given), stored);
  const error = entryError(entry, expressionError);
  if (error !== null) return refusal('failed', error);
  try {
    const content = entryContent(entry);
    const isChanged = stored === null || Buffer.compare(content, entryContent(stored)) !== 0;
    return { entry: { ...entry, Hash: contentHash(content) }, isChanged };
  } catch (thrown) {
    if (thrown instanceof EncodeError) return refusal('unencodable', thrown.message);
    throw thrown;
  }
}

export interface EntryWrite {
  readonly entry: ConfigEntry;
  /** The ModifyIndex that the entry must have now, 0: there must be none; null: whatever it is. */
  readonly compareIndex: number | null;
}

type Decision = ReturnType<WriteMethod<EntryWrite, boolean>['decide']>;

function propose(
  { datacenter }: LeaderView,
  { token }: Asker,
  Op: string,
  entry: ConfigEntry,
  compareIndex: number | null,
): Decision {
  const Entry = { ...entry, CreateIndex: 0, ModifyIndex: compareIndex ?? 0 };
  return {
    command: { type: CommandType.configEntry, body: { Datacenter: datacenter, Token: token, Op, Entry } },
    errorPrefix: '',
    reply: (result) => result.kind !== 'bool' || result.value,
  };
}

const DONE: Settled<boolean> = { reply: true };
const NOT_DONE: Settled<boolean> = { reply: false };

/** False: the entry is another one than was compared with. What is stored already isn't written again. */
export const applyConfigEntry: WriteMethod<EntryWrite, boolean> = {
  name: 'ConfigEntry.Apply',
  decide(leader, { entry: given, compareIndex }, asker) {
    const other = denial(asker.authorizer, ruleOf(given.Kind, 'write'), given.Name) ?? toPrimary(leader);
    if (other !== null) return other;
    const stored = leader.store.configEntries.get(given.Kind, given.Name).value as ConfigEntry | null;
    const written = judgedEntry(given, stored);
    if (isRefusal(written)) return written;
    if (!written.isChanged) return DONE;
    return propose(leader, asker, compareIndex === null ? 'upsert' : 'upsert-cas', written.entry, compareIndex);
  },
};

export interface EntryDelete {
  readonly kind: EntryKind;
  readonly name: string;
  /** null: whatever the entry is. */
  readonly compareIndex: number | null;
}

/** False: the entry is another one than was compared with. One that isn't there is as good as deleted. */
export const deleteConfigEntry: WriteMethod<EntryDelete, boolean> = {
  name: 'ConfigEntry.Delete',
  decide(leader, { kind, name, compareIndex }, asker) {
    const other = denial(asker.authorizer, ruleOf(kind, 'write'), name) ?? toPrimary(leader);
    if (other !== null) return other;
    const stored = leader.store.configEntries.get(kind, name).value;
    if (stored === null) return compareIndex === null ? DONE : NOT_DONE;
    const entry = emptyEntry(kind, name);
    return propose(leader, asker, compareIndex === null ? 'delete' : 'delete-cas', entry, compareIndex);
  },
};
