// Compiles the config entries about routing into the chain of a service: which way its requests go, from a router over splitters
// to the instances that take them. Pure, and bounded by what the entries name: each service is looked at once, circles are
// refused, and splitters in splitters end at a number of branches.
//
// A router's routes lead to splitters or resolvers, a splitter's splits to splitters of other services or to resolvers, a
// resolver to targets. A chain that says nothing is a single resolver.

import { emptyDestination, emptyHttpMatch } from '../../../../wire/config-entries/service-routing.js';
import type {
  ChainNode,
  ChainRoute,
  ChainSplit,
  ChainTarget,
  CompiledChain,
} from '../../../../wire/mesh/compiled-chain.js';
import { type FindEntry, GLOBAL, type ServiceRoute } from './entries.js';
import { AppliedOverrides, type Overrides } from './overrides.js';
import { CommonProtocol, isHttpLike } from './protocol.js';
import { Resolving } from './resolving.js';
import { Settling } from './settling.js';
import { findCycle, flattenSplitters, MAX_BRANCHES, nextNodes } from './splitting.js';
import { serviceNodeName } from './target.js';

export interface ChainRequest {
  readonly service: string;
  /** Where the chain is looked at from. */
  readonly datacenter: string;
  readonly trustDomain: string;
  readonly overrides: Overrides;
  readonly autoVirtualIps: readonly string[] | null;
  readonly manualVirtualIps: readonly string[] | null;
}

export type ChainResult =
  | { readonly ok: true; readonly chain: CompiledChain }
  | { readonly ok: false; readonly error: string };

export function compileChain(find: FindEntry, request: ChainRequest): ChainResult {
  return new Compilation(find, request).run();
}

type Nodes = NonNullable<CompiledChain['Nodes']>;
type Named = { readonly name: string } | string;

class Compilation {
  readonly #find: FindEntry;
  readonly #request: ChainRequest;
  readonly #overrides: AppliedOverrides;
  readonly #protocol: CommonProtocol;
  readonly #resolving: Resolving;
  readonly #nodes: Map<string, ChainNode>;
  /** Splitters that are named and not yet made. */
  readonly #awaited: string[] = [];
  readonly #splitters = new Set<string>();
  #branches = 0;

  constructor(find: FindEntry, request: ChainRequest) {
    this.#find = find;
    this.#request = request;
    this.#overrides = new AppliedOverrides(request.overrides);
    this.#protocol = new CommonProtocol(find, request.service);
    const settling = new Settling(find, this.#protocol);
    const { service, trustDomain } = request;
    this.#resolving = new Resolving({ service, find, overrides: this.#overrides, settling, trustDomain });
    this.#nodes = this.#resolving.nodes;
  }

  run(): ChainResult {
    const { service } = this.#request;
    const problem = this.#protocol.meet(service);
    if (problem !== null) return { ok: false, error: problem };
    const protocol = this.#overrides.protocol(this.#protocol.protocol);
    // Who takes the chain for plain connections gets one that can be had with these.
    const isSimple = this.#request.overrides.protocol !== '' && !isHttpLike(protocol);
    const start = this.#start(isSimple);
    const error = typeof start === 'string' ? start : (this.#splitAll() ?? this.#judge(start.name, protocol));
    if (error !== null || typeof start === 'string') return { ok: false, error: error ?? '' };
    return { ok: true, chain: this.#chain(start.name, protocol) };
  }

  #start(isSimple: boolean): Named {
    const { service } = this.#request;
    if (isSimple) return this.#resolver(service, '');
    const router = this.#find('service-router', service);
    if (router === undefined) return this.#splitterOrResolver(service);
    const Routes: ChainRoute[] = [];
    for (const Definition of router.Routes ?? []) {
      const to = Definition.Destination?.Service || service;
      const subset = Definition.Destination?.ServiceSubset ?? '';
      const next = subset === '' ? this.#splitterOrResolver(to) : this.#resolver(to, subset);
      if (typeof next === 'string') return next;
      Routes.push({ Definition, NextNode: next.name });
    }
    const rest = this.#splitterOrResolver(service);
    if (typeof rest === 'string') return rest;
    Routes.push({ Definition: everythingElse(service), NextNode: rest.name });
    const Name = serviceNodeName(service);
    const name = `router:${Name}`;
    this.#nodes.set(name, { Type: 'router', Name, Routes, Splits: null, Resolver: null, LoadBalancer: null });
    return { name };
  }

  #resolver(service: string, subset: string): Named {
    return this.#resolving.nodeFor({ service, subset, datacenter: this.#request.datacenter, peer: '' });
  }

  #splitterOrResolver(service: string): Named {
    if (this.#find('service-splitter', service) === undefined) return this.#resolver(service, '');
    if (!this.#splitters.has(service)) {
      this.#splitters.add(service);
      this.#awaited.push(service);
    }
    return { name: `splitter:${serviceNodeName(service)}` };
  }

  #splitAll(): string | null {
    for (let service = this.#awaited.pop(); service !== undefined; service = this.#awaited.pop()) {
      const problem = this.#protocol.meet(service) ?? this.#split(service);
      if (problem !== null) return problem;
    }
    return null;
  }

