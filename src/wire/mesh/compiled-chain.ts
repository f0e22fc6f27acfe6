// A compiled discovery chain: which way the requests for a service go, as it is told to proxies and to other servers (spec/rpc.md,
// DiscoveryChain.Get). Durations are nanoseconds; fields stand in the order in which JSON shows them.

import {
  bool,
  duration,
  float32,
  list,
  map,
  optional,
  pointer,
  type RecordOf,
  struct,
  text,
} from '../config-entries/forms.js';
import { failoverPolicy, loadBalancer, serviceRoute, serviceSplit } from '../config-entries/service-routing.js';
import {
  envoyExtensions,
  meshGateway,
  prioritizeByLocality,
  transparentProxy,
} from '../config-entries/shared-forms.js';

const routeFields = { Definition: serviceRoute, NextNode: optional(text) } as const;
export type ChainRoute = RecordOf<typeof routeFields>;

const splitFields = {
  Definition: serviceSplit,
  Weight: float32,
  NextNode: optional(text),
} as const;
export type ChainSplit = RecordOf<typeof splitFields>;

const failoverFields = { Targets: list(text), Policy: optional(pointer(failoverPolicy)) } as const;
export type ChainFailover = RecordOf<typeof failoverFields>;

const resolverFields = {
  ConnectTimeout: optional(duration),
  RequestTimeout: optional(duration),
  /** Its entry says nothing, or there is none. */
  Default: optional(bool),
  Target: text,
  Failover: optional(pointer(struct(failoverFields))),
} as const;

const nodeFields = {
  /** `router`, `splitter` or `resolver`; the field of that kind is not null. */
  Type: text,
  Name: text,
  Routes: optional(list(struct(routeFields))),
  Splits: optional(list(struct(splitFields))),
  Resolver: optional(pointer(struct(resolverFields))),
  LoadBalancer: optional(pointer(loadBalancer)),
} as const;
export type ChainNode = RecordOf<typeof nodeFields>;

const targetFields = {
  ConnectTimeout: optional(duration),
  ID: text,
  Service: text,
  ServiceSubset: optional(text),
  Namespace: text,
  Partition: text,
  /** "" of a peer's. */
  Datacenter: text,
  Peer: optional(text),
  MeshGateway: meshGateway,
  Subset: struct({ Filter: optional(text), OnlyPassing: optional(bool) }),
  TransparentProxy: transparentProxy,
  /** Outside of the mesh. */
  External: optional(bool),
  SNI: optional(text),
  Name: optional(text),
  Locality: optional(pointer(struct({ Region: optional(text), Zone: optional(text) }))),
  PrioritizeByLocality: optional(prioritizeByLocality),
} as const;
export type ChainTarget = RecordOf<typeof targetFields>;

const chainFields = {
  ServiceName: text,
  Namespace: text,
  Partition: text,
  Datacenter: text,
  /** "" unless an override changed something. */
  CustomizationHash: optional(text),
  /** Nothing is configured: what the chain's service has is all there is to it. */
  Default: optional(bool),
  Protocol: text,
  ServiceMeta: optional(map(text)),
  EnvoyExtensions: envoyExtensions,
  StartNode: text,
  Nodes: map(struct(nodeFields)),
  Targets: map(struct(targetFields)),
  AutoVirtualIPs: list(text),
  ManualVirtualIPs: list(text),
} as const;
export const compiledChain = struct(chainFields);
export type CompiledChain = RecordOf<typeof chainFields>;
