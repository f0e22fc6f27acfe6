// The reads of /v1/catalog/*: what the parameters mean, and how nodes and services are shown.

import { listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import { compareUtf8 } from '../../../gotext/utf8-order.js';
import type { NodeRecord } from '../../../wire/records.js';
import type { Endpoint, EndpointTable, ReadEndpoint } from '../http/endpoint.js';
import { json, type Reply, text } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { catalogServiceJson, nodeJson, serviceJson, tagsJson } from '../json/record-json.js';
import {
  gatewayServices,
  listNodes,
  listServices,
  type NodeServices,
  type NodeServicesRequest,
  nodeServices,
  type ServiceInstance,
  type ServiceInstancesRequest,
  serviceInstances,
  type TagsByName,
} from '../methods/catalog.js';
import type { Narrowing } from '../methods/narrowing.js';
import { narrowingOf } from './narrowing-parameters.js';

const READ = {
  kind: 'read',
  effectiveConsistency: true,
  failureHeaders: true,
  discovery: true,
  cacheable: true,
} as const;
const NODES = ['node:read'] as const;
const SERVICES = ['node:read', 'service:read'] as const;

function row<Request, Value>(
  path: string,
  acl: typeof NODES | typeof SERVICES,
  read: Pick<ReadEndpoint<Request, Value>, 'method' | 'request' | 'reply'>,
): Endpoint {
  return { path, answeredBy: 'servers', acl, methods: { GET: { ...READ, ...read } } };
}

export function catalogReads(nodeName: string, datacenter: string): EndpointTable {
  const narrowing = (call: ApiRequest): Narrowing => narrowingOf(call, nodeName);
  /** `named`: what the rest of the path is. */
  const ofName =
    <Request>(named: string, request: (name: string, narrowing: Narrowing) => Request) =>
    (call: ApiRequest): Request | Reply =>
      call.rest === '' ? text(400, `Missing ${named} name`) : request(call.rest, narrowing(call));
  const instances = (path: string, connect: boolean): Endpoint =>
    row<ServiceInstancesRequest, readonly ServiceInstance[]>(path, SERVICES, {
      method: serviceInstances,
      request: ofName('service', (service, rest) => ({ service, connect, ...rest })),
      reply: (value) => json(listJson(value, ({ node, service }) => catalogServiceJson(node, service))),
    });
  const ofNode = (path: string, render: (value: NodeServices) => string, absent: string): Endpoint =>
    row<NodeServicesRequest, NodeServices | null>(path, SERVICES, {
      method: nodeServices,
      request: ofName('node', (node, rest) => ({ node, ...rest })),
      reply: (value) => json(value === null ? absent : render(value)),
    });
  return [
    {
      path: '/v1/catalog/datacenters',
      answeredBy: 'servers',
      acl: ['none'],
      methods: { GET: () => json(`[${quoteJson(datacenter)}]`) },
    },
    {
      ...row<Narrowing, readonly NodeRecord[]>('/v1/catalog/nodes', NODES, {
        method: listNodes,
        request: narrowing,
        reply: (value) => json(listJson(value, nodeJson)),
      }),
      ignoresNamespace: true,
    },
    row<Narrowing, TagsByName>('/v1/catalog/services', SERVICES, {
      method: listServices,
      request: narrowing,
      reply: (value) => json(tagsByNameJson(value)),
    }),
    instances('/v1/catalog/service/', false),
    instances('/v1/catalog/connect/', true),
    ofNode('/v1/catalog/node/', nodeMapJson, 'null'),
    ofNode('/v1/catalog/node-services/', nodeListJson, '{"Node":null,"Services":null}'),
    row<string, readonly never[]>('/v1/catalog/gateway-services/', SERVICES, {
      method: gatewayServices,
      request: ofName('gateway', (name) => name),
      reply: () => json('[]'),
    }),
  ];
}

function tagsByNameJson(names: TagsByName): string {
  const sorted = [...names.keys()].sort(compareUtf8);
  return `{${sorted.map((name) => `${quoteJson(name)}:${tagsJson(names.get(name) ?? null)}`).join(',')}}`;
}

function nodeMapJson({ node, services }: NodeServices): string {
  const byId = Object.fromEntries(services.map((service) => [service.ID, service]));
  return `{"Node":${nodeJson(node)},"Services":${mapJson(byId, serviceJson)}}`;
}

function nodeListJson({ node, services }: NodeServices): string {
  return `{"Node":${nodeJson(node)},"Services":${listJson(services, serviceJson)}}`;
}
