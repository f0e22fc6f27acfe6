// Internal.ServiceTopology: whom a service calls and who calls it, as its proxies are registered and as
// intentions allow it, for the UI.

import type { EntryKind } from '../../../../wire/config-entries/entries.js';
import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';
import type { Authorizer } from '../../acl/access.js';
import { CentralConfig } from '../../mesh/central/service-config.js';
import { protocolOf } from '../../mesh/chain/protocol.js';
import { allowsConnections } from '../../mesh/intentions/match.js';
import type { HealthEntry, StoreReads, WatchTarget } from '../../replica/store/read-api.js';
import type { Steps } from '../../turns/turns.js';
import type { ReadMethod } from '../contract/method.js';
import { denial, refusal } from '../contract/refusal.js';
import { DecidingIntentions, isUsable, WILDCARD } from './deciding-intentions.js';

/** How it is known that one service calls the other. */
export type LinkSource = 'registration' | 'specific-intention' | 'wildcard-intention' | 'default-allow';

/** What is said of connections between the two. */
export interface LinkVerdict {
  readonly isAllowed: boolean;
  readonly hasPermissions: boolean;
  /** Of its metadata; "" mostly. */
  readonly externalSource: string;
  /** Both services are named. */
  readonly isExact: boolean;
  /** What is allowed where no intention says anything. */
  readonly isAllowedByDefault: boolean;
}

export interface ServiceLink {
  readonly name: string;
  readonly source: LinkSource;
  readonly verdict: LinkVerdict;
  readonly instances: readonly HealthEntry[];
}

export interface ServiceTopology {
  readonly protocol: string;
  /** One of its proxies takes all connections. */
  readonly isTransparent: boolean;
  readonly upstreams: readonly ServiceLink[];
  readonly downstreams: readonly ServiceLink[];
  /** Something is left out that the asker may not see. */
  readonly isFiltered: boolean;
}

export interface TopologyQuestion {
  readonly service: string;
  /** "" or `ingress-gateway`, whose upstreams are what its entry names. */
  readonly kind: string;
  /** As the agent that is asked has it. */
  readonly isAllowedByDefault: boolean;
}

const INGRESS = 'ingress-gateway';
const PREPARED_QUERY = 'prepared_query';
const TRANSPARENT = 'transparent';
/** Services of one step. */
const PER_STEP = 64;

const INDEXES = ['mesh-topology', 'gateway-services', 'config-entries', 'nodes', 'services', 'checks'] as const;

const NOTHING: ServiceTopology = {
  protocol: '',
  isTransparent: false,
  upstreams: [],
  downstreams: [],
  isFiltered: false,
};

function indexOf(store: StoreReads): number {
  return Math.max(...INDEXES.map((key) => store.index(key)));
}

function targets(): readonly WatchTarget[] {
  return INDEXES.map((key) => ({ kind: 'index', key }));
}

export const serviceTopology: ReadMethod<TopologyQuestion, ServiceTopology> = {
  name: 'Internal.ServiceTopology',
  prepare(store, question, authorizer) {
    if (question.service === '') return refusal('failed', 'Must provide a service name');
    const denied = denial(authorizer, 'service:read', question.service);
    if (denied !== null) return denied;
    return {
      // The lists are made for the final answer alone.
      read: () => ({ index: indexOf(store), value: NOTHING }),
      watch: targets,
      narrowInSteps: () => new Links(store, question.isAllowedByDefault, authorizer).topology(question),
    };
  },
};

/** What is worked out once for all links of an answer. */
class Links {
  readonly #store: StoreReads;
  readonly #isAllowedByDefault: boolean;
  readonly #authorizer: Authorizer;
  readonly #deciding: DecidingIntentions;
  readonly #central: CentralConfig;
  #isFiltered = false;

  constructor(store: StoreReads, isAllowedByDefault: boolean, authorizer: Authorizer) {
    this.#store = store;
    this.#isAllowedByDefault = isAllowedByDefault;
    this.#authorizer = authorizer;
    this.#deciding = new DecidingIntentions(store);
    this.#central = new CentralConfig(this.#find);
  }

  readonly #find = <K extends EntryKind>(kind: K, name: string) =>
    this.#store.configEntries.get(kind, name).value ?? undefined;

