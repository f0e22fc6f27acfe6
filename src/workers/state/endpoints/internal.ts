// Lists made for the UI and for peering: nodes with all that runs on them, and exported services.

import { listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import { listOf, mapOf, nullable, record } from '../../../gotext/json-shape.js';
import type { EndpointTable } from '../http/endpoint.js';
import { read } from '../http/operation.js';
import { json } from '../http/reply.js';
import { checkJson, serviceJson } from '../json/record-json.js';
import { checkShape, serviceShape } from '../json/record-shapes.js';
import { exportedServices, type NodeDump, nodeDump } from '../methods/internal.js';
import { EVERYTHING } from '../methods/narrowing.js';
import { FILTER } from './narrowing-parameters.js';

function dumpJson({ node, services, checks }: NodeDump): string {
  return (
    `{"ID":${quoteJson(node.ID)},"Node":${quoteJson(node.Node)},"Address":${quoteJson(node.Address)},` +
    `"TaggedAddresses":${mapJson(node.TaggedAddresses, quoteJson)},"Meta":${mapJson(node.Meta, quoteJson)},` +
    `"Services":${listJson(services, serviceJson)},"Checks":${listJson(checks, checkJson)}}`
  );
}

const dumpShape = record('NodeDump', {
  ID: 'string',
  Node: 'string',
  Address: 'string',
  TaggedAddresses: nullable(mapOf('string')),
  Meta: nullable(mapOf('string')),
  Services: nullable(listOf(serviceShape)),
  Checks: nullable(listOf(checkShape)),
});

const exported = read({
  summary: 'Services that are exported to peers',
  acl: ['mesh:read'],
  answer: listOf('any'),
  effectiveConsistency: false,
  method: exportedServices,
  request: () => null,
  reply: () => json('[]'),
});

export function internalEndpoints(): EndpointTable {
  const nodes = read({
    summary: 'All nodes with what runs on them',
    acl: ['node:read'],
    parameters: FILTER,
    answer: listOf(dumpShape),
    effectiveConsistency: false,
    method: nodeDump,
    request: ({ filter }) => ({ ...EVERYTHING, filter }),
    reply: (value) => json(listJson(value, dumpJson)),
  });
  return [
    { path: '/v1/internal/ui/nodes', answeredBy: 'servers', methods: { GET: nodes } },
    { path: '/v1/exported-services', answeredBy: 'servers', methods: { GET: exported } },
  ];
}
