// The rows of KVS.*.

import { list } from '../../../../msgpack/collections.js';
import { bool, text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { KvOperation, KvsRequest } from '../../../../wire/commands.js';
import type { KvEntry } from '../../../../wire/records.js';
import { kvsSchema } from '../../../../wire/schema/commands.js';
import { kvEntrySchema } from '../../../../wire/schema/state.js';
import { refusal } from '../../methods/contract/refusal.js';
import { type KvKeysRequest, type KvWrite, kvApply, kvGet, kvList, kvListKeys } from '../../methods/kvs.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from './query-options.js';
import type { ReadRow, Row, WriteRow } from './row.js';

interface KeyArguments extends QueryOptions {
  readonly Key: string;
}

interface EntriesReply extends QueryMeta {
  readonly Entries: readonly KvEntry[] | null;
}

const keyArguments = struct<KeyArguments>({ Datacenter: text, Key: text, ...queryOptionKinds });
const entriesReply = struct<EntriesReply>({
  Entries: list(recordKind(kvEntrySchema), UNLIMITED),
  ...queryMetaKinds,
});

const get: ReadRow<KeyArguments, EntriesReply, string, KvEntry | null> = {
  kind: 'read',
  method: kvGet,
  arguments: keyArguments,
  reply: entriesReply,
  request: ({ Key }) =>
    Key === '' ? refusal('failed', 'failed kvs lookup: index error: object is missing a value for this index') : Key,
  ask: (key, options) => ({ Key: key, ...options }),
  show: (entry, meta) => ({ Entries: entry === null ? null : [entry], ...meta }),
  value: ({ Entries }) => Entries?.[0] ?? null,
};

const listEntries: ReadRow<KeyArguments, EntriesReply, string, readonly KvEntry[]> = {
  kind: 'read',
  method: kvList,
  arguments: keyArguments,
  reply: entriesReply,
  request: ({ Key }) => Key,
  ask: (prefix, options) => ({ Key: prefix, ...options }),
  show: (entries, meta) => ({ Entries: emptyAsNil(entries), ...meta }),
  value: ({ Entries }) => Entries ?? [],
};

interface KeysArguments extends QueryOptions {
  readonly Prefix: string;
  /** So it is spelled on the wire. */
  readonly Seperator: string;
}

interface KeysReply extends QueryMeta {
  readonly Keys: readonly string[] | null;
}

const keys: ReadRow<KeysArguments, KeysReply, KvKeysRequest, readonly string[]> = {
  kind: 'read',
  method: kvListKeys,
  arguments: struct<KeysArguments>({ Datacenter: text, Prefix: text, Seperator: text, ...queryOptionKinds }),
  reply: struct<KeysReply>({ Keys: list(text, UNLIMITED), ...queryMetaKinds }),
  request: ({ Prefix, Seperator }) => ({ prefix: Prefix, separator: Seperator }),
  ask: ({ prefix, separator }, options) => ({ Prefix: prefix, Seperator: separator, ...options }),
  show: (found, meta) => ({ Keys: emptyAsNil(found), ...meta }),
  value: ({ Keys }) => Keys ?? [],
};

const OPERATIONS: ReadonlySet<string> = new Set<KvOperation>([
  'set',
  'cas',
  'lock',
  'unlock',
  'delete',
  'delete-cas',
  'delete-tree',
]);

function isOperation(op: string): op is KvOperation {
  return OPERATIONS.has(op);
}

/** What isn't conditional is always done, and answered with `false`. */
function isConditional(op: KvOperation): boolean {
  return op === 'cas' || op === 'lock' || op === 'unlock' || op === 'delete-cas';
}

const apply: WriteRow<KvsRequest, boolean, KvWrite, boolean> = {
  kind: 'write',
  method: kvApply,
  arguments: recordKind(kvsSchema),
  reply: bool,
  request({ Op, DirEnt }) {
    if (!isOperation(Op)) return refusal('failed', `unknown KV operation: ${Op}`);
    const { Key: key, Value: value, Flags: flags, Session: session, ModifyIndex: compareIndex } = DirEnt;
    return { op: Op, key, value, flags, session, compareIndex };
  },
  ask: ({ op, key, value, flags, session, compareIndex }, { Datacenter, Token }) => ({
    Datacenter,
    Op: op,
    Token,
    DirEnt: {
      CreateIndex: 0,
      ModifyIndex: compareIndex,
      LockIndex: 0,
      Key: key,
      Flags: flags,
      Value: value,
      Session: session,
    },
  }),
  show: (isDone, { op }) => isDone && isConditional(op),
  value: (isDone, { op }) => isDone || !isConditional(op),
};

export const kvRows: readonly Row[] = [get, listEntries, keys, apply];
