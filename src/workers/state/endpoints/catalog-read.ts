// The reads of /v1/catalog/*: nodes, services and what runs where (spec/fsm.md, section 4, for what each blocks on).

import { listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import { compareUtf8 } from '../../../gotext/utf8-order.js';
import type { NodeRecord, ServiceRecord } from '../../../wire/records.js';
import { catalogInstanceFields, nodeFields, serviceFields } from '../filter/fields.js';
import {
  type ApiRequest,
  type Endpoint,
  type EndpointTable,
  json,
  type PreparedRead,
  type Read,
  type Reply,
  text,
} from '../http/endpoint.js';
import { catalogServiceJson, nodeJson, serviceJson, tagsJson } from '../json/record-json.js';
import type { ReadResult, ServiceInstance, StoreReads } from '../replica/store/read-api.js';
import { hasMeta, hasTags, type ListOptions, listOptions } from './list-options.js';
import { sortNear } from './near.js';

export interface CatalogReadDependencies {
  readonly store: StoreReads;
  readonly nodeName: string;
  readonly datacenter: string;
}

type Prepare<T> = (request: ApiRequest) => PreparedRead<T> | Reply;

function read<T>(prepare: Prepare<T>): Read<T> {
  return { kind: 'read', effectiveConsistency: true, failureHeaders: true, discovery: true, cacheable: true, prepare };
}

function row<T>(path: string, acl: string, prepare: Prepare<T>, ignoresNamespace = false): Endpoint {
  return { path, answeredBy: 'servers', acl, ignoresNamespace, methods: { GET: read(prepare) } };
}

export function catalogReads(dependencies: CatalogReadDependencies): EndpointTable {
  return [
    {
      path: '/v1/catalog/datacenters',
      answeredBy: 'servers',
      acl: 'none',
      methods: { GET: () => json(`[${quoteJson(dependencies.datacenter)}]`) },
    },
    row('/v1/catalog/nodes', 'node:read', (request) => nodes(dependencies, request), true),
    row('/v1/catalog/services', 'service:read', (request) => services(dependencies, request)),
    row('/v1/catalog/service/', 'service:read', (request) => instances(dependencies, request, false)),
    row('/v1/catalog/connect/', 'service:read', (request) => instances(dependencies, request, true)),
    row('/v1/catalog/node/', 'node:read', (request) => nodeServices(dependencies, request, nodeMapJson, 'null')),
    row('/v1/catalog/node-services/', 'node:read', (request) =>
      nodeServices(dependencies, request, nodeListJson, '{"Node":null,"Services":null}'),
    ),
    row('/v1/catalog/gateway-services/', 'service:read', (request) => gatewayServices(dependencies, request)),
  ];
}

function nodes(
  dependencies: CatalogReadDependencies,
  request: ApiRequest,
): PreparedRead<readonly NodeRecord[]> | Reply {
  const { store, nodeName } = dependencies;
  const parsed = listOptions(request, nodeFields, nodeName, true);
  if (!parsed.ok) return parsed.reply;
  const { matches, nodeMeta, near } = parsed.options;
  return {
    read: () => store.catalog.nodes(nodeMeta),
    watch: () => store.targets.nodes(),
    reply: ({ value }) => {
      const kept = matches === null ? value : value.filter(matches);
      return json(
        listJson(
          sortNear(kept, near, store.coordinates, (node) => node.Node),
          nodeJson,
        ),
      );
    },
  };
}

function services(
  dependencies: CatalogReadDependencies,
  request: ApiRequest,
): PreparedRead<ReadonlyMap<string, readonly string[]>> | Reply {
  const { store, nodeName } = dependencies;
  const parsed = listOptions(request, catalogInstanceFields, nodeName, true);
  if (!parsed.ok) return parsed.reply;
  const { options } = parsed;
  return {
    read: () => store.catalog.serviceNames(options.nodeMeta),
    watch: () => store.targets.serviceNames(options.nodeMeta !== null),
    reply: ({ value }) => json(tagsByName(options.matches === null ? value : filteredNames(store, value, options))),
  };
}

/** With a filter each name shows only the tags of the instances that match. */
function filteredNames(
  store: StoreReads,
  names: ReadonlyMap<string, readonly string[]>,
  options: ListOptions,
): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, readonly string[]>();
  for (const name of names.keys()) {
    const tags = new Set<string>();
    let found = false;
    for (const instance of store.catalog.serviceInstances(name).value) {
      if (!hasMeta(instance.node.Meta, options.nodeMeta) || !options.matches?.(catalogInstance(instance))) continue;
      found = true;
      for (const tag of instance.service.Tags ?? []) tags.add(tag);
    }
    if (found) out.set(name, [...tags]);
  }
  return out;
}