  #split(service: string): string | null {
    const Splits: ChainSplit[] = [];
    for (const Definition of this.#find('service-splitter', service)?.Splits ?? []) {
      this.#branches += 1;
      if (this.#branches > MAX_BRANCHES) return tooManyBranches(this.#request.service);
      const { Service, ServiceSubset, Weight } = Definition;
      const to = Service || service;
      // A share that stays is not divided once more.
      const isPlain = ServiceSubset === '' && to !== service;
      const next = isPlain ? this.#splitterOrResolver(to) : this.#resolver(to, ServiceSubset);
      if (typeof next === 'string') return next;
      Splits.push({ Definition, Weight, NextNode: next.name });
    }
    const Name = serviceNodeName(service);
    const node: ChainNode = { Type: 'splitter', Name, Routes: null, Splits, Resolver: null, LoadBalancer: null };
    this.#nodes.set(`splitter:${Name}`, node);
    return null;
  }

  #judge(start: string, protocol: string): string | null {
    const cycle = findCycle(this.#nodes, start);
    if (cycle !== null) return `detected circular reference: [${cycle.join(' -> ')}]`;
    const isAdvanced = this.#nodes.get(start)?.Type !== 'resolver';
    if (isAdvanced && !isHttpLike(protocol)) {
      return (
        `discovery chain "${this.#request.service}" uses a protocol "${protocol}" ` +
        'that does not permit advanced routing or splitting behavior'
      );
    }
    return flattenSplitters(this.#nodes) ? null : tooManyBranches(this.#request.service);
  }

  #chain(StartNode: string, Protocol: string): CompiledChain {
    const { service, datacenter, autoVirtualIps, manualVirtualIps } = this.#request;
    const own = this.#find('service-defaults', service);
    const extensions = [
      ...(this.#find('proxy-defaults', GLOBAL)?.EnvoyExtensions ?? []),
      ...(own?.EnvoyExtensions ?? []),
    ];
    const Nodes = this.#reachable(StartNode);
    return {
      ServiceName: service,
      Namespace: 'default',
      Partition: 'default',
      Datacenter: datacenter,
      CustomizationHash: this.#overrides.hash(),
      Default: this.#isDefault(StartNode),
      Protocol,
      ServiceMeta: own?.Meta ?? null,
      EnvoyExtensions: extensions.length === 0 ? null : extensions,
      StartNode,
      Nodes,
      Targets: this.#targetsOf(Nodes),
      AutoVirtualIPs: autoVirtualIps,
      ManualVirtualIPs: manualVirtualIps,
    };
  }

  /** Flattened splitters are led to no more. In the order of their names, as maps are shown. */
  #reachable(start: string): Nodes {
    const found = new Set([start]);
    for (const name of found) for (const next of nextNodes(this.#nodes.get(name))) found.add(next);
    const nodes: Record<string, ChainNode> = {};
    for (const name of [...found].sort()) {
      const node = this.#nodes.get(name);
      if (node !== undefined) nodes[name] = node;
    }
    return nodes;
  }

  #targetsOf(nodes: Nodes): CompiledChain['Targets'] {
    const ids = new Set<string>();
    for (const { Resolver } of Object.values(nodes)) {
      if (Resolver === null) continue;
      ids.add(Resolver.Target);
      for (const id of Resolver.Failover?.Targets ?? []) ids.add(id);
    }
    const targets: Record<string, ChainTarget> = {};
    for (const id of [...ids].sort()) {
      const target = this.#resolving.targets.get(id);
      if (target !== undefined) targets[id] = target;
    }
    return targets;
  }

  #isDefault(start: string): boolean {
    const resolver = this.#nodes.get(start)?.Resolver ?? null;
    if (resolver?.Default !== true) return false;
    const target = this.#resolving.targets.get(resolver.Target);
    return target?.Service === this.#request.service && target.Datacenter === this.#request.datacenter;
  }
}

/** The last route of every router, which no entry names. */
function everythingElse(service: string): ServiceRoute {
  return {
    Match: { HTTP: { ...emptyHttpMatch, PathPrefix: '/' } },
    Destination: { ...emptyDestination, Service: service, Namespace: 'default', Partition: 'default' },
  };
}

function tooManyBranches(service: string): string {
  return `discovery chain "${service}" splits requests into more than ${MAX_BRANCHES} branches`;
}
