// The rows of ConfigEntry.*. Bodies that hold entries are one raw value each, with what follows in it back to back: an entry's
// form depends on its kind, which stands before it.

import { list } from '../../../../../msgpack/collections.js';
import {
  configEntryDeletion,
  configEntryRequest,
  entryKind,
  readKindName,
} from '../../../../../msgpack/config-entries.js';
import { inRaw } from '../../../../../msgpack/in-raw.js';
import { bool, int, type Kind, text } from '../../../../../msgpack/kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { ConfigEntryRequest } from '../../../../../wire/commands.js';
import { type ConfigEntry, emptyEntry } from '../../../../../wire/config-entries/entries.js';
import {
  applyConfigEntry,
  deleteConfigEntry,
  type EntryDelete,
  type EntryList,
  type EntryName,
  type EntryWrite,
  getConfigEntry,
  listAllConfigEntries,
  listConfigEntries,
} from '../../../methods/mesh/config-entry.js';
import { UNLIMITED } from '../lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds, unset } from '../query-options.js';
import type { ReadRow, Row, WriteRow } from '../row.js';

interface EntryArguments extends QueryOptions {
  readonly Kind: string;
  readonly Name: string;
}

const entryArguments = struct<EntryArguments>({ Datacenter: text, Kind: text, Name: text, ...queryOptionKinds });

interface AllArguments extends QueryOptions {
  readonly Kinds: readonly string[] | null;
}

const allArguments = struct<AllArguments>({ Datacenter: text, Kinds: list(text), ...queryOptionKinds });

const queryMeta = struct<QueryMeta>(queryMetaKinds);

interface EntryReply extends QueryMeta {
  readonly Entry: ConfigEntry | null;
}

/** The kind, the entry if there is one, and where it comes from. */
const entryReply: Kind<EntryReply> = inRaw<EntryReply>({
  zero: { Entry: null, ...unset },
  isEmpty: () => false,
  write(writer, reply) {
    writer.text(reply.Entry?.Kind ?? '');
    if (reply.Entry !== null) entryKind(reply.Entry.Kind).write(writer, reply.Entry);
    queryMeta.write(writer, reply);
  },
  read(reader) {
    const isThere = reader.peek() !== EMPTY_TEXT;
    const kind = isThere ? readKindName(reader) : null;
    if (!isThere) reader.text();
    const Entry = kind === null ? null : entryKind(kind).read(reader);
    return { Entry, ...queryMeta.read(reader) };
  },
});
/** How msgpack begins "". */
const EMPTY_TEXT = 0xa0;

interface ListReply extends QueryMeta {
  readonly Kind: string;
  readonly Entries: readonly ConfigEntry[];
}

interface ListMap extends QueryMeta {
  readonly Kind: string;
  readonly Entries: readonly ConfigEntry[] | null;
}

/** With entries of no kind: there are none. */
const NO_ENTRY: Kind<ConfigEntry> = entryKind('service-defaults');

function listMap(of: Kind<ConfigEntry>): Kind<ListMap> {
  return struct<ListMap>({ Kind: text, Entries: list(of, UNLIMITED), ...queryMetaKinds });
}

/** How many, of which kind, and the list itself. */
const listReply: Kind<ListReply> = inRaw<ListReply>({
  zero: { Kind: '', Entries: [], ...unset },
  isEmpty: () => false,
  write(writer, reply) {
    writer.unsigned(reply.Entries.length);
    writer.text(reply.Kind);
    listMap(reply.Entries[0] ? entryKind(reply.Entries[0].Kind) : NO_ENTRY).write(writer, reply);
  },
  read(reader) {
    int.read(reader);
    const isOfNone = reader.peek() === EMPTY_TEXT;
    const kind = isOfNone ? null : readKindName(reader);
    if (isOfNone) reader.text();
    const reply = listMap(kind === null ? NO_ENTRY : entryKind(kind)).read(reader);
    return { ...reply, Entries: reply.Entries ?? [] };
  },
});

interface AllReply extends QueryMeta {
  readonly Entries: readonly ConfigEntry[];
}

