// Lists made for the UI and for peering: nodes with all that runs on them, and exported services.

import { listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import type { EndpointTable, ReadEndpoint } from '../http/endpoint.js';
import { json } from '../http/reply.js';
import { checkJson, serviceJson } from '../json/record-json.js';
import { exportedServices, type NodeDump, nodeDump } from '../methods/internal.js';
import type { Narrowing } from '../methods/narrowing.js';
import { narrowingOf } from './narrowing-parameters.js';

function dumpJson({ node, services, checks }: NodeDump): string {
  return (
    `{"ID":${quoteJson(node.ID)},"Node":${quoteJson(node.Node)},"Address":${quoteJson(node.Address)},` +
    `"TaggedAddresses":${mapJson(node.TaggedAddresses, quoteJson)},"Meta":${mapJson(node.Meta, quoteJson)},` +
    `"Services":${listJson(services, serviceJson)},"Checks":${listJson(checks, checkJson)}}`
  );
}

const exported: ReadEndpoint<null, readonly never[]> = {
  kind: 'read',
  effectiveConsistency: false,
  method: exportedServices,
  request: () => null,
  reply: () => json('[]'),
};

export function internalEndpoints(nodeName: string): EndpointTable {
  const nodes: ReadEndpoint<Narrowing, readonly NodeDump[]> = {
    kind: 'read',
    effectiveConsistency: false,
    method: nodeDump,
    request: (call) => narrowingOf(call, nodeName),
    reply: (value) => json(listJson(value, dumpJson)),
  };
  return [
    { path: '/v1/internal/ui/nodes', answeredBy: 'servers', acl: ['node:read'], methods: { GET: nodes } },
    { path: '/v1/exported-services', answeredBy: 'servers', acl: ['mesh:read'], methods: { GET: exported } },
  ];
}
