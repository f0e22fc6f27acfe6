// /v1/kv/: one key, lists of keys and entries, writes with check-and-set and locks (spec/http.md, sections 2–4; spec/fsm.md,
// section 7). A lock is refused during a lock delay before anything is proposed.

import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { parseGoUint } from '../../../gotext/numbers.js';
import { CommandType, type KvOperation } from '../../../wire/commands.js';
import type { KvEntry } from '../../../wire/records.js';
import type { Uint64 } from '../../../wire/uint64.js';
import {
  type ApiRequest,
  bare,
  type EndpointTable,
  json,
  type PreparedRead,
  type Read,
  type Reply,
  text,
} from '../http/endpoint.js';
import type { StoreReads } from '../store/read-api.js';
import { kvEntryJson } from './kv-json.js';
import type { Writes } from './writes.js';

export interface KvDependencies {
  readonly store: StoreReads;
  readonly writes: Writes;
  /** Bytes; limits.kv_max_value_size. */
  readonly maxValueSize: () => number;
}

const TRUE = json('true');
const FALSE = json('false');
const MISSING_KEY = text(400, 'Missing key name');
const RAW_TYPE = 'text/plain';
const NO_BYTES = new Uint8Array(0);

export function kvEndpoints(dependencies: KvDependencies): EndpointTable {
  const get: Read<unknown> = {
    kind: 'read',
    effectiveConsistency: false,
    prepare: (request) => prepareRead(dependencies.store, request),
  };
  return [
    {
      path: '/v1/kv/',
      answeredBy: 'servers',
      acl: 'key',
      methods: {
        GET: get,
        PUT: (request) => put(dependencies, request),
        DELETE: (request) => remove(dependencies, request),
      },
    },
  ];
}

function prepareRead(store: StoreReads, request: ApiRequest): PreparedRead<unknown> | Reply {
  const { query, rest } = request;
  if (query.has('keys')) return keysRead(store, rest, query.first('separator')) as PreparedRead<unknown>;
  if (query.has('recurse')) return listRead(store, rest) as PreparedRead<unknown>;
  if (rest === '') return MISSING_KEY;
  return entryRead(store, rest, query.has('raw')) as PreparedRead<unknown>;
}

function entryRead(store: StoreReads, key: string, raw: boolean): PreparedRead<KvEntry | null> {
  return {
    read: () => store.kv.get(key),
    watch: (result) => store.targets.kvKey(key, result.value !== null),
    missing: (result) => result.value === null,
    reply: ({ value }) => {
      if (value === null) return bare(404);
      if (raw) return { status: 200, contentType: RAW_TYPE, body: value.Value ?? NO_BYTES, headers: [] };
      return json(`[${kvEntryJson(value)}]`);
    },
  };
}

function listRead(store: StoreReads, prefix: string): PreparedRead<readonly KvEntry[]> {
  return {
    read: () => store.kv.list(prefix),
    watch: () => store.targets.kvPrefix(prefix),
    reply: ({ value }) => (value.length === 0 ? bare(404) : json(listJson(value, kvEntryJson))),
  };
}

function keysRead(store: StoreReads, prefix: string, separator: string): PreparedRead<readonly string[]> {
  return {
    read: () => store.kv.keys(prefix, separator),
    watch: () => store.targets.kvPrefix(prefix),
    reply: ({ value }) => (value.length === 0 ? bare(404) : json(listJson(value, quoteJson))),
  };
}

/** Two of these in one request contradict each other. */
const EXCLUSIVE = ['acquire', 'cas', 'release'] as const;

function conflict(request: ApiRequest): Reply | null {
  const present = EXCLUSIVE.filter((name) => request.query.has(name));
  if (present.length < 2) return null;
  const shown = present.map((name) => `${name}=${request.query.first(name)}`).join('&');
  return text(400, `Conflicting flags: ${shown}\n`);
}

type Parsed = { readonly ok: true; readonly value: Uint64 } | { readonly ok: false; readonly reply: Reply };

function unsigned(value: string): Parsed {
  const parsed = parseGoUint(value);
  return parsed.ok ? parsed : { ok: false, reply: text(500, parsed.error) };
}

interface Operation {
  readonly op: KvOperation;
  readonly session: string;
  readonly compareIndex: number;
}

async function put(dependencies: KvDependencies, request: ApiRequest): Promise<Reply> {
  const { query, rest: key } = request;
  if (key === '') return MISSING_KEY;
  const refused = conflict(request);
  if (refused) return refused;
  let flags: Uint64 = 0;
  if (query.has('flags')) {
    const parsed = unsigned(query.first('flags'));
    if (!parsed.ok) return parsed.reply;
    flags = parsed.value;
  }
  let operation: Operation = { op: 'set', session: '', compareIndex: 0 };
  if (query.has('cas')) {
    const parsed = unsigned(query.first('cas'));
    if (!parsed.ok) return parsed.reply;
    operation = { op: 'cas', session: '', compareIndex: Number(parsed.value) };
  } else if (query.has('acquire')) operation = { op: 'lock', session: query.first('acquire'), compareIndex: 0 };
  else if (query.has('release')) operation = { op: 'unlock', session: query.first('release'), compareIndex: 0 };

  const limit = dependencies.maxValueSize();
  const body = await request.body(limit, 'kv_max_value_size');
  if (!body.ok) return body.reply;
  return apply(dependencies, request, key, operation, flags, body.bytes);
}

async function remove(dependencies: KvDependencies, request: ApiRequest): Promise<Reply> {
  const { query, rest: key } = request;
  if (query.has('recurse')) {
    return apply(dependencies, request, key, { op: 'delete-tree', session: '', compareIndex: 0 }, 0, null);
  }
  if (key === '') return MISSING_KEY;
  if (!query.has('cas')) {
    return apply(dependencies, request, key, { op: 'delete', session: '', compareIndex: 0 }, 0, null);
  }
  const parsed = unsigned(query.first('cas'));
  if (!parsed.ok) return parsed.reply;
  const operation: Operation = { op: 'delete-cas', session: '', compareIndex: Number(parsed.value) };
  return apply(dependencies, request, key, operation, 0, null);
}

async function apply(
  dependencies: KvDependencies,
  request: ApiRequest,
  key: string,
  operation: Operation,
  flags: Uint64,
  value: Uint8Array | null,
): Promise<Reply> {
  const { store, writes } = dependencies;
  const refused = writes.refuseDatacenter(request);
  if (refused) return refused;
  if (operation.op === 'lock') {
    const leaderless = await writes.refuseLeaderless();
    if (leaderless) return leaderless;
    if (store.kv.lockDelayed(key, Date.now())) return FALSE;
  }
  const outcome = await writes.commit(
    {
      type: CommandType.kvs,
      body: {
        Datacenter: writes.datacenter,
        Token: request.identity.token,
        Op: operation.op,
        DirEnt: {
          CreateIndex: 0,
          ModifyIndex: operation.compareIndex,
          LockIndex: 0,
          Key: key,
          Flags: flags,
          Value: value,
          Session: operation.session,
        },
      },
    },
    'raft apply failed: ',
  );
  if (!outcome.ok) return outcome.reply;
  const { result } = outcome.committed;
  return result.kind === 'bool' && !result.value ? FALSE : TRUE;
}
