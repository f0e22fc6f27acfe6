// /v1/connect/intentions: who may call whom. By name, by the IDs of the old way, all of them, those that match a service, and what
// they say of two services.

import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { dynamic, index, int, map, string } from '../../../../gotext/json-kinds.js';
import { listOf, mapOf, nullable, record } from '../../../../gotext/json-shape.js';
import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import { formJson } from '../../../../wire/config-entries/json.js';
import { type IntentionRecord, intentionFields, intentionForm } from '../../../../wire/mesh/intentions.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable, PathRest } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { listText } from '../../http/message/json-pieces.js';
import { isReply, json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action, read } from '../../http/operation.js';
import { anyText, presentText, required, texts } from '../../http/parameters/parameters.js';
import { shapeOf } from '../../json/config-entry-shapes.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import {
  applyIntention,
  checkIntention,
  getIntention,
  INTENTION_NOT_FOUND,
  type IntentionMatch,
  idProblem,
  listIntentions,
  type Matches,
  matchIntentions,
} from '../../methods/mesh/intention.js';
import { formBody } from '../form-body.js';

const TRUE = json('true');

/** Indexes, times and the like are nobody's to say: they are taken and not looked at. */
const intentionBody = struct('Intention', {
  ID: string,
  Description: string,
  SourceNS: string,
  SourceName: string,
  SourcePartition: string,
  SourcePeer: string,
  SourceSamenessGroup: string,
  DestinationNS: string,
  DestinationName: string,
  DestinationPartition: string,
  SourceType: string,
  Action: string,
  Permissions: formBody(intentionFields.Permissions, 'IntentionPermission'),
  DefaultAddr: string,
  DefaultPort: int,
  Meta: map(string),
  Precedence: int,
  CreatedAt: dynamic,
  UpdatedAt: dynamic,
  Hash: dynamic,
  CreateIndex: index,
  ModifyIndex: index,
});
type Body = DecodedBy<typeof intentionBody>;

const body = jsonBody(intentionBody, { options: { unknownFields: 'error' } });
const intentionShape = shapeOf(intentionForm, 'Intention');

function intentionJson(intention: IntentionRecord): string {
  return formJson(intentionForm, intention);
}

function intentionOf(given: Body): IntentionRecord {
  const { DefaultAddr: _address, DefaultPort: _port, ...rest } = given;
  return { ...intentionForm.zero, ...rest, CreatedAt: null, UpdatedAt: null, Hash: '' };
}

const MISSING = (name: string): Reply => text(500, `required query parameter '${name}' not set`);

const PAIR = {
  source: required(presentText('The service that calls; `*` for all.'), MISSING('source')),
  destination: required(presentText('The service that is called; `*` for all.'), MISSING('destination')),
} as const;

interface Pair {
  readonly source: string;
  readonly destination: string;
}

/** A name may stand behind its namespace, and that behind its partition: there is only one of each. */
function nameIn(given: string): string | Reply {
  const parts = given.split('/');
  const name = parts.pop() ?? '';
  if (parts.length > 2) return text(500, `input can contain at most two '/'`);
  return parts.every((part) => part === 'default' || part === '')
    ? name
    : text(500, `Invalid namespace or partition in "${given}": these are a Consul Enterprise feature`);
}

/** The names in the query take the place of everything that the body says of both sides. */
function namesOf({ source, destination }: Pair): Partial<IntentionRecord> {
  const elsewhere = { SourceNS: '', SourcePartition: '', DestinationNS: '', DestinationPartition: '' };
  return { SourceName: source, DestinationName: destination, ...elsewhere };
}

function pairIn({
  source,
  destination,
}: {
  readonly source: string | null;
  readonly destination: string | null;
}): Pair | Reply {
  const from = nameIn(source ?? '');
  const to = nameIn(destination ?? '');
  if (typeof from !== 'string') return from;
  return typeof to === 'string' ? { source: from, destination: to } : to;
}

async function apply(
  calls: Calls,
  { datacenter, asker }: ApiRequest,
  op: string,
  intention: IntentionRecord,
  shown: (id: string) => Reply,
): Promise<Reply> {
  const id = await calls.write(applyIntention, { op, intention }, datacenter, asker);
  return isRefusal(id) ? refused(id) : shown(id);
}

function idJson(id: string): Reply {
  return json(`{"ID":${quoteJson(id)}}`);
}

function exactOperation(
  calls: Calls,
  request: ApiRequest,
  op: string,
  pair: Pair | Reply,
  given: Body | null,
): Promise<Reply> | Reply {
  if (isReply(pair)) return pair;
  const intention = given === null ? intentionForm.zero : intentionOf(given);
  return apply(calls, request, op, { ...intention, ...namesOf(pair) }, () => TRUE);
}

const one = {
  effectiveConsistency: false,
  isBare: true,
  method: getIntention,
  reply: (found: IntentionRecord | null) =>
    found === null ? refused(INTENTION_NOT_FOUND) : json(intentionJson(found)),
} as const;

const list = read({
  summary: 'All intentions, what counts first first',
  acl: ['intention:read'],
  parameters: { filter: anyText('An expression of the filter language; what it holds for is shown.') },
  effectiveConsistency: false,
  failureHeaders: true,
  answer: listOf(intentionShape),
  method: listIntentions,
  request: ({ filter }) => ({ filter }),
  reply: (found) => json(listText(found, intentionJson)),
});

