// /v1/query: prepared queries made, changed and shown. Executing them is query-execute.ts.

import { struct } from '../../../../gotext/json-decode.js';
import { quoteJson } from '../../../../gotext/json-encode.js';
import { bool, index, int, list, map, string } from '../../../../gotext/json-kinds.js';
import { listOf, record } from '../../../../gotext/json-shape.js';
import type { PreparedQueryRecord } from '../../../../wire/records.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable, PathRest } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { listText } from '../../http/message/json-pieces.js';
import { json, NOTHING, type Reply, refused } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action, read } from '../../http/operation.js';
import { queryJson, queryShape } from '../../json/query-json.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import { applyQuery, getQuery, listQueries } from '../../methods/query/prepared-query.js';
import { STRICT } from '../../records/bodies.js';
import { NO_QUERY } from '../../records/zero-values.js';
import { executeEndpoints } from './query-execute.js';

export interface QueryDependencies {
  readonly calls: Calls;
  readonly nodeName: string;
  readonly datacenter: string;
}

const queryBody = struct('PreparedQuery', {
  ID: string,
  Name: string,
  Session: string,
  Token: string,
  Template: struct('QueryTemplateOptions', { Type: string, Regexp: string, RemoveEmptyTags: bool }),
  Service: struct('ServiceQuery', {
    Service: string,
    SamenessGroup: string,
    Failover: struct('QueryFailoverOptions', {
      NearestN: int,
      Datacenters: list(string),
      Targets: list(struct('QueryFailoverTarget', { Peer: string, Datacenter: string })),
    }),
    OnlyPassing: bool,
    IgnoreCheckIDs: list(string),
    Near: string,
    Tags: list(string),
    NodeMeta: map(string),
    ServiceMeta: map(string),
    Connect: bool,
    Peer: string,
  }),
  DNS: struct('QueryDNSOptions', { TTL: string }),
  CreateIndex: index,
  ModifyIndex: index,
});

const BODY = jsonBody<PreparedQueryRecord>(queryBody, { options: STRICT });
const READ = {
  acl: ['query:read'],
  effectiveConsistency: true,
  failureHeaders: true,
  answer: listOf(queryShape),
} as const;
const WRITE = { acl: ['query:write'] } as const;
const ID: PathRest = { name: 'id', about: 'The ID of the query.', missing: null };

export function queryEndpoints({ calls, nodeName, datacenter }: QueryDependencies): EndpointTable {
  const change = async (op: string, query: PreparedQueryRecord, request: ApiRequest): Promise<string | Refusal> =>
    calls.write(applyQuery, { op, query }, request.datacenter, request.asker);
  const done = (outcome: string | Refusal): Reply => (isRefusal(outcome) ? refused(outcome) : NOTHING);
  return [
    {
      path: '/v1/query',
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...READ,
          summary: 'All prepared queries that the token may see',
          method: listQueries,
          request: () => null,
          reply: (queries) => json(listText(queries, queryJson)),
        }),
        POST: action({
          ...WRITE,
          summary: 'Makes a prepared query',
          body: BODY,
          answer: record('PreparedQueryID', { ID: 'string' }),
          async run(request, _values, body) {
            const outcome = await change('create', body, request);
            return isRefusal(outcome) ? refused(outcome) : json(`{"ID":${quoteJson(outcome)}}`);
          },
        }),
      },
    },
    {
      path: '/v1/query/',
      rest: ID,
      answeredBy: 'servers',
      answersOptions: true,
      methods: {
        GET: read({
          ...READ,
          summary: 'A prepared query, in a list of its own',
          others: { 404: 'error' },
          method: getQuery,
          request: (_values, { rest }) => rest,
          reply: (query) => json(`[${queryJson(query)}]`),
        }),
        PUT: action({
          ...WRITE,
          summary: 'Replaces a prepared query',
          body: BODY,
          answer: 'nothing',
          run: async (request, _values, body) => done(await change('update', { ...body, ID: request.rest }, request)),
        }),
        DELETE: action({
          ...WRITE,
          summary: 'Deletes a prepared query',
          answer: 'nothing',
          run: async (request) => done(await change('delete', { ...NO_QUERY, ID: request.rest }, request)),
        }),
      },
    },
    ...executeEndpoints({ node: nodeName, datacenter, segment: '' }),
  ];
}
