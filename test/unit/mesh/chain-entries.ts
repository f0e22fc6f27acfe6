// Config entries for the tests of the chain compiler, of which a test says only what matters to it.

import { type ChainRequest, type ChainResult, compileChain } from '../../../src/workers/state/mesh/chain/compile.js';
import type { CompiledChain } from '../../../src/workers/state/mesh/chain/compiled.js';
import type {
  ChainEntries,
  ProxyDefaultsEntry,
  ResolverEntry,
  ResolverFailover,
  Rewrite,
  RouterEntry,
  ServiceDefaultsEntry,
  SplitterEntry,
} from '../../../src/workers/state/mesh/chain/entries.js';
import { NO_OVERRIDES, type Overrides } from '../../../src/workers/state/mesh/chain/overrides.js';

const TRUST_DOMAIN = '11111111-2222-3333-4444-555555555555.consul';

export interface GivenResolver extends Partial<Omit<ResolverEntry, 'Redirect' | 'Failover'>> {
  readonly Redirect?: Partial<Rewrite>;
  readonly Failover?: {
    readonly [subset: string]: Partial<Omit<ResolverFailover, 'Targets'>> & {
      readonly Targets?: readonly Partial<Rewrite>[];
    };
  };
}

export interface Given {
  readonly routers?: { readonly [service: string]: readonly { readonly to?: string; readonly subset?: string }[] };
  readonly splitters?: {
    readonly [service: string]: readonly { readonly weight: number; readonly to?: string; readonly subset?: string }[];
  };
  readonly resolvers?: { readonly [service: string]: GivenResolver };
  readonly defaults?: { readonly [service: string]: Partial<ServiceDefaultsEntry> };
  readonly proxies?: Partial<ProxyDefaultsEntry>;
}

const DEFAULTS: ServiceDefaultsEntry = {
  Protocol: '',
  MeshGateway: { Mode: '' },
  EnvoyExtensions: null,
  ExternalSNI: '',
  TransparentProxy: { DialedDirectly: false },
  Meta: null,
};
const PROXIES: ProxyDefaultsEntry = {
  Protocol: '',
  MeshGateway: { Mode: '' },
  EnvoyExtensions: null,
  Config: null,
  FailoverPolicy: null,
  PrioritizeByLocality: null,
};
const NOWHERE: Rewrite = { Service: '', ServiceSubset: '', Datacenter: '', Peer: '' };
const NO_FAILOVER: ResolverFailover = {
  Service: '',
  ServiceSubset: '',
  Datacenters: null,
  Targets: null,
  Policy: null,
};

function routerOf(routes: readonly { readonly to?: string; readonly subset?: string }[]): RouterEntry {
  return {
    Routes: routes.map(({ to, subset }) => ({
      Match: null,
      Destination: to === undefined ? null : { Service: to, ServiceSubset: subset ?? '' },
    })),
  };
}

function splitterOf(splits: NonNullable<Given['splitters']>[string]): SplitterEntry {
  return {
    Splits: splits.map(({ weight, to, subset }) => ({
      Weight: weight,
      Service: to ?? '',
      ServiceSubset: subset ?? '',
      Namespace: '',
      Partition: '',
      RequestHeaders: null,
      ResponseHeaders: null,
    })),
  };
}

function resolverOf({ Redirect, Failover, ...rest }: GivenResolver): ResolverEntry {
  const rules = Object.entries(Failover ?? {}).map(([subset, { Targets, ...rule }]) => [
    subset,
    { ...NO_FAILOVER, ...rule, Targets: Targets?.map((target) => ({ ...NOWHERE, ...target })) ?? null },
  ]);
  return {
    ConnectTimeout: 0,
    RequestTimeout: 0,
    DefaultSubset: '',
    Subsets: null,
    LoadBalancer: null,
    PrioritizeByLocality: null,
    ...rest,
    Redirect: Redirect === undefined ? null : { ...NOWHERE, ...Redirect },
    Failover: Failover === undefined ? null : Object.fromEntries(rules),
  };
}

function lookup<T, E>(all: { readonly [name: string]: T } | undefined, make: (given: T) => E) {
  const made = new Map(Object.entries(all ?? {}).map(([name, given]) => [name, make(given)]));
  return (name: string): E | undefined => made.get(name);
}

export function entriesOf({ routers, splitters, resolvers, defaults, proxies }: Given): ChainEntries {
  return {
    router: lookup(routers, routerOf),
    splitter: lookup(splitters, splitterOf),
    resolver: lookup(resolvers, resolverOf),
    serviceDefaults: lookup(defaults, (given) => ({ ...DEFAULTS, ...given })),
    proxyDefaults: () => (proxies === undefined ? undefined : { ...PROXIES, ...proxies }),
  };
}

function requestOf(service: string, overrides: Partial<Overrides>): ChainRequest {
  return {
    service,
    datacenter: 'dc1',
    trustDomain: TRUST_DOMAIN,
    overrides: { ...NO_OVERRIDES, ...overrides },
    autoVirtualIps: null,
    manualVirtualIps: null,
  };
}

export function compile(given: Given, service: string, overrides: Partial<Overrides> = {}): ChainResult {
  return compileChain(entriesOf(given), requestOf(service, overrides));
}

/** Of entries that are right. */
export function chainOf(given: Given, service: string, overrides: Partial<Overrides> = {}): CompiledChain {
  const result = compile(given, service, overrides);
  if (!result.ok) throw new Error(result.error);
  return result.chain;
}

export function errorOf(given: Given, service: string): string {
  const result = compile(given, service);
  if (result.ok) throw new Error(`${service} has a chain`);
  return result.error;
}
