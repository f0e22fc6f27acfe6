// /v1/kv/: what the parameters of a key/value request mean, and how its result is shown (spec/http.md, sections 2–4).

import { quoteJson } from '../../../../gotext/json-encode.js';
import { either, listOf } from '../../../../gotext/json-shape.js';
import type { KvOperation } from '../../../../wire/commands.js';
import type { KvEntry } from '../../../../wire/records.js';
import type { Uint64 } from '../../../../wire/uint64.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { anyBytes } from '../../http/items/body-format.js';
import { listText } from '../../http/message/json-pieces.js';
import { bare, json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { type AnyReadForm, action, type ReadForm, readChoice } from '../../http/operation.js';
import { anyText, flag, presentText, uint64, type Values } from '../../http/parameters/parameters.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { type KvKeysRequest, type KvWrite, kvApply, kvGet, kvList, kvListKeys } from '../../methods/kvs.js';
import { keyNameProblem } from '../../records/key-name.js';
import { kvEntryJson, kvEntryShape, kvListOfOneJson } from './kv-json.js';

export interface KvDependencies {
  readonly calls: Calls;
  /** Bytes; limits.kv_max_value_size. */
  readonly maxValueSize: () => number;
  /** Whether names of keys are held to what a path may be. */
  readonly validatesKeys: () => boolean;
}

const TRUE = json('true');
const FALSE = json('false');
const RAW_TYPE = 'text/plain';
const NO_BYTES = new Uint8Array(0);

const badNumber = (error: string): Reply => text(500, error);

const READ = {
  keys: flag('Lists the keys that begin with the path.'),
  recurse: flag('Lists the entries whose keys begin with the path.'),
  raw: flag('Answers the value alone.'),
  separator: anyText('With `keys`: lists up to the first of these behind the path.'),
} as const;

const PUT = {
  flags: uint64('A number that is kept with the value, for clients’ own use.', badNumber),
  cas: uint64('Writes only if the entry still has this ModifyIndex; 0: only if there is none.', badNumber),
  acquire: presentText('Writes only if the key can be locked for this session.'),
  release: presentText('Writes only if this session holds the key, and unlocks it.'),
} as const;

const DELETE = {
  recurse: flag('Deletes all keys that begin with the path.'),
  cas: uint64('Deletes only if the entry still has this ModifyIndex.', badNumber),
} as const;

export function kvEndpoints(dependencies: KvDependencies): EndpointTable {
  return [
    {
      path: '/v1/kv/',
      rest: { name: 'key', about: 'The key, or how it begins.', missing: text(400, 'Missing key name') },
      answeredBy: 'servers',
      methods: {
        GET: readChoice({
          summary: 'Reads a key, a list of entries, or one of keys',
          acl: ['key:read'],
          parameters: READ,
          emptyRestWith: ['keys', 'recurse'],
          answer: either(listOf(kvEntryShape), listOf('string')),
          alsoAs: 'text/plain',
          others: { 404: 'nothing' },
          effectiveConsistency: false,
          choose,
        }),
        PUT: action({
          summary: 'Writes a key, where conditions are given only if they hold',
          acl: ['key:write'],
          parameters: PUT,
          exclusive: {
            names: ['acquire', 'cas', 'release'],
            refuse: (shown) => text(400, `Conflicting flags: ${shown}\n`),
          },
          body: anyBytes(dependencies.maxValueSize, 'kv_max_value_size'),
          answer: 'boolean',
          run: (request, values, body) => put(dependencies, request, values, body),
        }),
        DELETE: action({
          summary: 'Deletes a key, or all that begin with the path',
          acl: ['key:write'],
          parameters: DELETE,
          emptyRestWith: ['recurse'],
          answer: 'boolean',
          run: (request, values) => remove(dependencies, request, values),
        }),
      },
    },
  ];
}

type Read = Values<typeof READ>;

function choose({ keys: wantsKeys, recurse, raw }: Read): AnyReadForm<Read> {
  if (wantsKeys) return keys;
  if (recurse) return list;
  return raw ? rawValue : entry;
}

const keyOf = (_values: Read, { rest }: ApiRequest): string => rest;

const entry: ReadForm<Read, string, KvEntry | null> = {
  method: kvGet,
  request: keyOf,
  reply: (value) => (value === null ? bare(404) : json(kvListOfOneJson(value))),
};

const rawValue: ReadForm<Read, string, KvEntry | null> = {
  method: kvGet,
  request: keyOf,
  reply(value) {
    if (value === null) return bare(404);
    return { status: 200, contentType: RAW_TYPE, body: value.Value ?? NO_BYTES, headers: [] };
  },
};

const list: ReadForm<Read, string, readonly KvEntry[]> = {
  method: kvList,
  request: keyOf,
  reply: (value) => (value.length === 0 ? bare(404) : json(listText(value, kvEntryJson))),
};

const keys: ReadForm<Read, KvKeysRequest, readonly string[]> = {
  method: kvListKeys,
  request: ({ separator }, { rest }) => ({ prefix: rest, separator }),
  reply: (value) => (value.length === 0 ? bare(404) : json(listText(value, quoteJson))),
};

const REMOVED: KvWrite = { op: 'delete', key: '', value: null, flags: 0, session: '', compareIndex: 0 };

function put(
  dependencies: KvDependencies,
  request: ApiRequest,
  { flags, cas, acquire, release }: Values<typeof PUT>,
  value: Uint8Array,
): Reply | Promise<Reply> {
  const problem = dependencies.validatesKeys() ? keyNameProblem(request.rest) : null;
  if (problem !== null) return text(400, problem);
  let op: KvOperation = 'set';
  let compareIndex: Uint64 = 0;
  if (cas !== null) {
    op = 'cas';
    compareIndex = cas;
  } else if (acquire !== null) {
    op = 'lock';
  } else if (release !== null) {
    op = 'unlock';
  }
  const session = acquire ?? release ?? '';
  return apply(dependencies, request, { op, key: request.rest, value, flags: flags ?? 0, session, compareIndex });
}

function remove(
  dependencies: KvDependencies,
  request: ApiRequest,
  { recurse, cas }: Values<typeof DELETE>,
): Promise<Reply> {
  const { rest: key } = request;
  if (recurse) return apply(dependencies, request, { ...REMOVED, op: 'delete-tree', key });
  if (cas === null) return apply(dependencies, request, { ...REMOVED, key });
  return apply(dependencies, request, { ...REMOVED, op: 'delete-cas', key, compareIndex: cas });
}

async function apply({ calls }: KvDependencies, request: ApiRequest, write: KvWrite): Promise<Reply> {
  const outcome = await calls.write(kvApply, write, request.datacenter, request.asker);
  if (isRefusal(outcome)) return refused(outcome);
  return outcome ? TRUE : FALSE;
}
