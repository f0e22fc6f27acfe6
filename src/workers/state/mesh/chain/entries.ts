// What a chain is compiled from: the config entries about routing as the store has them (spec/fsm.md, section 5), as far as the
// compiler reads them. Names are looked up by whoever keeps the entries, by its own rules.

import type { EnvoyExtension, MeshGateway, StringMap } from '../../../../wire/records.js';

export interface HeaderModifiers {
  readonly Add: StringMap | null;
  readonly Set: StringMap | null;
  readonly Remove: readonly string[] | null;
}

export interface RouterEntry {
  readonly Routes: readonly ServiceRoute[] | null;
}
export interface ServiceRoute {
  readonly Match: unknown;
  readonly Destination: { readonly Service: string; readonly ServiceSubset: string } | null;
}

export interface SplitterEntry {
  readonly Splits: readonly ServiceSplit[] | null;
}
export interface ServiceSplit {
  /** Percent. */
  readonly Weight: number;
  /** "" = the splitter's own. */
  readonly Service: string;
  readonly ServiceSubset: string;
  readonly Namespace: string;
  readonly Partition: string;
  readonly RequestHeaders: HeaderModifiers | null;
  readonly ResponseHeaders: HeaderModifiers | null;
}

export interface ResolverEntry {
  /** Nanoseconds; 0 = the default. */
  readonly ConnectTimeout: number;
  readonly RequestTimeout: number;
  readonly DefaultSubset: string;
  readonly Subsets: { readonly [name: string]: { readonly Filter: string; readonly OnlyPassing: boolean } } | null;
  readonly Redirect: Rewrite | null;
  readonly Failover: { readonly [subset: string]: ResolverFailover } | null;
  readonly LoadBalancer: unknown;
  readonly PrioritizeByLocality: unknown;
}
/** Where a redirect or a failover leads; what is empty stays as it is. */
export interface Rewrite {
  readonly Service: string;
  readonly ServiceSubset: string;
  readonly Datacenter: string;
  readonly Peer: string;
}
export interface ResolverFailover {
  readonly Service: string;
  readonly ServiceSubset: string;
  readonly Datacenters: readonly string[] | null;
  readonly Targets: readonly Rewrite[] | null;
  readonly Policy: unknown;
}

export interface DefaultsEntry {
  readonly Protocol: string;
  readonly MeshGateway: MeshGateway;
  readonly EnvoyExtensions: readonly EnvoyExtension[] | null;
}
export interface ServiceDefaultsEntry extends DefaultsEntry {
  readonly ExternalSNI: string;
  readonly TransparentProxy: { readonly DialedDirectly: boolean };
  readonly Meta: StringMap | null;
}
export interface ProxyDefaultsEntry extends DefaultsEntry {
  readonly Config: { readonly [name: string]: unknown } | null;
  readonly FailoverPolicy: unknown;
  readonly PrioritizeByLocality: unknown;
}

export interface ChainEntries {
  router(service: string): RouterEntry | undefined;
  splitter(service: string): SplitterEntry | undefined;
  resolver(service: string): ResolverEntry | undefined;
  serviceDefaults(service: string): ServiceDefaultsEntry | undefined;
  proxyDefaults(): ProxyDefaultsEntry | undefined;
}
