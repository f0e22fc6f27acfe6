// /v1/kv/: what the parameters of a key/value request mean, and how its result is shown (spec/http.md, sections 2–4).

import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { parseGoUint } from '../../../gotext/numbers.js';
import type { KvOperation } from '../../../wire/commands.js';
import type { KvEntry } from '../../../wire/records.js';
import type { Uint64 } from '../../../wire/uint64.js';
import type { Calls } from '../calls/calls.js';
import type { AnyRead, EndpointTable, ReadEndpoint } from '../http/endpoint.js';
import { bare, json, type Reply, refused, text } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { slicedList } from '../http/sliced-list.js';
import { type KvKeysRequest, type KvWrite, kvApply, kvGet, kvList, kvListKeys } from '../methods/kvs.js';
import { isRefusal } from '../methods/refusal.js';
import { kvEntryJson } from './kv-json.js';

export interface KvDependencies {
  readonly calls: Calls;
  /** Bytes; limits.kv_max_value_size. */
  readonly maxValueSize: () => number;
}

/** Bytes of values up to which a list is made in one go. */
const MAX_TEXT_VALUES = 4 * 1024 * 1024;

const TRUE = json('true');
const FALSE = json('false');
const MISSING_KEY = text(400, 'Missing key name');
const RAW_TYPE = 'text/plain';
const NO_BYTES = new Uint8Array(0);

export function kvEndpoints(dependencies: KvDependencies): EndpointTable {
  return [
    {
      path: '/v1/kv/',
      answeredBy: 'servers',
      acl: { GET: ['key:read'], PUT: ['key:write'], DELETE: ['key:write'] },
      methods: {
        GET: { kind: 'read-choice', choose },
        PUT: (request) => put(dependencies, request),
        DELETE: (request) => remove(dependencies, request),
      },
    },
  ];
}

function choose({ query, rest }: ApiRequest): AnyRead | Reply {
  if (query.has('keys')) return keys;
  if (query.has('recurse')) return list;
  if (rest === '') return MISSING_KEY;
  return query.has('raw') ? rawValue : entry;
}

const row = { kind: 'read', effectiveConsistency: false } as const;

const entry: ReadEndpoint<string, KvEntry | null> = {
  ...row,
  method: kvGet,
  request: ({ rest }) => rest,
  reply: (value) => (value === null ? bare(404) : json(`[${kvEntryJson(value)}]`)),
};

const rawValue: ReadEndpoint<string, KvEntry | null> = {
  ...row,
  method: kvGet,
  request: ({ rest }) => rest,
  reply(value) {
    if (value === null) return bare(404);
    return { status: 200, contentType: RAW_TYPE, body: value.Value ?? NO_BYTES, headers: [] };
  },
};

const list: ReadEndpoint<string, readonly KvEntry[]> = {
  ...row,
  method: kvList,
  request: ({ rest }) => rest,
  reply(value) {
    if (value.length === 0) return bare(404);
    if (!isLarge(value)) return json(listJson(value, kvEntryJson));
    return { ...json(''), body: slicedList(value, kvEntryJson) };
  },
};

/** Whether the values come to more than one text should hold. */
function isLarge(entries: readonly KvEntry[]): boolean {
  let bytes = 0;
  for (const { Value } of entries) {
    bytes += Value === null ? 0 : Value.length;
    if (bytes > MAX_TEXT_VALUES) return true;
  }
  return false;
}

const keys: ReadEndpoint<KvKeysRequest, readonly string[]> = {
  ...row,
  method: kvListKeys,
  request: ({ query, rest }) => ({ prefix: rest, separator: query.first('separator') }),
  reply: (value) => (value.length === 0 ? bare(404) : json(listJson(value, quoteJson))),
};

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

const DELETE: KvWrite = { op: 'delete', key: '', value: null, flags: 0, session: '', compareIndex: 0 };

async function put(dependencies: KvDependencies, request: ApiRequest): Promise<Reply> {
  const { query, rest: key } = request;
  if (key === '') return MISSING_KEY;
  const contradiction = conflict(request);
  if (contradiction) return contradiction;
  let flags: Uint64 = 0;
  if (query.has('flags')) {
    const parsed = unsigned(query.first('flags'));
    if (!parsed.ok) return parsed.reply;
    flags = parsed.value;
  }
  let op: KvOperation = 'set';
  let session = '';
  let compareIndex: Uint64 = 0;
  if (query.has('cas')) {
    const parsed = unsigned(query.first('cas'));
    if (!parsed.ok) return parsed.reply;
    op = 'cas';
    compareIndex = parsed.value;
  } else if (query.has('acquire')) {
    op = 'lock';
    session = query.first('acquire');
  } else if (query.has('release')) {
    op = 'unlock';
    session = query.first('release');
  }

  const body = await request.body(dependencies.maxValueSize(), 'kv_max_value_size');
  if (!body.ok) return body.reply;
  return apply(dependencies, request, { op, key, value: body.bytes, flags, session, compareIndex });
}

async function remove(dependencies: KvDependencies, request: ApiRequest): Promise<Reply> {
  const { query, rest: key } = request;
  if (query.has('recurse')) return apply(dependencies, request, { ...DELETE, op: 'delete-tree', key });
  if (key === '') return MISSING_KEY;
  if (!query.has('cas')) return apply(dependencies, request, { ...DELETE, key });
  const parsed = unsigned(query.first('cas'));
  if (!parsed.ok) return parsed.reply;
  return apply(dependencies, request, { ...DELETE, op: 'delete-cas', key, compareIndex: parsed.value });
}

async function apply({ calls }: KvDependencies, request: ApiRequest, write: KvWrite): Promise<Reply> {
  const outcome = await calls.write(kvApply, write, request.datacenter, request.asker);
  if (isRefusal(outcome)) return refused(outcome);
  return outcome ? TRUE : FALSE;
}