const match = read({
  summary: 'The intentions that concern services, what counts first first',
  acl: ['intention:read'],
  parameters: {
    by: required(presentText('`source` or `destination`.'), MISSING('by')),
    name: texts('The name of a service.'),
  },
  effectiveConsistency: true,
  cacheable: true,
  answer: mapOf(nullable(listOf(intentionShape))),
  method: matchIntentions,
  request({ by, name: names }): IntentionMatch | Reply {
    if (by !== 'source' && by !== 'destination') {
      return text(500, "'by' parameter must be one of 'source' or 'destination'");
    }
    if (names.length === 0) return MISSING('name');
    const found: string[] = [];
    for (const given of names) {
      const name = nameIn(given);
      if (typeof name !== 'string') return name;
      found.push(name);
    }
    return { side: by, names: found };
  },
  reply: (matches, { names }) => json(matchesJson(matches, names)),
});

function matchesJson(matches: Matches, names: readonly string[]): string {
  const byName = new Map(names.map((name, at) => [name, matches[at] ?? []]));
  const members = [...byName]
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([name, found]) => {
      return `${quoteJson(name)}:${listJson(found.length === 0 ? null : found, intentionJson)}`;
    });
  return `{${members.join(',')}}`;
}

const ID: PathRest = { name: 'intention', about: 'The ID of an intention.', missing: refused(INTENTION_NOT_FOUND) };

export function intentionEndpoints(calls: Calls): EndpointTable {
  const write = { acl: ['intention:write'] } as const;
  const byId = (
    request: ApiRequest,
    op: string,
    given: Body | null,
    shown: (id: string) => Reply,
  ): Reply | Promise<Reply> => {
    const problem = idProblem(request.rest);
    if (problem !== null) return refused(problem);
    const intention = given === null ? intentionForm.zero : intentionOf(given);
    return apply(calls, request, op, { ...intention, ID: request.rest }, shown);
  };
  return [
    {
      path: '/v1/connect/intentions',
      answeredBy: 'servers',
      methods: {
        GET: list,
        POST: action({
          ...write,
          summary: 'Makes an intention with an ID',
          body,
          answer: record('IntentionID', { ID: 'string' }),
          run: (request, _values, given) => apply(calls, request, 'create', intentionOf(given), idJson),
        }),
      },
    },
    { path: '/v1/connect/intentions/match', answeredBy: 'servers', methods: { GET: match } },
    {
      path: '/v1/connect/intentions/check',
      answeredBy: 'servers',
      methods: {
        GET: action({
          summary: 'Whether one service may connect to another',
          acl: ['service:read'],
          parameters: { ...PAIR, 'source-type': anyText('What the source is; only `consul` is known.') },
          answer: record('IntentionCheck', { Allowed: 'boolean' }),
          run: (request, values) => check(calls, request, pairIn(values), values['source-type']),
        }),
      },
    },
    {
      path: '/v1/connect/intentions/exact',
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...one,
          summary: 'The intention between two services',
          others: { 404: 'error' },
          acl: ['intention:read'],
          parameters: PAIR,
          answer: intentionShape,
          request(values) {
            const pair = pairIn(values);
            return isReply(pair) ? pair : { id: null, ...pair };
          },
        }),
        PUT: action({
          ...write,
          summary: 'Makes or replaces the intention between two services',
          parameters: PAIR,
          body,
          answer: 'boolean',
          run: (request, values, given) => exactOperation(calls, request, 'upsert', pairIn(values), given),
        }),
        DELETE: action({
          ...write,
          summary: 'Deletes the intention between two services',
          parameters: PAIR,
          answer: 'boolean',
          run: (request, values) => exactOperation(calls, request, 'delete', pairIn(values), null),
        }),
      },
    },
    {
      path: '/v1/connect/intentions/',
      rest: ID,
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...one,
          summary: 'The intention of an ID',
          others: { 404: 'error' },
          acl: ['intention:read'],
          answer: intentionShape,
          request(_values, { rest }) {
            const problem = idProblem(rest);
            return problem === null ? { id: rest } : refused(problem);
          },
        }),
        PUT: action({
          ...write,
          summary: 'Changes the intention of an ID',
          body,
          answer: record('IntentionID', { ID: 'string' }),
          run: (request, _values, given) => byId(request, 'update', given, idJson),
        }),
        DELETE: action({
          ...write,
          summary: 'Deletes the intention of an ID',
          answer: 'boolean',
          run: (request) => byId(request, 'delete', null, () => TRUE),
        }),
      },
    },
  ];
}

async function check(
  calls: Calls,
  { datacenter, asker }: ApiRequest,
  pair: Pair | Reply,
  sourceType: string,
): Promise<Reply> {
  if (isReply(pair)) return pair;
  if (sourceType !== '' && sourceType !== 'consul') {
    return text(500, `unsupported SourceType: ${JSON.stringify(sourceType)}`);
  }
  const isAllowed = await calls.write(checkIntention, pair, datacenter, asker);
  return isRefusal(isAllowed) ? refused(isAllowed) : json(`{"Allowed":${isAllowed}}`);
}
