// Arguments that many read methods share (spec/rpc.md, section 5: DC, NODE and SVC), and what they narrow a list to. What a row
// asks for stands in front of the options: an object that begins with a spread and then grows is several times slower.

import { list, objectOf } from '../../../../msgpack/collections.js';
import { bool, int, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { StringMap } from '../../../../wire/records.js';
import type { Narrowing } from '../../methods/contract/narrowing.js';
import { type QueryOptions, queryOptionKinds } from './query-options.js';
import type { WriteOptions } from './row.js';

/** Where lists are sorted from. */
export interface QuerySource {
  readonly Datacenter: string;
  readonly Segment: string;
  readonly Node: string;
  readonly NodePartition: string;
  readonly Ip: string;
  readonly DisableNode: boolean;
}

export const querySource = struct<QuerySource>({
  Datacenter: text,
  Segment: text,
  Node: text,
  NodePartition: text,
  Ip: text,
  DisableNode: bool,
});

export interface Narrowed extends QueryOptions {
  readonly NodeMetaFilters: StringMap | null;
  readonly Source: QuerySource;
}

export interface DatacenterArguments extends Narrowed {
  readonly PeerName: string;
}

export const narrowedKinds = {
  Datacenter: text,
  NodeMetaFilters: objectOf(text),
  Source: querySource,
  PeerName: text,
  ...queryOptionKinds,
} as const;

export const datacenterArguments = struct<DatacenterArguments>(narrowedKinds);

export interface NodeArguments extends QueryOptions {
  readonly Node: string;
  readonly MergeCentralConfig: boolean;
  readonly PeerName: string;
}

export const nodeArguments = struct<NodeArguments>({
  Datacenter: text,
  Node: text,
  MergeCentralConfig: bool,
  PeerName: text,
  ...queryOptionKinds,
});

export interface ServiceArguments extends DatacenterArguments {
  readonly ServiceName: string;
  readonly ServiceKind: string;
  /** Of old clients; in place of the list when it is set. */
  readonly ServiceTag: string;
  readonly ServiceTags: readonly string[] | null;
  readonly ServiceAddress: string;
  /** Only with it the tags count. */
  readonly TagFilter: boolean;
  readonly HealthFilterType: number;
  readonly Connect: boolean;
  readonly Ingress: boolean;
  readonly MergeCentralConfig: boolean;
  readonly SamenessGroup: string;
}

export const serviceArguments = struct<ServiceArguments>({
  ...narrowedKinds,
  ServiceName: text,
  ServiceKind: text,
  ServiceTag: text,
  ServiceTags: list(text),
  ServiceAddress: text,
  TagFilter: bool,
  HealthFilterType: int,
  Connect: bool,
  Ingress: bool,
  MergeCentralConfig: bool,
  SamenessGroup: text,
});

/** A filter by no pair is none. */
export function nodeMetaOf({ NodeMetaFilters }: Narrowed): StringMap | null {
  return NodeMetaFilters !== null && Object.keys(NodeMetaFilters).length > 0 ? NodeMetaFilters : null;
}

export function tagsOf({ TagFilter, ServiceTag, ServiceTags }: ServiceArguments): readonly string[] {
  if (!TagFilter) return [];
  return ServiceTag === '' ? (ServiceTags ?? []) : [ServiceTag];
}

export function narrowingOf(args: Narrowed): Narrowing {
  return { filter: args.Filter, nodeMeta: nodeMetaOf(args), near: args.Source.Node, tags: [] };
}

function source(near: string): QuerySource {
  return near === '' ? querySource.zero : { ...querySource.zero, Node: near };
}

export function askNarrowed({ filter, nodeMeta, near }: Narrowing, options: QueryOptions): DatacenterArguments {
  return { NodeMetaFilters: nodeMeta, Source: source(near), PeerName: '', ...options, Filter: filter };
}

/** Of methods that are asked as a write is: nothing but the datacenter is said. */
export function askDatacenter(_nothing: null, options: WriteOptions): DatacenterArguments {
  return { ...datacenterArguments.zero, ...options };
}

export function askNode(node: string, options: QueryOptions, filter = '', isMerged = false): NodeArguments {
  return { Node: node, MergeCentralConfig: isMerged, PeerName: '', ...options, Filter: filter };
}

/** Which instances of a service are meant; all of them where nothing is said. */
type Choice = Partial<
  Pick<
    ServiceArguments,
    'ServiceAddress' | 'HealthFilterType' | 'Connect' | 'Ingress' | 'PeerName' | 'MergeCentralConfig'
  >
>;

const ALL_INSTANCES: Choice = {};

export function askService(
  service: string,
  { filter, nodeMeta, near, tags }: Narrowing,
  options: QueryOptions,
  choice: Choice = ALL_INSTANCES,
): ServiceArguments {
  return {
    NodeMetaFilters: nodeMeta,
    Source: source(near),
    ServiceName: service,
    ServiceKind: '',
    ServiceTag: '',
    ServiceTags: tags.length === 0 ? null : tags,
    ServiceAddress: choice.ServiceAddress ?? '',
    TagFilter: tags.length > 0,
    HealthFilterType: choice.HealthFilterType ?? 0,
    Connect: choice.Connect ?? false,
    Ingress: choice.Ingress ?? false,
    PeerName: choice.PeerName ?? '',
    MergeCentralConfig: choice.MergeCentralConfig ?? false,
    SamenessGroup: '',
    ...options,
    Filter: filter,
  };
}
