// The rows of Internal.*'s lists. Stock's agents ask for exported services by gRPC; lictor's have a call of their own.

import { list, objectOf } from '../../../../msgpack/collections.js';
import { bool, text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { GatewayServiceRecord } from '../../../../wire/mesh/gateway-service.js';
import type { CheckRecord, ServiceRecord, StringMap } from '../../../../wire/records.js';
import { checkSchema, nodeSchema, serviceSchema } from '../../../../wire/schema/catalog.js';
import { EVERYTHING, type Narrowing } from '../../methods/contract/narrowing.js';
import {
  type NodeDump,
  nodeDump,
  nodeInfo,
  type ServiceDump,
  type ServiceDumpRequest,
  serviceDump,
} from '../../methods/internal.js';
import {
  type ExportedService,
  type ExportedServicesRequest,
  exportedServices,
} from '../../methods/mesh/exported-services.js';
import {
  askNarrowed,
  askNode,
  type DatacenterArguments,
  datacenterArguments,
  type NodeArguments,
  narrowingOf,
  nodeArguments,
  type QuerySource,
  querySource,
} from './arguments.js';
import { gatewayService } from './catalog.js';
import { type Entry, entryKind, readEntry, shownEntry } from './health.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from './query-options.js';
import type { ReadRow, Row } from './row.js';

interface DumpRecord {
  readonly ID: string;
  readonly Node: string;
  readonly Partition: string;
  readonly PeerName: string;
  readonly Address: string;
  readonly TaggedAddresses: StringMap | null;
  readonly Meta: StringMap | null;
  readonly Services: readonly ServiceRecord[] | null;
  readonly Checks: readonly CheckRecord[] | null;
}

const dumps = list(
  struct<DumpRecord>({
    ID: text,
    Node: text,
    Partition: text,
    PeerName: text,
    Address: text,
    TaggedAddresses: objectOf(text),
    Meta: objectOf(text),
    Services: list(recordKind(serviceSchema), UNLIMITED),
    Checks: list(recordKind(checkSchema), UNLIMITED),
  }),
  UNLIMITED,
);

interface DumpReply extends QueryMeta {
  readonly Dump: readonly DumpRecord[] | null;
  /** Of peers; there are none. */
  readonly ImportedDump: readonly DumpRecord[] | null;
}

const dumpReply = struct<DumpReply>({ Dump: dumps, ImportedDump: dumps, ...queryMetaKinds });

function shown({ node, services, checks }: NodeDump): DumpRecord {
  const { ID, Node, Partition, PeerName, Address, TaggedAddresses, Meta } = node;
  return {
    ID,
    Node,
    Partition,
    PeerName,
    Address,
    TaggedAddresses,
    Meta,
    Services: emptyAsNil(services),
    Checks: emptyAsNil(checks),
  };
}

const noNode = recordKind(nodeSchema).zero;

/** What the record doesn't have of the node, nobody shows of a dump. */
function unfolded({
  Services,
  Checks,
  ID,
  Node,
  Partition,
  PeerName,
  Address,
  TaggedAddresses,
  Meta,
}: DumpRecord): NodeDump {
  return {
    node: { ...noNode, ID, Node, Partition, PeerName, Address, TaggedAddresses, Meta },
    services: Services ?? [],
    checks: Checks ?? [],
  };
}

const all: ReadRow<DatacenterArguments, DumpReply, Narrowing, readonly NodeDump[]> = {
  kind: 'read',
  method: nodeDump,
  arguments: datacenterArguments,
  reply: dumpReply,
  request: narrowingOf,
  ask: askNarrowed,
  show: (found, meta) => ({ Dump: emptyAsNil(found.map(shown)), ImportedDump: null, ...meta }),
  value: ({ Dump }) => (Dump ?? []).map(unfolded),
};

const one: ReadRow<NodeArguments, DumpReply, string, NodeDump | null> = {
  kind: 'read',
  method: nodeInfo,
  arguments: nodeArguments,
  reply: dumpReply,
  request: ({ Node }) => Node,
  ask: askNode,
  show: (found, meta) => ({ Dump: found === null ? null : [shown(found)], ImportedDump: null, ...meta }),
  value: ({ Dump }) => (Dump?.[0] === undefined ? null : unfolded(Dump[0])),
};

interface ServiceDumpArguments extends QueryOptions {
  readonly PeerName: string;
  readonly ServiceKind: string;
  /** Only with it the kind counts. */
  readonly UseServiceKind: boolean;
  readonly Source: QuerySource;
  readonly NodesOnly: boolean;
}

interface ServiceDumpReply extends QueryMeta {
  readonly Nodes: readonly Entry[] | null;
  readonly Gateways: readonly GatewayServiceRecord[] | null;
  /** Of peers; there are none. */
  readonly ImportedNodes: readonly Entry[] | null;
}

const services: ReadRow<ServiceDumpArguments, ServiceDumpReply, ServiceDumpRequest, ServiceDump> = {
  kind: 'read',
  method: serviceDump,
  arguments: struct<ServiceDumpArguments>({
    Datacenter: text,
    PeerName: text,
    ServiceKind: text,
    UseServiceKind: bool,
    Source: querySource,
    NodesOnly: bool,
    ...queryOptionKinds,
  }),
  reply: struct<ServiceDumpReply>({
    Nodes: list(entryKind, UNLIMITED),
    Gateways: list(gatewayService, UNLIMITED),
    ImportedNodes: list(entryKind, UNLIMITED),
    ...queryMetaKinds,
  }),
  request: ({ Filter: filter, UseServiceKind, ServiceKind }) => ({ filter, kind: UseServiceKind ? ServiceKind : null }),
  ask: ({ filter, kind }, options) => ({
    PeerName: '',
    ServiceKind: kind ?? '',
    UseServiceKind: kind !== null,
    Source: querySource.zero,
    NodesOnly: false,
    ...options,
    Filter: filter,
  }),
  show: ({ instances, gateways }, meta) => ({
    Nodes: emptyAsNil(instances.map(shownEntry)),
    Gateways: gateways,
    ImportedNodes: null,
    ...meta,
  }),
  value: ({ Nodes, Gateways }) => ({ instances: (Nodes ?? []).map(readEntry), gateways: Gateways ?? [] }),
};

interface Exported {
  readonly Service: string;
  readonly Peers: readonly string[] | null;
}

interface ExportedReply extends QueryMeta {
  readonly Services: readonly Exported[] | null;
}

const exported: ReadRow<DatacenterArguments, ExportedReply, ExportedServicesRequest, readonly ExportedService[]> = {
  kind: 'read',
  method: exportedServices,
  arguments: datacenterArguments,
  reply: struct<ExportedReply>({
    Services: list(struct<Exported>({ Service: text, Peers: list(text, UNLIMITED) }), UNLIMITED),
    ...queryMetaKinds,
  }),
  request: ({ Filter: filter }) => ({ filter }),
  ask: ({ filter }, options) => askNarrowed({ ...EVERYTHING, filter }, options),
  show: (found, meta) => ({
    Services: emptyAsNil(found.map(({ service, peers }) => ({ Service: service, Peers: peers }))),
    ...meta,
  }),
  value: ({ Services }) => (Services ?? []).map(({ Service, Peers }) => ({ service: Service, peers: Peers ?? [] })),
};

export const internalRows: readonly Row[] = [all, one, services, exported];
