// A compiled chain, with the names that clients and other servers see it by (spec/rpc.md, DiscoveryChain.Get). Durations are
// nanoseconds.

import type { EnvoyExtension, MeshGateway, StringMap } from '../../../../wire/records.js';
import type { ServiceRoute, ServiceSplit } from './entries.js';

export interface ChainRoute {
  readonly Definition: ServiceRoute;
  readonly NextNode: string;
}

export interface ChainSplit {
  readonly Definition: ServiceSplit;
  readonly Weight: number;
  readonly NextNode: string;
}

export interface ChainFailover {
  readonly Targets: readonly string[];
  readonly Policy: unknown;
}

export interface ChainResolver {
  readonly Default: boolean;
  readonly ConnectTimeout: number;
  readonly RequestTimeout: number;
  readonly Target: string;
  readonly Failover: ChainFailover | null;
}

/** One of Routes, Splits and Resolver isn't null, as the type says. */
export interface ChainNode {
  readonly Type: 'router' | 'splitter' | 'resolver';
  readonly Name: string;
  readonly Routes: readonly ChainRoute[] | null;
  readonly Splits: readonly ChainSplit[] | null;
  readonly Resolver: ChainResolver | null;
  readonly LoadBalancer: unknown;
}

export interface ChainTarget {
  readonly ID: string;
  readonly Service: string;
  readonly ServiceSubset: string;
  readonly Namespace: string;
  readonly Partition: string;
  readonly Datacenter: string;
  readonly Peer: string;
  readonly Locality: null;
  readonly MeshGateway: MeshGateway;
  readonly Subset: { readonly Filter: string; readonly OnlyPassing: boolean };
  readonly TransparentProxy: { readonly DialedDirectly: boolean; readonly OutboundListenerPort: number };
  readonly ConnectTimeout: number;
  readonly External: boolean;
  readonly SNI: string;
  readonly Name: string;
  readonly PrioritizeByLocality: unknown;
}

export interface CompiledChain {
  readonly ServiceName: string;
  readonly Namespace: string;
  readonly Partition: string;
  readonly Datacenter: string;
  /** "" unless an override changed something. */
  readonly CustomizationHash: string;
  /** Nothing is configured: what the chain's service has is all there is to it. */
  readonly Default: boolean;
  readonly Protocol: string;
  readonly ServiceMeta: StringMap | null;
  readonly EnvoyExtensions: readonly EnvoyExtension[] | null;
  readonly StartNode: string;
  readonly Nodes: { readonly [name: string]: ChainNode };
  readonly Targets: { readonly [id: string]: ChainTarget };
  readonly AutoVirtualIPs: readonly string[] | null;
  readonly ManualVirtualIPs: readonly string[] | null;
}
