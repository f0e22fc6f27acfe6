// The reads of /v1/catalog/*: what the parameters mean, and how nodes and services are shown.

import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { type JsonShape, listOf, mapOf, nullable, record } from '../../../gotext/json-shape.js';
import { compareUtf8 } from '../../../gotext/utf8-order.js';
import type { NodeRecord, ServiceRecord } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import type { Endpoint, EndpointTable } from '../http/endpoint.js';
import { elements, type JsonPieces, joinedText, listText } from '../http/message/json-pieces.js';
import { json, type Reply, refused, text } from '../http/message/reply.js';
import type { ApiRequest } from '../http/message/request.js';
import { action, read } from '../http/operation.js';
import { gatewayServiceJson, gatewayServiceShape } from '../json/gateway-service-json.js';
import { catalogServiceJson, nodeJson, serviceJson, tagsJson } from '../json/record-json.js';
import { catalogServiceShape, nodeShape, serviceShape } from '../json/record-shapes.js';
import {
  gatewayServices,
  listNodes,
  listServices,
  type NodeServices,
  nodeServices,
  serviceInstances,
  type TagsByName,
} from '../methods/catalog/catalog.js';
import { wanInstance, wanNode, wanNodeServices } from '../methods/catalog/wan-addresses.js';
import { EVERYTHING } from '../methods/contract/narrowing.js';
import { isRefusal } from '../methods/contract/refusal.js';
import { listDatacenters } from '../methods/datacenters.js';
import { FILTER, FILTER_AND_META, MERGED, NARROWING, narrowingOf, TAGS } from './narrowing-parameters.js';

const READ = { effectiveConsistency: true, failureHeaders: true, discovery: true, cacheable: true } as const;
const SERVICES = ['node:read', 'service:read'] as const;

/** `named`: what the rest of the path is. */
function named(path: string, named: string, GET: ReturnType<typeof read>): Endpoint {
  const rest = { name: named, about: `The name of the ${named}.`, missing: text(400, `Missing ${named} name`) };
  return { path, rest, answeredBy: 'servers', methods: { GET } };
}

function instances(path: string, connect: boolean, nodeName: string): Endpoint {
  const GET = read({
    ...READ,
    summary: connect ? 'Instances that speak Connect for a service' : 'Instances of a service',
    acl: SERVICES,
    parameters: { ...NARROWING, ...TAGS, ...MERGED },
    answer: listOf(catalogServiceShape),
    method: serviceInstances,
    request: (values, { rest: service }) => ({
      service,
      connect,
      isMerged: values['merge-central-config'],
      ...narrowingOf(values, nodeName),
    }),
    reply: (value) => json(listText(value, ({ node, service }) => catalogServiceJson(node, service))),
    translated: (value) => value.map(wanInstance),
  });
  return named(path, 'service', GET);
}

/** How what runs on a node is shown, and what is where there is no such node. */
interface NodeForm {
  readonly path: string;
  readonly summary: string;
  readonly answer: JsonShape;
  readonly render: (value: NodeServices) => string | JsonPieces;
  readonly absent: string;
}

function ofNode({ path, summary, answer, render, absent }: NodeForm): Endpoint {
  const GET = read({
    ...READ,
    summary,
    acl: SERVICES,
    parameters: { ...FILTER, ...MERGED },
    answer,
    method: nodeServices,
    request: (values, { rest: node }) => ({
      node,
      isMerged: values['merge-central-config'],
      ...EVERYTHING,
      filter: values.filter,
    }),
    reply: (value) => json(value === null ? absent : render(value)),
    translated: wanNodeServices,
  });
  return named(path, 'node', GET);
}

const SERVICES_BY_ID: NodeForm = {
  path: '/v1/catalog/node/',
  summary: 'A node and its services by their IDs',
  answer: nullable(record('NodeWithServices', { Node: nodeShape, Services: mapOf(serviceShape) })),
  render: nodeMapText,
  absent: 'null',
};

