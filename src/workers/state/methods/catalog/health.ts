// Health.*: checks by node, service and state, and the instances of a service with the checks that decide about them.

import type { CheckRecord } from '../../../../wire/records.js';
import type { Authorizer } from '../../acl/access.js';
import { checkFields, healthEntryFields } from '../../filter/fields.js';
import type { Matcher } from '../../filter/filter.js';
import type { HealthEntry, StoreReads } from '../../replica/store/read-api.js';
import type { Steps } from '../../turns/turns.js';
import type { PreparedRead, ReadMethod } from '../contract/method.js';
import {
  EVERYTHING,
  hasMeta,
  hasTags,
  keepInSteps,
  matcherOf,
  type Narrowing,
  narrowList,
} from '../contract/narrowing.js';
import { sortNear } from '../contract/near.js';
import { isRefusal, type Refusal, refusal } from '../contract/refusal.js';
import { seenItems, sightOf } from '../contract/sight.js';
import { centrally, mergedInstances } from './central-config.js';

export type { HealthEntry } from '../../replica/store/read-api.js';

/** Checks of a node, of a service, or in a state, by `name`. */
export interface ChecksRequest extends Narrowing {
  readonly name: string;
}

type Checks = readonly CheckRecord[];

/** What `source` gives, narrowed as the request says. */
function checksRead(
  store: StoreReads,
  request: ChecksRequest,
  authorizer: Authorizer,
  source: Pick<PreparedRead<Checks>, 'read' | 'watch'>,
): PreparedRead<Checks> | Refusal {
  const { filter, nodeMeta, near } = request;
  const matcher = matcherOf(filter, checkFields);
  if (isRefusal(matcher)) return matcher;
  const hasNodeMeta = (check: CheckRecord): boolean =>
    nodeMeta === null || hasMeta(store.catalog.node(check.Node)?.Meta ?? null, nodeMeta);
  const sight = sightOf(authorizer, 'service:read', 'node:read');
  return {
    ...source,
    ...seenItems<CheckRecord>(sight, (asker, check) => asker.check(check)),
    ...narrowList<CheckRecord>(matcher, {
      plain: (all) => all.filter(hasNodeMeta),
      keeps: (check, { matches }) => matches(check) && hasNodeMeta(check),
      order: (kept) => sortNear(kept, near, store.coordinates, (check) => check.Node),
    }),
  };
}

export const nodeChecks: ReadMethod<ChecksRequest, Checks> = {
  name: 'Health.NodeChecks',
  prepare: (store, request, authorizer) =>
    checksRead(store, request, authorizer, {
      read: () => store.catalog.nodeChecks(request.name),
      watch: () => store.targets.checks(),
    }),
};

export const serviceChecks: ReadMethod<ChecksRequest, Checks> = {
  name: 'Health.ServiceChecks',
  prepare(store, request, authorizer) {
    const { name, nodeMeta } = request;
    const { catalog, targets } = store;
    const source = { read: () => catalog.serviceChecks(name), watch: () => targets.checks() };
    // With node metadata the answer's index is the service's own (spec/fsm.md, section 4).
    const ofService = {
      read: () => ({ index: catalog.serviceHealth(name).index, value: catalog.serviceChecks(name).value }),
      watch: () => targets.serviceHealth(name, catalog.serviceInstances(name).value.length > 0),
    };
    return checksRead(store, request, authorizer, nodeMeta === null ? source : ofService);
  },
};

export const checksInState: ReadMethod<ChecksRequest, Checks> = {
  name: 'Health.ChecksInState',
  prepare: (store, request, authorizer) =>
    checksRead(store, request, authorizer, {
      read: () => store.catalog.checksInState(request.name),
      watch: () => store.targets.checks(),
    }),
};

/** All instances, those without a critical check, or those all of whose checks are passing. */
export type HealthRule = 'any' | 'not-critical' | 'passing';

/** `connect`: what can be reached through the mesh; `ingress`: the gateways in front of it. */
export type ServiceNodesKind = 'service' | 'connect' | 'ingress';

export interface ServiceNodesRequest extends Narrowing {
  readonly service: string;
  readonly kind: ServiceNodesKind;
  /** "" = this cluster's own. */
  readonly peer: string;
  readonly health: HealthRule;
  /** With what config entries say of the proxies among them. */
  readonly isMerged?: boolean;
}

/** All instances of a service, whatever their health. */
export function instancesOf(service: string, kind: ServiceNodesKind = 'service'): ServiceNodesRequest {
  return { ...EVERYTHING, service, kind, peer: '', health: 'any' };
}

type Entries = readonly HealthEntry[];

