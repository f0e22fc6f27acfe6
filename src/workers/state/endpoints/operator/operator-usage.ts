// /v1/operator/usage: how much the catalog holds, by datacenter. The body says itself where it comes from, as the headers do.

import { mapJson } from '../../../../gotext/json-encode.js';
import { mapOf, record } from '../../../../gotext/json-shape.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json } from '../../http/message/reply.js';
import { read } from '../../http/operation.js';
import { flag } from '../../http/parameters/parameters.js';
import { effectiveConsistency } from '../../http/read-headers.js';
import { type CatalogUsage, operatorUsage } from '../../methods/operator/operator-usage.js';

const NS_PER_MS = 1_000_000;

const answer = record('Usage', {
  Usage: mapOf(
    record('CatalogUsage', {
      Services: 'integer',
      ServiceInstances: 'integer',
      ConnectServiceInstances: mapOf('integer'),
      BillableServiceInstances: 'integer',
      Nodes: 'integer',
    }),
  ),
  Index: 'integer',
  LastContact: 'integer',
  KnownLeader: 'boolean',
  ConsistencyLevel: 'string',
  NotModified: 'boolean',
  Backend: 'integer',
  ResultsFilteredByACLs: 'boolean',
});

function usageJson({ services, instances, connect, billable, nodes }: CatalogUsage): string {
  return (
    `{"Services":${services},"ServiceInstances":${instances},` +
    `"ConnectServiceInstances":${mapJson(Object.fromEntries(connect), String)},` +
    `"BillableServiceInstances":${billable},"Nodes":${nodes}}`
  );
}

export function operatorUsageEndpoints(): EndpointTable {
  const GET = read({
    effectiveConsistency: true,
    summary: 'How many nodes, services and instances there are',
    acl: ['operator:read'],
    parameters: { global: flag('Of all datacenters; without it of one.') },
    answer,
    method: operatorUsage,
    request: ({ global }, { datacenter }) => ({ datacenter, global }),
    reply: (value, _request, index, { hasLeader, lastContactMs }, consistency) =>
      json(
        `{"Usage":${mapJson(Object.fromEntries(value), usageJson)},"Index":${index},` +
          `"LastContact":${Math.round(lastContactMs * NS_PER_MS)},"KnownLeader":${hasLeader},` +
          `"ConsistencyLevel":"${effectiveConsistency(consistency)}","NotModified":false,"Backend":0,` +
          '"ResultsFilteredByACLs":false}',
      ),
  });
  return [{ path: '/v1/operator/usage', answeredBy: 'servers', methods: { GET } }];
}
