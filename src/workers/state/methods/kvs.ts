// KVS.*: one key, lists of entries and of keys, and the writes (spec/fsm.md, section 7; spec/rpc.md, "Rules of single methods").
// A lock is refused during a lock delay before anything is proposed: the delay is the leader's own knowledge.

import { type ApplyResult, CommandType, type KvOperation } from '../../../wire/commands.js';
import type { KvEntry } from '../../../wire/records.js';
import type { Uint64 } from '../../../wire/uint64.js';
import type { Authorizer } from '../acl/access.js';
import { denialText } from '../acl/denial.js';
import type { ReadResult, StoreReads, WatchTarget } from '../replica/store/read-api.js';
import type { PreparedRead, ReadMethod, WriteMethod } from './contract/method.js';
import { denial, type Refusal, refusal } from './contract/refusal.js';
import { Sight, seenItems } from './contract/sight.js';

export interface KvWrite {
  readonly op: KvOperation;
  /** A prefix for `delete-tree`. */
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly flags: Uint64;
  /** For locks; "" otherwise. */
  readonly session: string;
  /** The ModifyIndex to compare with, for `cas` and `delete-cas`; 0 otherwise. */
  readonly compareIndex: Uint64;
}

/** One object: made of functions it would be five, for each read and as long as it waits. */
class KeyRead implements PreparedRead<KvEntry | null> {
  readonly #store: StoreReads;
  readonly #key: string;

  constructor(store: StoreReads, key: string) {
    this.#store = store;
    this.#key = key;
  }

  read(): ReadResult<KvEntry | null> {
    return this.#store.kv.get(this.#key);
  }

  watch({ value }: ReadResult<KvEntry | null>): readonly WatchTarget[] {
    return this.#store.targets.kvKey(this.#key, value !== null);
  }

  missing({ value }: ReadResult<KvEntry | null>): boolean {
    return value === null;
  }
}

export const kvGet: ReadMethod<string, KvEntry | null> = {
  name: 'KVS.Get',
  prepare: (store, key, authorizer) => denial(authorizer, 'key:read', key) ?? new KeyRead(store, key),
};

/** With `acl.enable_key_list_policy` a list needs a rule of its own. */
function listDenial(authorizer: Authorizer, prefix: string): Refusal | null {
  return authorizer.listsKeysByRule ? denial(authorizer, 'key:list', prefix) : null;
}

function keySight(authorizer: Authorizer, prefix: string): Sight | null {
  return authorizer.isUnlimited || authorizer.allowsAll('key:read', prefix) ? null : new Sight(authorizer);
}

export const kvList: ReadMethod<string, readonly KvEntry[]> = {
  name: 'KVS.List',
  prepare(store, prefix, authorizer) {
    const denied = listDenial(authorizer, prefix);
    if (denied !== null) return denied;
    const sight = keySight(authorizer, prefix);
    return {
      read: () => store.kv.list(prefix),
      watch: () => store.targets.kvPrefix(prefix),
      ...seenItems<KvEntry>(sight, (asker, { Key }) => asker.authorizer.allows('key:read', Key)),
    };
  },
};

export interface KvKeysRequest {
  readonly prefix: string;
  /** Keys end behind the first one after the prefix; "" = whole keys. */
  readonly separator: string;
}

export const kvListKeys: ReadMethod<KvKeysRequest, readonly string[]> = {
  name: 'KVS.ListKeys',
  prepare(store, { prefix, separator }, authorizer) {
    const denied = listDenial(authorizer, prefix);
    if (denied !== null) return denied;
    const sight = keySight(authorizer, prefix);
    return {
      read: () => store.kv.keys(prefix, separator),
      watch: () => store.targets.kvPrefix(prefix),
      // A key that was cut is seen by whoever sees what it is cut to: so stock filters them.
      ...seenItems<string>(sight, (asker, key) => asker.authorizer.allows('key:read', key)),
    };
  },
};

/** Why not all keys with a prefix may be deleted; null: they may. */
export function treeDenial(authorizer: Authorizer, prefix: string): Refusal | null {
  if (authorizer.allowsAll('key:write', prefix)) return null;
  return refusal('denied', denialText(authorizer, 'key:write', prefix));
}

/** False when a condition didn't hold. */
function wasDone(result: ApplyResult): boolean {
  return result.kind !== 'bool' || result.value;
}

export const kvApply: WriteMethod<KvWrite, boolean> = {
  name: 'KVS.Apply',
  decide({ store, datacenter }, { op, key, value, flags, session, compareIndex }, { token, authorizer }) {
    const denied = op === 'delete-tree' ? treeDenial(authorizer, key) : denial(authorizer, 'key:write', key);
    if (denied !== null) return denied;
    if (key === '' && op !== 'delete-tree') return refusal('bad-request', 'Must provide key');
    if (op === 'lock' && store.kv.lockDelayed(key)) return { reply: false };
    // Written out: entries made by spreading have a shape of their own, which costs every reader of them.
    const DirEnt = {
      CreateIndex: 0,
      ModifyIndex: compareIndex,
      LockIndex: 0,
      Key: key,
      Flags: flags,
      Value: value,
      Session: session,
    };
    return {
      command: { type: CommandType.kvs, body: { Datacenter: datacenter, Token: token, Op: op, DirEnt } },
      errorPrefix: 'raft apply failed: ',
      reply: wasDone,
    };
  },
};
