// The reads of Catalog.*: nodes, services and what runs where (spec/fsm.md, section 4, for what each blocks on).

import type { GatewayServiceRecord } from '../../../../wire/mesh/gateway-service.js';
import type { CatalogServiceRecord, NodeRecord, ServiceRecord, StringMap } from '../../../../wire/records.js';
import { catalogInstanceFields, nodeFields, serviceFields } from '../../filter/fields.js';
import type { Matcher } from '../../filter/filter.js';
import type { ServiceInstance, StoreReads } from '../../replica/store/read-api.js';
import type { Steps } from '../../turns/turns.js';
import type { PreparedRead, ReadMethod } from '../contract/method.js';
import { hasMeta, hasTags, keepInSteps, matcherOf, type Narrowing, narrowList } from '../contract/narrowing.js';
import { sortNear } from '../contract/near.js';
import { denial, isRefusal } from '../contract/refusal.js';
import { type Sight, seen, seenItems, seenRecord, sightOf } from '../contract/sight.js';
import { centrally, mergedInstances, mergedServices } from './central-config.js';

export type { ServiceInstance } from '../../replica/store/read-api.js';

export const listNodes: ReadMethod<Narrowing, readonly NodeRecord[]> = {
  name: 'Catalog.ListNodes',
  prepare(store, { filter, nodeMeta, near }, authorizer) {
    const matcher = matcherOf(filter, nodeFields);
    if (isRefusal(matcher)) return matcher;
    const sight = sightOf(authorizer, 'node:read');
    return {
      read: () => store.catalog.nodes(nodeMeta),
      watch: () => store.targets.nodes(),
      ...seenItems<NodeRecord>(sight, (asker, { Node }) => asker.node(Node)),
      ...narrowList<NodeRecord>(matcher, {
        plain: (all) => all,
        keeps: (node, { matches }) => matches(node),
        order: (kept) => sortNear(kept, near, store.coordinates, (node) => node.Node),
      }),
    };
  },
};

/** Service name → the distinct tags of its instances. */
export type TagsByName = ReadonlyMap<string, readonly string[]>;

export const listServices: ReadMethod<Narrowing, TagsByName> = {
  name: 'Catalog.ListServices',
  prepare(store, { filter, nodeMeta }, authorizer) {
    const matcher = matcherOf(filter, catalogInstanceFields);
    if (isRefusal(matcher)) return matcher;
    const sight = sightOf(authorizer, 'service:read');
    return {
      read: () => store.catalog.serviceNames(nodeMeta),
      watch: () => store.targets.serviceNames(nodeMeta !== null),
      ...seen(sight, seenNames),
      ...(matcher === null ? {} : { narrowInSteps: (value) => narrowNames(store, value, matcher, nodeMeta) }),
    };
  },
};

function* seenNames(names: TagsByName, sight: Sight): Steps<TagsByName> {
  const kept = yield* sight.keep([...names], ([name]) => sight.service(name));
  return kept.length === names.size ? names : new Map(kept);
}

/** Each name with the tags of the instances that are kept. */
function* narrowNames(
  store: StoreReads,
  names: TagsByName,
  matcher: Matcher,
  nodeMeta: StringMap | null,
): Steps<TagsByName> {
  const out = new Map<string, readonly string[]>();
  const isKept = (instance: ServiceInstance): boolean =>
    hasMeta(instance.node.Meta, nodeMeta) && matcher.matches(flatInstance(instance));
  for (const name of names.keys()) {
    const kept = yield* keepInSteps(store.catalog.serviceInstances(name).value, matcher, isKept);
    if (kept.length > 0) out.set(name, [...new Set(kept.flatMap(({ service }) => service.Tags ?? []))]);
    yield;
  }
  return out;
}

export interface ServiceInstancesRequest extends Narrowing {
  readonly service: string;
  /** What can be reached through the mesh: native instances and proxies. */
  readonly connect: boolean;
  /** With what config entries say of the proxies among them. */
  readonly isMerged?: boolean;
}

export const serviceInstances: ReadMethod<ServiceInstancesRequest, readonly ServiceInstance[]> = {
  name: 'Catalog.ServiceNodes',
  countServices: ({ service, connect, tags }, asked) =>
    asked.service(connect ? 'catalog.connect' : 'catalog.service', service, tags),
  prepare(store, { service: name, connect, filter, nodeMeta, tags, near, isMerged }, authorizer) {
    const matcher = matcherOf(filter, catalogInstanceFields);
    if (isRefusal(matcher)) return matcher;
    const hasOthers = ({ node, service }: ServiceInstance): boolean =>
      hasMeta(node.Meta, nodeMeta) && hasTags(service.Tags, tags);
    const sight = sightOf(authorizer, 'service:read', 'node:read');
    // Whoever may not see a service doesn't learn of its proxies either.
    const isHidden = connect && !authorizer.allows('service:read', name);
    const read: PreparedRead<readonly ServiceInstance[]> = {
      read: () => (connect ? store.catalog.connectInstances(name) : store.catalog.serviceInstances(name)),
      watch: ({ value }) =>
        connect
          ? store.targets.connectInstances([name, ...value.map((instance) => instance.service.Service)])
          : store.targets.serviceInstances(name, value.length > 0),
      ...seenItems<ServiceInstance>(
        sight,
        (asker, { node, service }) => !isHidden && asker.instance(node.Node, service.Service),
      ),
      ...narrowList<ServiceInstance>(matcher, {
        plain: (all) => all.filter(hasOthers),
        keeps: (instance, { matches }) => hasOthers(instance) && matches(flatInstance(instance)),
        order: (kept) => sortNear(kept, near, store.coordinates, (instance) => instance.node.Node),
      }),
    };
    return isMerged === true ? centrally(store, read, mergedInstances) : read;
  },
};