const SERVICES_AS_LIST: NodeForm = {
  path: '/v1/catalog/node-services/',
  summary: 'A node and a list of its services',
  answer: record('NodeServiceList', { Node: nullable(nodeShape), Services: nullable(listOf(serviceShape)) }),
  render: nodeListText,
  absent: '{"Node":null,"Services":null}',
};

export interface CatalogDependencies {
  readonly calls: Calls;
  readonly nodeName: string;
  /** This agent's; the list of datacenters is asked there, whatever `?dc=` says. */
  readonly datacenter: string;
}

async function datacenterList({ calls, datacenter }: CatalogDependencies, { asker }: ApiRequest): Promise<Reply> {
  const found = await calls.direct(listDatacenters, null, datacenter, asker);
  return isRefusal(found) ? refused(found) : json(listJson(found, quoteJson));
}

export function catalogReads(dependencies: CatalogDependencies): EndpointTable {
  const { nodeName } = dependencies;
  const datacenters = action({
    summary: 'Names of the known datacenters, the nearest first',
    acl: ['none'],
    answer: listOf('string'),
    run: (request) => datacenterList(dependencies, request),
  });
  const nodes = read({
    ...READ,
    summary: 'All nodes',
    acl: ['node:read'],
    parameters: NARROWING,
    answer: listOf(nodeShape),
    method: listNodes,
    request: (values) => narrowingOf(values, nodeName),
    reply: (value) => json(listText(value, nodeJson)),
    translated: (value) => value.map(wanNode),
  });
  const services = read({
    ...READ,
    summary: 'Names of all services with their tags',
    acl: SERVICES,
    parameters: FILTER_AND_META,
    answer: mapOf(listOf('string')),
    method: listServices,
    request: (values) => narrowingOf(values, nodeName),
    reply: (value) => json(joinedText(tagsByName(value))),
  });
  const ofGateway = read({
    ...READ,
    summary: 'Services that a gateway serves',
    acl: SERVICES,
    answer: listOf(gatewayServiceShape),
    method: gatewayServices,
    request: (_values, { rest }) => rest,
    reply: (value) => json(listText(value, gatewayServiceJson)),
  });
  const row = { answeredBy: 'servers' } as const;
  return [
    { ...row, path: '/v1/catalog/datacenters', methods: { GET: datacenters } },
    { ...row, path: '/v1/catalog/nodes', ignoresNamespace: true, methods: { GET: nodes } },
    { ...row, path: '/v1/catalog/services', methods: { GET: services } },
    instances('/v1/catalog/service/', false, nodeName),
    instances('/v1/catalog/connect/', true, nodeName),
    ofNode(SERVICES_BY_ID),
    ofNode(SERVICES_AS_LIST),
    named('/v1/catalog/gateway-services/', 'gateway', ofGateway),
  ];
}

function* tagsByName(names: TagsByName): Generator<string> {
  const sorted = [...names.keys()].sort(compareUtf8);
  yield '{';
  yield* elements(sorted, (name) => `${quoteJson(name)}:${tagsJson(names.get(name) ?? null)}`);
  yield '}';
}

function nodeMapText({ node, services }: NodeServices): string | JsonPieces {
  return joinedText(nodeMap(node, new Map(services.map((service) => [service.ID, service]))));
}

function* nodeMap(node: NodeRecord, services: ReadonlyMap<string, ServiceRecord>): Generator<string> {
  const byId = [...services].sort(([a], [b]) => compareUtf8(a, b));
  yield `{"Node":${nodeJson(node)},"Services":{`;
  yield* elements(byId, ([id, service]) => `${quoteJson(id)}:${serviceJson(service)}`);
  yield '}}';
}

function nodeListText({ node, services }: NodeServices): string | JsonPieces {
  return joinedText(nodeList(node, services));
}

function* nodeList(node: NodeRecord, services: readonly ServiceRecord[]): Generator<string> {
  yield `{"Node":${nodeJson(node)},"Services":[`;
  yield* elements(services, serviceJson);
  yield ']}';
}
