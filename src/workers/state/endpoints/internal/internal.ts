// Lists made for the UI and for peering: nodes with all that runs on them, and exported services.

import { listJson, mapJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, mapOf, nullable, record } from '../../../../gotext/json-shape.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { elements, joinedText } from '../../http/message/json-pieces.js';
import { bare, json, text } from '../../http/message/reply.js';
import { read } from '../../http/operation.js';
import { checkJson, serviceJson } from '../../json/record-json.js';
import { checkShape, serviceShape } from '../../json/record-shapes.js';
import { EVERYTHING } from '../../methods/contract/narrowing.js';
import { type NodeDump, nodeDump, nodeInfo, serviceDump } from '../../methods/internal.js';
import { type ExportedService, exportedServices } from '../../methods/mesh/exported-services.js';
import { FILTER } from '../narrowing-parameters.js';
import { servicesSummary, summaryShape } from './service-summary.js';

function* dump({ node, services, checks }: NodeDump): Generator<string> {
  yield `{"ID":${quoteJson(node.ID)},"Node":${quoteJson(node.Node)},"Address":${quoteJson(node.Address)},`;
  yield `"TaggedAddresses":${mapJson(node.TaggedAddresses, quoteJson)},"Meta":${mapJson(node.Meta, quoteJson)},`;
  yield '"Services":[';
  yield* elements(services, serviceJson);
  yield '],"Checks":[';
  yield* elements(checks, checkJson);
  yield ']}';
}

function* dumps(nodes: readonly NodeDump[]): Generator<string> {
  let before = '[';
  for (const node of nodes) {
    yield before;
    yield* dump(node);
    before = ',';
  }
  yield nodes.length === 0 ? '[]' : ']';
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

function exportedJson({ service, peers }: ExportedService): string {
  return `{"Service":${quoteJson(service)},"Consumers":{"Peers":${listJson(peers, quoteJson)}}}`;
}

const exported = read({
  summary: 'Services that are exported to peers, and to which of them',
  acl: ['mesh:read'],
  parameters: FILTER,
  answer: listOf(
    record('ExportedService', {
      Service: 'string',
      Consumers: record('ExportedServiceConsumers', { Peers: listOf('string') }),
    }),
  ),
  effectiveConsistency: false,
  method: exportedServices,
  request: ({ filter }) => ({ filter }),
  reply: (found) => json(listJson(found, exportedJson)),
});

const node = read({
  summary: 'A node with what runs on it',
  acl: ['node:read'],
  answer: dumpShape,
  others: { 404: 'nothing' },
  effectiveConsistency: false,
  method: nodeInfo,
  request: (_values, { rest }) => rest,
  reply: (value) => (value === null ? bare(404) : json(joinedText(dump(value)))),
});

const services = read({
  summary: 'All services in short: where they run, and how many of their checks are how',
  acl: ['node:read', 'service:read'],
  parameters: FILTER,
  answer: listOf(summaryShape),
  effectiveConsistency: false,
  method: serviceDump,
  request: ({ filter }) => ({ filter, kind: null }),
  reply: (dump) => json(servicesSummary(dump)),
});

const NODE = { name: 'node', about: 'The name of the node.', missing: text(400, 'Missing node name') };

export function internalEndpoints(): EndpointTable {
  const nodes = read({
    summary: 'All nodes with what runs on them',
    acl: ['node:read'],
    parameters: FILTER,
    answer: listOf(dumpShape),
    effectiveConsistency: false,
    method: nodeDump,
    request: ({ filter }) => ({ ...EVERYTHING, filter }),
    reply: (value) => json(joinedText(dumps(value))),
  });
  return [
    { path: '/v1/internal/ui/nodes', answeredBy: 'servers', methods: { GET: nodes } },
    { path: '/v1/internal/ui/node/', rest: NODE, answeredBy: 'servers', methods: { GET: node } },
    { path: '/v1/internal/ui/services', answeredBy: 'servers', methods: { GET: services } },
    { path: '/v1/exported-services', answeredBy: 'servers', methods: { GET: exported } },
  ];
}