  *topology({ service, kind }: TopologyQuestion): Steps<ServiceTopology> {
    const isTransparent = this.#isTransparent(service);
    const calls = kind === INGRESS ? this.#behindIngress(service) : this.#registeredUpstreams(service);
    const callers = kind === INGRESS ? [] : this.#store.catalog.downstreams(service);
    const upstreams = this.#registered(calls, (name) => this.#verdict(service, name));
    const downstreams = this.#registered(callers, (name) => this.#verdict(name, service));
    const others = kind === INGRESS ? [] : this.#store.catalog.connectNames().filter((name) => !isSame(name, service));
    if (isTransparent) {
      yield* inSteps(others, (name) => this.#add(upstreams, name, this.#deciding.of(service, name)));
    }
    yield* inSteps(others, (name) => {
      if (this.#isTransparent(name)) this.#add(downstreams, name, this.#deciding.of(name, service));
    });
    return {
      protocol: protocolOf(this.#find, service),
      isTransparent,
      upstreams: [...upstreams.values()],
      downstreams: [...downstreams.values()],
      isFiltered: this.#isFiltered,
    };
  }

  #registered(names: Iterable<string>, verdict: (name: string) => LinkVerdict): Map<string, ServiceLink> {
    const links = new Map<string, ServiceLink>();
    for (const name of names) {
      const key = name.toLowerCase();
      if (links.has(key) || !this.#maySee(name)) continue;
      links.set(key, { name, source: 'registration', verdict: verdict(name), instances: this.#instances(name) });
    }
    return links;
  }

  /** Where connections are allowed that nobody has registered. */
  #add(links: Map<string, ServiceLink>, name: string, deciding: IntentionRecord | undefined): void {
    const key = name.toLowerCase();
    if (!isUsable(deciding, this.#isAllowedByDefault) || links.has(key) || !this.#maySee(name)) return;
    const verdict = this.#verdictOf(deciding);
    const byIntention = verdict.isExact ? 'specific-intention' : 'wildcard-intention';
    const source = deciding === undefined ? 'default-allow' : byIntention;
    links.set(key, { name, source, verdict, instances: this.#instances(name) });
  }

  #maySee(name: string): boolean {
    const isVisible = this.#authorizer.allows('service:read', name);
    if (!isVisible) this.#isFiltered = true;
    return isVisible;
  }

  #instances(name: string): readonly HealthEntry[] {
    const all = this.#store.catalog.serviceHealth(name).value;
    if (this.#authorizer.isUnlimited) return all;
    const seen = all.filter(({ node }) => this.#authorizer.allows('node:read', node.Node));
    if (seen.length < all.length) this.#isFiltered = true;
    return seen;
  }

  #verdict(source: string, destination: string): LinkVerdict {
    return this.#verdictOf(this.#deciding.of(source, destination));
  }

  #verdictOf(deciding: IntentionRecord | undefined): LinkVerdict {
    const isAllowedByDefault = this.#isAllowedByDefault;
    if (deciding === undefined) {
      const plain = { hasPermissions: false, externalSource: '', isExact: false };
      return { isAllowed: isAllowedByDefault, ...plain, isAllowedByDefault };
    }
    const meta = deciding.Meta ?? {};
    return {
      isAllowed: allowsConnections(deciding),
      hasPermissions: (deciding.Permissions ?? []).length > 0,
      externalSource: Object.hasOwn(meta, 'external-source') ? (meta['external-source'] ?? '') : '',
      isExact: deciding.SourceName !== WILDCARD && deciding.DestinationName !== WILDCARD,
      isAllowedByDefault,
    };
  }

  #registeredUpstreams(service: string): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { service: instance } of this.#store.catalog.connectInstances(service).value) {
      for (const { DestinationType, DestinationPeer, DestinationName } of instance.Proxy.Upstreams ?? []) {
        if (DestinationType !== PREPARED_QUERY && DestinationPeer === '') names.add(DestinationName);
      }
    }
    return names;
  }

  #behindIngress(gateway: string): readonly string[] {
    const mappings = this.#store.configEntries.gatewayServices(gateway).value;
    return mappings.filter(({ Service }) => Service.Name !== WILDCARD).map(({ Service }) => Service.Name);
  }

  /** By its registration, else by its defaults. */
  #isTransparent(service: string): boolean {
    return this.#store.catalog.connectInstances(service).value.some(({ service: { Kind, Proxy: proxy } }) => {
      return Kind !== '' && (proxy.Mode || this.#central.ofService(service).mode) === TRANSPARENT;
    });
  }
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function* inSteps(names: readonly string[], each: (name: string) => void): Steps<void> {
  for (const [at, name] of names.entries()) {
    each(name);
    if (at % PER_STEP === PER_STEP - 1) yield;
  }
}