function tagsByName(names: ReadonlyMap<string, readonly string[]>): string {
  const sorted = [...names.keys()].sort(compareUtf8);
  return `{${sorted.map((name) => `${quoteJson(name)}:${tagsJson(names.get(name) ?? null)}`).join(',')}}`;
}

/** The flat item that filters of /v1/catalog/service select from. */
function catalogInstance({ node, service }: ServiceInstance): object {
  return {
    ID: node.ID,
    Node: node.Node,
    Address: node.Address,
    Datacenter: node.Datacenter,
    TaggedAddresses: node.TaggedAddresses,
    NodeMeta: node.Meta,
    ServiceKind: service.Kind,
    ServiceID: service.ID,
    ServiceName: service.Service,
    ServiceTags: service.Tags,
    ServiceAddress: service.Address,
    ServiceTaggedAddresses: service.TaggedAddresses,
    ServiceWeights: service.Weights,
    ServiceMeta: service.Meta,
    ServicePort: service.Port,
    ServiceSocketPath: service.SocketPath,
    ServiceEnableTagOverride: service.EnableTagOverride,
    ServiceProxy: service.Proxy,
    ServiceConnect: service.Connect,
    PeerName: service.PeerName,
  };
}

function instances(
  dependencies: CatalogReadDependencies,
  request: ApiRequest,
  connect: boolean,
): PreparedRead<readonly ServiceInstance[]> | Reply {
  const { store, nodeName } = dependencies;
  const name = request.rest;
  if (name === '') return text(400, 'Missing service name');
  const parsed = listOptions(request, catalogInstanceFields, nodeName, true);
  if (!parsed.ok) return parsed.reply;
  const { matches, nodeMeta, near, tags } = parsed.options;
  return {
    read: () => (connect ? store.catalog.connectInstances(name) : store.catalog.serviceInstances(name)),
    watch: ({ value }) =>
      connect
        ? store.targets.connectInstances([name, ...value.map((instance) => instance.service.Service)])
        : store.targets.serviceInstances(name, value.length > 0),
    reply: ({ value }) => {
      const kept = value.filter(
        (instance) =>
          hasMeta(instance.node.Meta, nodeMeta) &&
          hasTags(instance.service.Tags, tags) &&
          (matches === null || matches(catalogInstance(instance))),
      );
      const sorted = sortNear(kept, near, store.coordinates, (instance) => instance.node.Node);
      return json(listJson(sorted, ({ node, service }) => catalogServiceJson(node, service)));
    },
  };
}

type NodeWithServices = { readonly node: NodeRecord; readonly services: readonly ServiceRecord[] };

function nodeServices(
  dependencies: CatalogReadDependencies,
  request: ApiRequest,
  render: (node: NodeRecord, services: readonly ServiceRecord[]) => string,
  absent: string,
): PreparedRead<NodeWithServices | null> | Reply {
  const { store, nodeName } = dependencies;
  const name = request.rest;
  if (name === '') return text(400, 'Missing node name');
  const parsed = listOptions(request, serviceFields, nodeName, true);
  if (!parsed.ok) return parsed.reply;
  const { matches } = parsed.options;
  return {
    read: () => store.catalog.nodeServices(name),
    watch: ({ value }) => store.targets.nodeServices(name, value !== null),
    reply: ({ value }: ReadResult<NodeWithServices | null>) => {
      if (value === null) return json(absent);
      return json(render(value.node, matches === null ? value.services : value.services.filter(matches)));
    },
  };
}

function nodeMapJson(node: NodeRecord, services: readonly ServiceRecord[]): string {
  const byId = Object.fromEntries(services.map((service) => [service.ID, service]));
  return `{"Node":${nodeJson(node)},"Services":${mapJson(byId, serviceJson)}}`;
}

function nodeListJson(node: NodeRecord, services: readonly ServiceRecord[]): string {
  return `{"Node":${nodeJson(node)},"Services":${listJson(services, serviceJson)}}`;
}

/** Mappings of ingress and terminating gateways come from config entries; without any the list is empty. */
function gatewayServices(
  dependencies: CatalogReadDependencies,
  request: ApiRequest,
): PreparedRead<readonly never[]> | Reply {
  if (request.rest === '') return text(400, 'Missing gateway name');
  const { store } = dependencies;
  return {
    read: () => ({ index: store.index('gateway-services'), value: [] }),
    watch: () => [{ kind: 'index', key: 'gateway-services' }],
    reply: () => json('[]'),
  };
}
