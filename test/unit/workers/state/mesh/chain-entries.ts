// Config entries for the tests of the chain compiler, of which a test says only what matters to it.

import {
  type ConfigEntry,
  type EntryKind,
  type EntryOf,
  emptyEntry,
} from '../../../../../src/wire/config-entries/entries.js';
import { emptyDestination } from '../../../../../src/wire/config-entries/service-routing.js';
import type { CompiledChain } from '../../../../../src/wire/mesh/compiled-chain.js';
import { type ChainResult, compileChain } from '../../../../../src/workers/state/mesh/chain/compile.js';
import type { FindEntry, Rewrite } from '../../../../../src/workers/state/mesh/chain/entries.js';
import { NO_OVERRIDES, type Overrides } from '../../../../../src/workers/state/mesh/chain/overrides.js';

const TRUST_DOMAIN = '11111111-2222-3333-4444-555555555555.consul';

type Resolver = EntryOf<'service-resolver'>;
type Failover = NonNullable<Resolver['Failover']>[string];
type Target = NonNullable<Failover['Targets']>[number];

export interface GivenResolver extends Partial<Omit<Resolver, 'Redirect' | 'Failover'>> {
  readonly Redirect?: Partial<Rewrite>;
  readonly Failover?: {
    readonly [subset: string]: Partial<Omit<Failover, 'Targets'>> & { readonly Targets?: readonly Partial<Target>[] };
  };
}

export interface Given {
  readonly routers?: { readonly [service: string]: readonly { readonly to?: string; readonly subset?: string }[] };
  readonly splitters?: {
    readonly [service: string]: readonly { readonly weight: number; readonly to?: string; readonly subset?: string }[];
  };
  readonly resolvers?: { readonly [service: string]: GivenResolver };
  readonly defaults?: { readonly [service: string]: Partial<EntryOf<'service-defaults'>> };
  readonly proxies?: Partial<EntryOf<'proxy-defaults'>>;
}

const NOWHERE: Target = { Service: '', ServiceSubset: '', Namespace: '', Partition: '', Datacenter: '', Peer: '' };
const NO_FAILOVER: Failover = {
  Service: '',
  ServiceSubset: '',
  Namespace: '',
  Datacenters: null,
  Targets: null,
  Policy: null,
  SamenessGroup: '',
};

function routerOf(name: string, routes: NonNullable<Given['routers']>[string]): ConfigEntry {
  return {
    ...emptyEntry('service-router', name),
    Routes: routes.map(({ to, subset }) => ({
      Match: null,
      Destination: to === undefined ? null : { ...emptyDestination, Service: to, ServiceSubset: subset ?? '' },
    })),
  };
}

function splitterOf(name: string, splits: NonNullable<Given['splitters']>[string]): ConfigEntry {
  return {
    ...emptyEntry('service-splitter', name),
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

function resolverOf(name: string, { Redirect, Failover, ...rest }: GivenResolver): ConfigEntry {
  const rules = Object.entries(Failover ?? {}).map(([subset, { Targets, ...rule }]) => [
    subset,
    { ...NO_FAILOVER, ...rule, Targets: Targets?.map((target) => ({ ...NOWHERE, ...target })) ?? null },
  ]);
  return {
    ...emptyEntry('service-resolver', name),
    ...rest,
    Redirect: Redirect === undefined ? null : { ...NOWHERE, SamenessGroup: '', ...Redirect },
    Failover: Failover === undefined ? null : Object.fromEntries(rules),
  };
}

/** All entries that a test gives. */
export function entriesOf({ routers, splitters, resolvers, defaults, proxies }: Given): readonly ConfigEntry[] {
  const each = <T>(all: { readonly [name: string]: T } | undefined, make: (name: string, given: T) => ConfigEntry) =>
    Object.entries(all ?? {}).map(([name, given]) => make(name, given));
  return [
    ...each(routers, routerOf),
    ...each(splitters, splitterOf),
    ...each(resolvers, resolverOf),
    ...each(defaults, (name, given) => ({ ...emptyEntry('service-defaults', name), ...given })),
    ...(proxies === undefined ? [] : [{ ...emptyEntry('proxy-defaults', 'global'), ...proxies }]),
  ];
}

export function finderOf(entries: readonly ConfigEntry[]): FindEntry {
  const all = new Map(entries.map((entry) => [`${entry.Kind}/${entry.Name}`, entry]));
  return <K extends EntryKind>(kind: K, name: string) => all.get(`${kind}/${name}`) as EntryOf<K> | undefined;
}

function requestOf(service: string, overrides: Partial<Overrides>) {
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
  return compileChain(finderOf(entriesOf(given)), requestOf(service, overrides));
}

/** A chain always has nodes and targets. */
export interface Chain extends CompiledChain {
  readonly Nodes: NonNullable<CompiledChain['Nodes']>;
  readonly Targets: NonNullable<CompiledChain['Targets']>;
}

/** Of entries that are right. */
export function chainOf(given: Given, service: string, overrides: Partial<Overrides> = {}): Chain {
  const result = compile(given, service, overrides);
  if (!result.ok) throw new Error(result.error);
  const { Nodes, Targets } = result.chain;
  return { ...result.chain, Nodes: Nodes ?? {}, Targets: Targets ?? {} };
}

export function errorOf(given: Given, service: string): string {
  const result = compile(given, service);
  if (result.ok) throw new Error(`${service} has a chain`);
  return result.error;
}