const DEFAULT_WEIGHTS = { Passing: 1, Warning: 1 };

/** An instance with its node in one flat record: so it is shown, and so filters see it. */
export function flatInstance({ node, service }: ServiceInstance): CatalogServiceRecord {
  return {
    ID: node.ID,
    Node: node.Node,
    Address: node.Address,
    Datacenter: node.Datacenter,
    TaggedAddresses: node.TaggedAddresses,
    NodeMeta: node.Meta,
    ServiceKind: service.Kind,
    ServiceID: service.ID,
    ServiceName: service.Service,
    ServiceTags: service.Tags,
    ServiceAddress: service.Address,
    ServiceTaggedAddresses: service.TaggedAddresses,
    ServiceWeights: service.Weights ?? DEFAULT_WEIGHTS,
    ServiceMeta: service.Meta,
    ServicePort: service.Port,
    ServiceSocketPath: service.SocketPath,
    ServiceEnableTagOverride: service.EnableTagOverride,
    ServiceProxy: service.Proxy,
    ServiceConnect: service.Connect,
    ServiceLocality: service.Locality,
    PeerName: service.PeerName,
    CreateIndex: service.CreateIndex,
    ModifyIndex: service.ModifyIndex,
    ServicePorts: service.Ports,
  };
}

export interface NodeServicesRequest extends Narrowing {
  readonly node: string;
  /** With what config entries say of the proxies among them. */
  readonly isMerged?: boolean;
}

export interface NodeServices {
  readonly node: NodeRecord;
  readonly services: readonly ServiceRecord[];
}

/** null when the catalog doesn't know the node. */
export const nodeServices: ReadMethod<NodeServicesRequest, NodeServices | null> = {
  name: 'Catalog.NodeServices',
  prepare(store, { node, filter, isMerged }, authorizer) {
    const matcher = matcherOf(filter, serviceFields);
    if (isRefusal(matcher)) return matcher;
    const sight = sightOf(authorizer, 'service:read', 'node:read');
    const read: PreparedRead<NodeServices | null> = {
      read: () => store.catalog.nodeServices(node),
      watch: ({ value }) => store.targets.nodeServices(node, value !== null),
      ...seen(sight, seenServices),
      ...(matcher === null ? {} : { narrowInSteps: (value) => narrowServices(value, matcher) }),
    };
    return isMerged === true ? centrally(store, read, mergedOnNode) : read;
  },
};

function* seenServices(value: NodeServices | null, sight: Sight): Steps<NodeServices | null> {
  if (value === null) return null;
  if (!sight.node(value.node.Node)) return sight.one(value, false, null);
  const services = yield* sight.keep(value.services, ({ Service }) => sight.service(Service));
  return services === value.services ? value : { node: value.node, services };
}

function* mergedOnNode(value: NodeServices | null, store: StoreReads): Steps<NodeServices | null> {
  return value === null ? null : { node: value.node, services: yield* mergedServices(value.services, store) };
}

function* narrowServices(value: NodeServices | null, matcher: Matcher): Steps<NodeServices | null> {
  if (value === null) return null;
  return { ...value, services: yield* keepInSteps(value.services, matcher, (service) => matcher.matches(service)) };
}

/** It stands for the services that have rows of their own. */
const WILDCARD = '*';

/** What an ingress or terminating gateway leads to. */
export const gatewayServices: ReadMethod<string, readonly GatewayServiceRecord[]> = {
  name: 'Catalog.GatewayServices',
  prepare(store, gateway, authorizer) {
    const denied = denial(authorizer, 'service:read', gateway);
    if (denied !== null) return denied;
    const sight = sightOf(authorizer, 'service:read');
    return {
      read() {
        const { index, value } = store.configEntries.gatewayServices(gateway);
        return { index, value: value.filter(({ Service }) => Service.Name !== WILDCARD) };
      },
      watch: () => [{ kind: 'index', key: 'gateway-services' }],
      ...seenItems<GatewayServiceRecord>(sight, (asker, { Service }) => asker.service(Service.Name)),
    };
  },
};

/** One node by its name; null when the catalog doesn't know it. */
export const getNode: ReadMethod<string, NodeRecord | null> = {
  name: 'Catalog.Node',
  prepare(store, name, authorizer) {
    const sight = sightOf(authorizer, 'node:read');
    return {
      read: () => ({ index: store.index('nodes'), value: store.catalog.node(name) ?? null }),
      watch: () => store.targets.nodes(),
      ...seenRecord<NodeRecord>(sight, (asker, { Node }) => asker.node(Node)),
    };
  },
};

/** Who has an address: the first such node, and the first such instance. */
export interface AddressOwners {
  readonly node: NodeRecord | undefined;
  readonly instance: ServiceInstance | undefined;
}

function seenOwners({ node, instance }: AddressOwners, sight: Sight): AddressOwners {
  const seesInstance = instance === undefined || sight.instance(instance.node.Node, instance.service.Service);
  return {
    node: node && sight.one(node, sight.node(node.Node), undefined),
    instance: instance && sight.one(instance, seesInstance, undefined),
  };
}

export const addressOwners: ReadMethod<string, AddressOwners> = {
  name: 'Catalog.AddressOwners',
  prepare(store, address, authorizer) {
    const sight = sightOf(authorizer, 'service:read', 'node:read');
    return {
      read: () => ({
        index: Math.max(store.index('nodes'), store.index('services')),
        value: store.catalog.byAddress(address),
      }),
      watch: () => ['nodes', 'services'].map((key) => ({ kind: 'index', key })),
      isSame: (now, before) => now.node === before.node && now.instance?.service === before.instance?.service,
      ...(sight === null ? {} : { sight, narrow: (owners) => seenOwners(owners, sight) }),
    };
  },
};
