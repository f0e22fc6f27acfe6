// The rows of Catalog.*'s reads. What is nil and what is empty in a reply is as recorded, method by method.

import { list, mapOf, objectOf } from '../../../../msgpack/collections.js';
import { bool, int, type Kind, nullable, text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { GatewayServiceRecord } from '../../../../wire/mesh/gateway-service.js';
import type { NodeRecord, ServiceRecord } from '../../../../wire/records.js';
import { nodeSchema, serviceSchema } from '../../../../wire/schema/catalog.js';
import {
  gatewayServices,
  listNodes,
  listServices,
  type NodeServices,
  type NodeServicesRequest,
  nodeServices,
  type TagsByName,
} from '../../methods/catalog/catalog.js';
import { EVERYTHING, type Narrowing } from '../../methods/contract/narrowing.js';
import { type Refusal, refusal } from '../../methods/contract/refusal.js';
import { listDatacenters } from '../../methods/datacenters.js';
import {
  askNarrowed,
  askNode,
  askService,
  type DatacenterArguments,
  datacenterArguments,
  type NodeArguments,
  narrowingOf,
  nodeArguments,
  type ServiceArguments,
  serviceArguments,
} from './arguments.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from './query-options.js';
import type { DirectRow, ReadRow, Row } from './row.js';

const node = recordKind(nodeSchema);
const service = recordKind(serviceSchema);

interface NodesReply extends QueryMeta {
  readonly Nodes: readonly NodeRecord[] | null;
}

const nodes: ReadRow<DatacenterArguments, NodesReply, Narrowing, readonly NodeRecord[]> = {
  kind: 'read',
  method: listNodes,
  arguments: datacenterArguments,
  reply: struct<NodesReply>({ Nodes: list(node, UNLIMITED), ...queryMetaKinds }),
  request: narrowingOf,
  ask: askNarrowed,
  show: (found, meta) => ({ Nodes: found, ...meta }),
  value: ({ Nodes }) => Nodes ?? [],
  unchanged: (meta) => ({ Nodes: null, ...meta }),
};

interface NamesReply extends QueryMeta {
  /** The values of the tags' map are never nil. */
  readonly Services: ReadonlyMap<string, readonly string[] | null> | null;
}

const NO_TAGS: readonly string[] = [];

const names: ReadRow<DatacenterArguments, NamesReply, Narrowing, TagsByName> = {
  kind: 'read',
  method: listServices,
  arguments: datacenterArguments,
  reply: struct<NamesReply>({ Services: mapOf(list(text), UNLIMITED), ...queryMetaKinds }),
  request: narrowingOf,
  ask: askNarrowed,
  show: (found, meta) => ({ Services: found, ...meta }),
  value: ({ Services }) => new Map([...(Services ?? [])].map(([name, tags]) => [name, tags ?? NO_TAGS])),
  unchanged: (meta) => ({ Services: null, ...meta }),
};

interface ServiceName {
  readonly Name: string;
}

interface ServiceListReply extends QueryMeta {
  readonly Services: readonly ServiceName[] | null;
}

const serviceList: ReadRow<DatacenterArguments, ServiceListReply, Narrowing, TagsByName> = {
  kind: 'read',
  method: { ...listServices, name: 'Catalog.ServiceList' },
  arguments: datacenterArguments,
  reply: struct<ServiceListReply>({
    Services: list(struct<ServiceName>({ Name: text }), UNLIMITED),
    ...queryMetaKinds,
  }),
  request: narrowingOf,
  ask: askNarrowed,
  show: (found, meta) => ({ Services: emptyAsNil(Array.from(found.keys(), (Name) => ({ Name }))), ...meta }),
  value: ({ Services }) => new Map((Services ?? []).map(({ Name }) => [Name, NO_TAGS])),
};

function nodeRequest({ Node, Filter, MergeCentralConfig }: NodeArguments): NodeServicesRequest | Refusal {
  if (Node === '') return refusal('failed', 'Must provide node');
  return { node: Node, filter: Filter, nodeMeta: null, near: '', tags: [], isMerged: MergeCentralConfig };
}

function askServicesOfNode(request: NodeServicesRequest, options: DatacenterOptions): NodeArguments {
  return askNode(request.node, options, request.filter, request.isMerged === true);
}

type DatacenterOptions = Parameters<typeof askNode>[1];

interface ServicesById {
  readonly Node: NodeRecord | null;
  readonly Services: { readonly [id: string]: ServiceRecord } | null;
}

interface ByIdReply extends QueryMeta {
  readonly NodeServices: ServicesById | null;
}

const byId: Kind<ServicesById> = struct<ServicesById>({ Node: nullable(node), Services: objectOf(service, UNLIMITED) });

const servicesById: ReadRow<NodeArguments, ByIdReply, NodeServicesRequest, NodeServices | null> = {
  kind: 'read',
  method: nodeServices,
  arguments: nodeArguments,
  reply: struct<ByIdReply>({ NodeServices: nullable(byId), ...queryMetaKinds }),
  request: nodeRequest,
  ask: askServicesOfNode,
  show: (value, meta) => ({
    NodeServices:
      value === null
        ? null
        : { Node: value.node, Services: Object.fromEntries(value.services.map((one) => [one.ID, one])) },
    ...meta,
  }),
  value({ NodeServices }) {
    const found = NodeServices?.Node ?? null;
    return found === null ? null : { node: found, services: Object.values(NodeServices?.Services ?? {}) };
  },
};

interface ServicesInOrder {
  readonly Node: NodeRecord | null;
  readonly Services: readonly ServiceRecord[] | null;
}

interface ListReply extends QueryMeta {
  readonly NodeServices: ServicesInOrder;
}

const inOrder = struct<ServicesInOrder>({ Node: nullable(node), Services: list(service, UNLIMITED) });

const servicesInOrder: ReadRow<NodeArguments, ListReply, NodeServicesRequest, NodeServices | null> = {
  kind: 'read',
  method: { ...nodeServices, name: 'Catalog.NodeServiceList' },
  arguments: nodeArguments,
  reply: struct<ListReply>({ NodeServices: inOrder, ...queryMetaKinds }),
  request: nodeRequest,
  ask: askServicesOfNode,
  show: (value, meta) => ({
    NodeServices: value === null ? inOrder.zero : { Node: value.node, Services: emptyAsNil(value.services) },
    ...meta,
  }),
  value: ({ NodeServices: { Node, Services } }) => (Node === null ? null : { node: Node, services: Services ?? [] }),
};

interface GatewayReply extends QueryMeta {
  readonly Services: readonly GatewayServiceRecord[] | null;
}

const named = struct<GatewayServiceRecord['Gateway']>({ Name: text });
export const gatewayService = struct<GatewayServiceRecord>({
  Gateway: named,
  Service: named,
  GatewayKind: text,
  Port: int,
  Protocol: text,
  Hosts: list(text),
  CAFile: text,
  CertFile: text,
  KeyFile: text,
  SNI: text,
  FromWildcard: bool,
  ServiceKind: text,
  AutoHostRewrite: bool,
  CreateIndex: int,
  ModifyIndex: int,
});

const gateways: ReadRow<ServiceArguments, GatewayReply, string, readonly GatewayServiceRecord[]> = {
  kind: 'read',
  method: gatewayServices,
  arguments: serviceArguments,
  reply: struct<GatewayReply>({ Services: list(gatewayService, UNLIMITED), ...queryMetaKinds }),
  request: ({ ServiceName }) => ServiceName,
  ask: (gateway, options) => askService(gateway, EVERYTHING, options),
  show: (found, meta) => ({ Services: found, ...meta }),
  value: ({ Services }) => Services ?? [],
};

/** Of the server that is asked: no datacenter is named. */
const options = struct<Omit<QueryOptions, 'Datacenter'>>(queryOptionKinds);

const datacenters: DirectRow<Omit<QueryOptions, 'Datacenter'>, readonly string[] | null, null, readonly string[]> = {
  kind: 'direct',
  method: listDatacenters,
  arguments: options,
  reply: list(text),
  request: () => null,
  ask: (_nothing, { Datacenter: _, ...rest }) => rest,
  show: (found) => found,
  value: (reply) => reply ?? [],
};

export const catalogRows: readonly Row[] = [
  ...[nodes, names, serviceList, servicesById, servicesInOrder, gateways],
  datacenters,
];