const NONE: Entries = [];
const FAMILIES = { service: 'health.service', connect: 'health.connect', ingress: 'health.ingress' } as const;

export const serviceNodes: ReadMethod<ServiceNodesRequest, Entries> = {
  name: 'Health.ServiceNodes',
  countServices: ({ kind, service, tags }, asked) => asked.service(FAMILIES[kind], service, tags),
  prepare(store, request, authorizer) {
    const read = serviceNodesRead(store, request, authorizer);
    return isRefusal(read) || request.isMerged !== true ? read : centrally(store, read, mergedInstances);
  },
};

function serviceNodesRead(
  store: StoreReads,
  request: ServiceNodesRequest,
  authorizer: Authorizer,
): PreparedRead<Entries> | Refusal {
  const { kind, peer, filter, service } = request;
  // Whoever may not see a service doesn't learn of what leads to it either.
  if (kind !== 'service' && !authorizer.allows('service:read', service)) return refusal('denied');
  // Imported services come with peering: until then nothing matches.
  if (peer !== '') {
    return {
      read: () => ({ index: store.catalog.serviceHealth(service).index, value: NONE }),
      watch: () => store.targets.serviceHealth(service, false),
    };
  }
  const matcher = matcherOf(filter, healthEntryFields);
  if (isRefusal(matcher)) return matcher;
  const { catalog, targets } = store;
  const sight = sightOf(authorizer, 'service:read', 'node:read');
  const seeing = seenItems<HealthEntry>(sight, (asker, { node, service: { Service } }) =>
    asker.instance(node.Node, Service),
  );
  const narrow = (value: Entries): Entries => narrowEntries(store, value, request);
  const inSteps =
    matcher === null ? {} : { narrowInSteps: (value: Entries) => filterEntries(store, value, request, matcher) };
  if (kind === 'service') {
    return {
      read: () => catalog.serviceHealth(service),
      watch: ({ value }) => targets.serviceHealth(service, value.length > 0),
      watchValue: () => targets.serviceHealth(service, true),
      narrow,
      ...inSteps,
      ...seeing,
    };
  }
  if (kind === 'ingress') {
    return {
      read: () => catalog.ingressHealth(service),
      watch: ({ value }) => [
        { kind: 'index', key: 'gateway-services' },
        ...targets.connectInstances([service, ...value.map((entry) => entry.service.Service)]),
      ],
      narrow,
      ...inSteps,
      ...seeing,
    };
  }
  return {
    read: () => catalog.connectHealth(service),
    watch: ({ value }) => targets.connectInstances([service, ...value.map((entry) => entry.service.Service)]),
    narrow,
    ...inSteps,
    ...seeing,
  };
}

function hasOthers({ node, service }: HealthEntry, { nodeMeta, tags }: ServiceNodesRequest): boolean {
  return hasMeta(node.Meta, nodeMeta) && hasTags(service.Tags, tags);
}

function narrowEntries(store: StoreReads, all: Entries, request: ServiceNodesRequest): Entries {
  const { nodeMeta, tags, near } = request;
  let kept = healthyOf(all, request.health);
  if (nodeMeta !== null || tags.length > 0) kept = kept.filter((entry) => hasOthers(entry, request));
  return sortNear(kept, near, store.coordinates, (entry) => entry.node.Node);
}

function* filterEntries(
  store: StoreReads,
  all: Entries,
  request: ServiceNodesRequest,
  matcher: Matcher,
): Steps<Entries> {
  const { health, near } = request;
  const isKept = (entry: HealthEntry) => hasOthers(entry, request) && matcher.matches(filterItem(entry));
  const kept = yield* keepInSteps(healthyOf(all, health), matcher, isKept);
  return sortNear(kept, near, store.coordinates, (entry) => entry.node.Node);
}

function filterItem({ node, service, checks }: HealthEntry): object {
  return { Node: node, Service: service, Checks: checks };
}

/** By the store's own list of a service, which is another one as soon as anything in it changes. */
const healthy = { passing: new WeakMap<Entries, Entries>(), 'not-critical': new WeakMap<Entries, Entries>() };

function isHealthy({ checks }: HealthEntry, health: Exclude<HealthRule, 'any'>): boolean {
  return checks.every(({ Status }) => (health === 'passing' ? Status === 'passing' : Status !== 'critical'));
}

/** The same list for the same list, so that a text kept with it is found again. */
function healthyOf(all: Entries, health: HealthRule): Entries {
  if (health === 'any') return all;
  let kept = healthy[health].get(all);
  if (kept === undefined) {
    kept = all.filter((entry) => isHealthy(entry, health));
    healthy[health].set(all, kept);
  }
  return kept;
}
