// Whether a change of config entries leaves all chains whole that it concerns (spec/fsm.md, section 5, "Then the service graph"). It
// is asked with the change made, and decides on every server whether the entry is there: it looks at nothing but the entries.

import type { ChainNode, ChainTarget, CompiledChain } from '../../../../wire/mesh/compiled-chain.js';
import { compileChain } from './compile.js';
import type { ChangedEntry, EntryGraph } from './entries.js';
import { concernedServices } from './links.js';
import { NO_OVERRIDES } from './overrides.js';
import { isHttpLike, protocolOf } from './protocol.js';

/** Chains are judged as if they were looked at from here; the name stands in no text. */
const ANY_DATACENTER = 'dc1';
const ANY_TRUST_DOMAIN = 'trust-domain.consul';

export function graphProblem(graph: EntryGraph, changed: ChangedEntry): string | null {
  const services = concernedServices(graph, changed);
  if (services.size === 0) return null;
  const judge = new Judge(graph, changed);
  for (const service of [...services].sort()) {
    const problem = judge.problemOf(service);
    if (problem !== null) return problem;
  }
  return null;
}

interface Listening {
  readonly protocol: string;
  readonly isChanged: boolean;
}

class Judge {
  readonly #graph: EntryGraph;
  readonly #listeners = new Map<string, Listening[]>();
  readonly #exported: ReadonlySet<string>;

  constructor(graph: EntryGraph, changed: ChangedEntry) {
    this.#graph = graph;
    this.#exported = exportedToPeers(graph);
    for (const gateway of graph.all('ingress-gateway')) {
      const isChanged = changed.Kind === 'ingress-gateway' && gateway.Name === changed.Name;
      for (const { Protocol, Services } of gateway.Listeners ?? []) {
        for (const { Name } of Services ?? []) this.#addListener(Name, { protocol: Protocol, isChanged });
      }
    }
  }

  problemOf(service: string): string | null {
    const { find } = this.#graph;
    const isExported = this.#exported.has(service) || this.#exported.has('*');
    // There are many services that nothing is said of.
    const isPlain =
      !find('service-router', service) && !find('service-splitter', service) && !find('service-resolver', service);
    if (isPlain && !isExported) {
      return this.#useProblem(service, protocolOf(find, service), true);
    }
    const compiled = compileChain(find, {
      service,
      datacenter: ANY_DATACENTER,
      trustDomain: ANY_TRUST_DOMAIN,
      overrides: NO_OVERRIDES,
      autoVirtualIps: null,
      manualVirtualIps: null,
    });
    if (!compiled.ok) return compiled.error;
    const { chain } = compiled;
    const startsPlain = chain.Nodes?.[chain.StartNode]?.Type === 'resolver';
    return (isExported ? exportProblem(chain) : null) ?? this.#useProblem(service, chain.Protocol, startsPlain);
  }

  #addListener(service: string, listening: Listening): void {
    const known = this.#listeners.get(service);
    if (known === undefined) this.#listeners.set(service, [listening]);
    else known.push(listening);
  }

  /** Gateways and intentions that want another protocol of it. */
  #useProblem(service: string, protocol: string, startsPlain: boolean): string | null {
    for (const listening of this.#listeners.get(service) ?? []) {
      const isLenient = !listening.isChanged && listening.protocol === 'tcp';
      const fits = isLenient ? startsPlain : listening.protocol === protocol;
      if (!fits) {
        return (
          `service "${service}" has protocol "${protocol}", ` +
          `which does not match defined listener protocol "${listening.protocol}"`
        );
      }
    }
    if (isHttpLike(protocol)) return null;
    const sources = this.#graph.find('service-intentions', service)?.Sources ?? [];
    const judgesRequests = sources.some((source) => (source?.Permissions ?? []).length > 0);
    if (!judgesRequests) return null;
    return `service "${service}" has protocol "${protocol}", which is incompatible with L7 intentions permissions`;
  }
}

/** `*` stands for all. */
function exportedToPeers({ all }: EntryGraph): ReadonlySet<string> {
  const exported = new Set<string>();
  for (const { Services } of all('exported-services')) {
    for (const { Name, Consumers } of Services ?? []) {
      if ((Consumers ?? []).some(({ Peer }) => Peer !== '')) exported.add(Name);
    }
  }
  return exported;
}

/** What other clusters reach must end here. */
function exportProblem({ ServiceName, Protocol, Nodes, Targets }: CompiledChain): string | null {
  const refuse = (what: string) => `peer exported service "${ServiceName}" ${what}`;
  for (const { Resolver } of Object.values<ChainNode>(Nodes ?? {})) {
    const target = Resolver === null ? undefined : Targets?.[Resolver.Target];
    if (target?.Peer) return refuse('contains cross-peer resolver redirect');
    if (target && target.Datacenter !== ANY_DATACENTER) return refuse('contains cross-datacenter resolver redirect');
    const standIns = (Resolver?.Failover?.Targets ?? []).map((id) => Targets?.[id]);
    if (standIns.some((standIn) => standIn?.Peer === '' && standIn.Datacenter !== ANY_DATACENTER)) {
      return refuse('contains cross-datacenter failover');
    }
  }
  if (isHttpLike(Protocol)) return null;
  const other = Object.values<ChainTarget>(Targets ?? {}).find(({ Service }) => Service !== ServiceName);
  if (other === undefined) return null;
  return refuse(`uses protocol="${Protocol}" and cannot introduce new discovery chain targets like "${other.ID}"`);
}
