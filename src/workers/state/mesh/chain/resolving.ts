// The ends of a chain: a node for each target that is reached, with the targets that stand in for it, and what a proxy needs to
// know of each of them.

import type { ChainFailover, ChainNode, ChainTarget } from '../../../../wire/mesh/compiled-chain.js';
import { type FindEntry, GLOBAL, type ResolverEntry, type ResolverFailover, type Rewrite } from './entries.js';
import type { AppliedOverrides } from './overrides.js';
import type { Settled, Settling } from './settling.js';
import { rewritten, serverName, type Target, targetId } from './target.js';

const DEFAULT_CONNECT_TIMEOUT_NS = 5_000_000_000;
const EVERY_SUBSET = '*';
const ALL_INSTANCES = { Filter: '', OnlyPassing: false };
const SAME_PLACE: Rewrite = { Service: '', ServiceSubset: '', Datacenter: '', Peer: '' };

/** Nodes and stand-ins together; no proxy could use more, and entries of a few megabytes could name far more. */
export const MAX_TARGETS = 10_000;

export interface ResolvingOptions {
  readonly service: string;
  readonly find: FindEntry;
  readonly overrides: AppliedOverrides;
  readonly settling: Settling;
  readonly trustDomain: string;
}

export class Resolving {
  readonly nodes = new Map<string, ChainNode>();
  readonly targets = new Map<string, ChainTarget>();
  readonly #options: ResolvingOptions;
  #named = 0;

  constructor(options: ResolvingOptions) {
    this.#options = options;
  }

  /** The name of the node for a target, or why there is none. */
  nodeFor(asked: Target): { readonly name: string } | string {
    const settled = this.#options.settling.settle(asked);
    if (typeof settled === 'string') return settled;
    const name = `resolver:${settled.id}`;
    if (this.nodes.has(name)) return { name };
    const failover = this.#failover(settled);
    if (typeof failover === 'string') return failover;
    const { resolver } = settled;
    const problem = this.#addTarget(settled);
    if (problem !== null) return problem;
    this.nodes.set(name, {
      Type: 'resolver',
      Name: settled.id,
      Routes: null,
      Splits: null,
      Resolver: {
        Default: isDefault(resolver),
        ConnectTimeout: this.#connectTimeout(resolver),
        RequestTimeout: resolver?.RequestTimeout ?? 0,
        Target: settled.id,
        Failover: failover,
      },
      LoadBalancer: resolver?.LoadBalancer ?? null,
    });
    return { name };
  }

  /** A stand-in has no stand-ins of its own. */
  #failover({ id, target, resolver }: Settled): ChainFailover | null | string {
    const rule = failoverOf(resolver, target.subset);
    if (rule === undefined) return null;
    const Targets = new Set<string>();
    for (const place of placesOf(rule)) {
      const standIn = rewritten(target, place);
      if (targetId(standIn) === id) continue;
      const settled = this.#options.settling.settle(standIn);
      if (typeof settled === 'string') return settled;
      if (settled.id === id || Targets.has(settled.id)) continue;
      const problem = this.#addTarget(settled);
      if (problem !== null) return problem;
      Targets.add(settled.id);
    }
    if (Targets.size === 0) return null;
    return {
      Targets: [...Targets],
      Policy: rule.Policy ?? this.#options.find('proxy-defaults', GLOBAL)?.FailoverPolicy ?? null,
    };
  }

  #addTarget({ id, target, resolver }: Settled): string | null {
    this.#named += 1;
    if (this.#named > MAX_TARGETS) {
      return `discovery chain "${this.#options.service}" leads to more than ${MAX_TARGETS} targets`;
    }
    if (this.targets.has(id)) return null;
    const { find, overrides, trustDomain } = this.#options;
    const own = target.peer === '' ? find('service-defaults', target.service) : undefined;
    const all = find('proxy-defaults', GLOBAL);
    const mode = own?.MeshGateway.Mode || all?.MeshGateway.Mode || '';
    const external = own?.ExternalSNI ?? '';
    const name = serverName(target, trustDomain);
    this.targets.set(id, {
      ID: id,
      Service: target.service,
      ServiceSubset: target.subset,
      Namespace: 'default',
      Partition: 'default',
      Datacenter: target.datacenter,
      Peer: target.peer,
      Locality: null,
      MeshGateway: { Mode: overrides.meshGateway(mode) },
      Subset: subsetOf(resolver, target.subset),
      TransparentProxy: {
        DialedDirectly: own?.TransparentProxy.DialedDirectly ?? false,
        OutboundListenerPort: 0,
      },
      ConnectTimeout: this.#connectTimeout(resolver),
      External: external !== '',
      SNI: external === '' ? name : external,
      Name: name,
      PrioritizeByLocality: resolver?.PrioritizeByLocality ?? all?.PrioritizeByLocality ?? null,
    });
    return null;
  }

  #connectTimeout(resolver: ResolverEntry | undefined): number {
    return this.#options.overrides.connectTimeout(resolver?.ConnectTimeout || DEFAULT_CONNECT_TIMEOUT_NS);
  }
}

/** Says no more than if it weren't there. */
function isDefault(resolver: ResolverEntry | undefined): boolean {
  if (resolver === undefined) return true;
  const { ConnectTimeout, RequestTimeout, DefaultSubset, Subsets, Redirect, Failover, LoadBalancer } = resolver;
  return (
    ConnectTimeout === 0 &&
    RequestTimeout === 0 &&
    DefaultSubset === '' &&
    Object.keys(Subsets ?? {}).length === 0 &&
    Redirect === null &&
    Object.keys(Failover ?? {}).length === 0 &&
    LoadBalancer === null
  );
}

function subsetOf(resolver: ResolverEntry | undefined, name: string): ChainTarget['Subset'] {
  const subsets = resolver?.Subsets ?? {};
  return (Object.hasOwn(subsets, name) ? subsets[name] : undefined) ?? ALL_INSTANCES;
}

function failoverOf(resolver: ResolverEntry | undefined, subset: string): ResolverFailover | undefined {
  const rules = resolver?.Failover ?? {};
  if (Object.hasOwn(rules, subset)) return rules[subset];
  return Object.hasOwn(rules, EVERY_SUBSET) ? rules[EVERY_SUBSET] : undefined;
}

function placesOf({ Service, ServiceSubset, Datacenters, Targets }: ResolverFailover): readonly Rewrite[] {
  if (Targets !== null && Targets.length > 0) return Targets;
  const place = { ...SAME_PLACE, Service, ServiceSubset };
  if (Datacenters === null || Datacenters.length === 0) return [place];
  return Datacenters.map((Datacenter) => ({ ...place, Datacenter }));
}