/** How many, each with its kind before it, and where they come from. */
const allReply: Kind<AllReply> = inRaw<AllReply>({
  zero: { Entries: [], ...unset },
  isEmpty: () => false,
  write(writer, reply) {
    writer.unsigned(reply.Entries.length);
    for (const entry of reply.Entries) {
      writer.text(entry.Kind);
      entryKind(entry.Kind).write(writer, entry);
    }
    queryMeta.write(writer, reply);
  },
  read(reader) {
    const count = int.read(reader);
    const Entries: ConfigEntry[] = [];
    while (Entries.length < count && reader.problem === null) {
      const kind = readKindName(reader);
      if (kind !== null) Entries.push(entryKind(kind).read(reader));
    }
    return { Entries, ...queryMeta.read(reader) };
  },
});

const get: ReadRow<EntryArguments, EntryReply, EntryName, ConfigEntry | null> = {
  kind: 'read',
  method: getConfigEntry,
  arguments: entryArguments,
  reply: entryReply,
  request: ({ Kind: kind, Name: name }) => ({ kind, name }),
  ask: ({ kind, name }, options) => ({ Kind: kind, Name: name, ...options }),
  show: (Entry, meta) => ({ Entry, ...meta }),
  value: ({ Entry }) => Entry,
};

const ofKind: ReadRow<EntryArguments, ListReply, EntryList, readonly ConfigEntry[]> = {
  kind: 'read',
  method: listConfigEntries,
  arguments: entryArguments,
  reply: listReply,
  request: ({ Kind: kind, Filter: filter }) => ({ kind, filter }),
  ask: ({ kind, filter }, options) => ({ Kind: kind, Name: '', ...options, Filter: filter }),
  show: (Entries, meta, { kind }) => ({ Kind: kind, Entries, ...meta }),
  value: ({ Entries }) => Entries,
};

const all: ReadRow<AllArguments, AllReply, readonly string[], readonly ConfigEntry[]> = {
  kind: 'read',
  method: listAllConfigEntries,
  arguments: allArguments,
  reply: allReply,
  request: ({ Kinds }) => Kinds ?? [],
  ask: (kinds, options) => ({ Kinds: kinds.length === 0 ? null : kinds, ...options }),
  show: (Entries, meta) => ({ Entries, ...meta }),
  value: ({ Entries }) => Entries,
};

/** Also how the leader is asked by another server: what the entry says of its indexes is what it is compared with. */
const apply: WriteRow<ConfigEntryRequest, boolean, EntryWrite, boolean> = {
  kind: 'write',
  method: applyConfigEntry,
  arguments: configEntryRequest,
  reply: bool,
  request: ({ Op, Entry }) => ({ entry: Entry, compareIndex: Op === 'upsert-cas' ? Entry.ModifyIndex : null }),
  ask: ({ entry, compareIndex }, { Datacenter, Token }) => ({
    Datacenter,
    Token,
    Op: compareIndex === null ? 'upsert' : 'upsert-cas',
    Entry: { ...entry, ModifyIndex: compareIndex ?? 0 },
  }),
  show: (isWritten) => isWritten,
  value: (isWritten) => isWritten,
};

interface Deleted {
  readonly Deleted: boolean;
}

const remove: WriteRow<ConfigEntryRequest, Deleted, EntryDelete, boolean> = {
  kind: 'write',
  method: deleteConfigEntry,
  arguments: configEntryDeletion,
  reply: struct<Deleted>({ Deleted: bool }),
  request: ({ Op, Entry }) => ({
    kind: Entry.Kind,
    name: Entry.Name,
    compareIndex: Op === 'delete-cas' ? Entry.ModifyIndex : null,
  }),
  ask: ({ kind, name, compareIndex }, { Datacenter, Token }) => ({
    Datacenter,
    Token,
    Op: compareIndex === null ? '' : 'delete-cas',
    Entry: { ...emptyEntry(kind, name), ModifyIndex: compareIndex ?? 0 },
  }),
  show: (isDeleted) => ({ Deleted: isDeleted }),
  value: ({ Deleted }) => Deleted,
};

export const configEntryRows: readonly Row[] = [get, ofKind, all, apply, remove];
