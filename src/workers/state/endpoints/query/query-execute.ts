// /v1/query/NAME/execute and explain: from where a query is executed, and how what it found is shown.

import net from 'node:net';
import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { record } from '../../../../gotext/json-shape.js';
import type { ReadOrigin } from '../../calls/blocking-read.js';
import type { Consistency } from '../../calls/read-settings.js';
import type { EndpointTable, PathRest } from '../../http/endpoint.js';
import { json, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { read } from '../../http/operation.js';
import { anyText, boolean, header, integer, type Values } from '../../http/parameters/parameters.js';
import { effectiveConsistency } from '../../http/read-headers.js';
import { queryDnsShape, queryJson, queryShape } from '../../json/query-json.js';
import { wanEntry } from '../../methods/catalog/wan-addresses.js';
import { type AskedAgent, type ExecuteRequest, executeQuery, explainQuery } from '../../methods/query/query-execute.js';
import { ENTRIES, entryJson } from '../health.js';
import { nearOf } from '../narrowing-parameters.js';

const OUT_OF_RANGE = text(500, 'Bad limit: value out of range');
const NS_PER_MS = 1_000_000;

const PARAMETERS = {
  limit: integer(
    'At most so many instances; 0 for all.',
    [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    (error) => text(500, `Bad limit: ${error}`),
    OUT_OF_RANGE,
  ),
  near: anyText(
    'Sorts by the round trip from this node; `_agent` is the node that is asked, `_ip` the one with the address of who asks.',
  ),
  connect: boolean('Only instances that can be reached through the mesh.', false, (error) =>
    text(500, `Error parsing 'connect' value: ${error}`),
  ),
  'x-forwarded-for': header('The address of who asks, where a proxy stands between.'),
} as const;

/** What every answer says of itself, beside the headers that say the same. */
const META = {
  Index: 'integer',
  LastContact: 'integer',
  KnownLeader: 'boolean',
  ConsistencyLevel: 'string',
  NotModified: 'boolean',
  Backend: 'integer',
  ResultsFilteredByACLs: 'boolean',
} as const;

function metaJson(
  index: number,
  { hasLeader, lastContactMs, isFiltered }: ReadOrigin,
  consistency: Consistency,
): string {
  return (
    `"Index":${index},"LastContact":${Math.round(lastContactMs * NS_PER_MS)},"KnownLeader":${hasLeader},` +
    `"ConsistencyLevel":"${effectiveConsistency(consistency)}","NotModified":false,"Backend":0,` +
    `"ResultsFilteredByACLs":${isFiltered === true}`
  );
}

/** The proxy's word goes before the connection's, if it is an address. */
function addressOf({ remoteAddress }: ApiRequest, forwardedFor: string): string {
  const [first = ''] = forwardedFor.split(',', 1);
  const address = first.trim();
  return net.isIP(address) === 0 ? remoteAddress : address;
}

const READ = {
  acl: ['query:read', 'node:read', 'service:read'],
  effectiveConsistency: true,
  failureHeaders: true,
  needsMoreThanStore: true,
  parameters: PARAMETERS,
} as const;
const QUERY: PathRest = { name: 'query', about: 'The ID or the name of the query.', missing: null };

export function executeEndpoints(agent: AskedAgent): EndpointTable {
  const request = (values: Values<typeof PARAMETERS>, call: ApiRequest): ExecuteRequest => {
    const source = {
      datacenter: agent.datacenter,
      node: nearOf(values, agent.node),
      ip: addressOf(call, values['x-forwarded-for']),
    };
    const { limit, connect } = values;
    return { idOrName: call.rest, limit, connect, source, agent, datacenter: call.datacenter };
  };
  const row = { rest: QUERY, answeredBy: 'servers', answersOptions: true } as const;
  return [
    {
      ...row,
      path: '/v1/query/*/execute',
      methods: {
        GET: read({
          ...READ,
          summary: 'The instances that a prepared query finds',
          others: { 404: 'error' },
          cacheable: true,
          answer: record('PreparedQueryAnswer', {
            Service: 'string',
            Nodes: ENTRIES,
            DNS: queryDnsShape,
            Datacenter: 'string',
            PeerName: 'string',
            Failovers: 'integer',
            ...META,
          }),
          method: executeQuery,
          request,
          // Another datacenter may have stood in.
          datacenterOf: ({ datacenter }) => datacenter,
          translated: (found) => ({ ...found, nodes: found.nodes.map(wanEntry) }),
          reply: ({ service, nodes, ttl, datacenter, peer, failovers }, _request, index, origin, consistency) =>
            json(
              `{"Service":${quoteJson(service)},"Nodes":${listJson(nodes, entryJson)},"DNS":{"TTL":${quoteJson(ttl)}},` +
                `"Datacenter":${quoteJson(datacenter)},"PeerName":${quoteJson(peer)},"Failovers":${failovers},` +
                `${metaJson(index, origin, consistency)}}`,
            ),
        }),
      },
    },
    {
      ...row,
      path: '/v1/query/*/explain',
      methods: {
        GET: read({
          ...READ,
          summary: 'What a prepared query is when it is executed by this name',
          others: { 404: 'error' },
          answer: record('PreparedQueryExplained', { Query: queryShape, ...META }),
          method: explainQuery,
          request,
          reply: (query, _request, index, origin, consistency) =>
            json(`{"Query":${queryJson(query)},${metaJson(index, origin, consistency)}}`),
        }),
      },
    },
  ];
}
