// /v1/config: writing, reading, listing and deleting config entries of all kinds.

import type { Kind } from '../../../../gotext/json-decode.js';
import { dynamic, map, string } from '../../../../gotext/json-kinds.js';
import { either, listOf, record } from '../../../../gotext/json-shape.js';
import { decodeEntry } from '../../../../wire/config-entries/decode.js';
import type { ConfigEntry } from '../../../../wire/config-entries/entries.js';
import { entryJson } from '../../../../wire/config-entries/json.js';
import type { Uint64 } from '../../../../wire/uint64.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable, PathRest } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { listText } from '../../http/message/json-pieces.js';
import { json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action, readChoice } from '../../http/operation.js';
import { anyText, uint64 } from '../../http/parameters/parameters.js';
import { anyEntry } from '../../json/config-entry-shapes.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import {
  applyConfigEntry,
  deleteConfigEntry,
  type EntryList,
  type EntryName,
  getConfigEntry,
  knownKind,
  listConfigEntries,
} from '../../methods/mesh/config-entry.js';

const DECODING_FAILED = 'Request decoding failed: ';

/** Null: the body says `null`. Which fields there are besides depends on the kind. */
const entryBody: Kind<ConfigEntry | null> = {
  goType: 'ConfigEntry',
  zero: null,
  inside: {
    is: 'struct',
    name: 'ConfigEntry',
    fields: [
      { name: 'Kind', kind: string },
      { name: 'Name', kind: string },
      { name: 'Meta', kind: map(string) },
    ],
  },
  read(value, at) {
    const decoded = decodeEntry(dynamic.read(value, at));
    if (decoded.ok) return decoded.entry;
    at.fail(decoded.error);
    return null;
  },
};

/** No log gets as far as a number that isn't exact. */
function indexOf(cas: Uint64 | null): number | null {
  return typeof cas === 'bigint' ? Number.MAX_SAFE_INTEGER : cas;
}

async function write(
  calls: Calls,
  { datacenter, asker }: ApiRequest,
  entry: ConfigEntry | null,
  cas: Uint64 | null,
): Promise<Reply> {
  if (entry === null) return text(400, `${DECODING_FAILED}Payload does not contain a kind/Kind key at the top level`);
  const asked = { entry, compareIndex: indexOf(cas) };
  const isWritten = await calls.write(applyConfigEntry, asked, datacenter, asker);
  return isRefusal(isWritten) ? refused(isWritten) : json(String(isWritten));
}

/** Kind and name, as far as they are given. */
function partsOf(rest: string): { readonly kind: string; readonly name: string | null } {
  const end = rest.indexOf('/');
  return end < 0 ? { kind: rest, name: null } : { kind: rest.slice(0, end), name: rest.slice(end + 1) };
}

async function remove(calls: Calls, { rest, datacenter, asker }: ApiRequest, cas: Uint64 | null): Promise<Reply> {
  const { kind, name } = partsOf(rest);
  if (name === null || name === '') return text(404, 'Must provide both a kind and name to delete');
  const known = knownKind(kind);
  if (isRefusal(known)) return text(400, known.text);
  const asked = { kind: known, name, compareIndex: indexOf(cas) };
  const isDeleted = await calls.write(deleteConfigEntry, asked, datacenter, asker);
  if (isRefusal(isDeleted)) return refused(isDeleted);
  return json(cas === null ? '{}' : String(isDeleted));
}

function badNumber(error: string): Reply {
  return text(500, error);
}

const one = {
  method: getConfigEntry,
  request: (_values: unknown, { rest }: ApiRequest): EntryName => {
    const { kind, name } = partsOf(rest);
    return { kind, name: name ?? '' };
  },
  reply: (entry: ConfigEntry | null, { kind, name }: EntryName) =>
    entry === null
      ? text(404, `Config entry not found for ${JSON.stringify(kind)} / ${JSON.stringify(name)}`)
      : json(entryJson(entry)),
};

const all = {
  method: listConfigEntries,
  request: ({ filter }: { readonly filter: string }, { rest }: ApiRequest): EntryList => ({ kind: rest, filter }),
  reply: (entries: readonly ConfigEntry[]) => json(listText(entries, entryJson)),
};

const ENTRY: PathRest = { name: 'entry', about: 'A kind, or a kind and a name: `KIND/NAME`.', missing: null };

export function configEndpoints(calls: Calls): EndpointTable {
  return [
    {
      path: '/v1/config',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          summary: 'Writes a config entry',
          acl: ['service:write', 'intention:write', 'mesh:write'],
          parameters: {
            cas: uint64('Writes only if the entry still has this ModifyIndex; 0: only if there is none.', badNumber),
          },
          body: jsonBody(entryBody, { options: { unknownFields: 'error' }, errorPrefix: DECODING_FAILED }),
          answer: 'boolean',
          run: (request, { cas }, body) => write(calls, request, body, cas),
        }),
      },
    },
    {
      path: '/v1/config/',
      rest: ENTRY,
      answeredBy: 'servers',
      methods: {
        GET: readChoice({
          summary: 'A config entry, or all of a kind',
          acl: ['service:read', 'intention:read', 'mesh:read'],
          effectiveConsistency: false,
          parameters: { filter: anyText('An expression that the entries of a list must fulfil.') },
          answer: either(anyEntry, listOf(anyEntry)),
          others: { 404: 'error' },
          choose: (_values, { rest }) => (rest.includes('/') ? one : all),
        }),
        DELETE: action({
          summary: 'Deletes a config entry',
          acl: ['service:write', 'intention:write', 'mesh:write'],
          parameters: { cas: uint64('Deletes only if the entry still has this ModifyIndex.', badNumber) },
          answer: either('boolean', record('Nothing', {})),
          others: { 404: 'error' },
          run: (request, { cas }) => remove(calls, request, cas),
        }),
      },
    },
  ];
}
