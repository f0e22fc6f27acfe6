// Internal.*: lists made for the UI and for peering.

import type { GatewayServiceRecord } from '../../../wire/mesh/gateway-service.js';
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../wire/records.js';
import { healthEntryFields, nodeDumpFields } from '../filter/fields.js';
import type { Matcher } from '../filter/filter.js';
import type { HealthEntry, StoreReads } from '../replica/store/read-api.js';
import type { Steps } from '../turns/turns.js';
import type { ReadMethod } from './contract/method.js';
import { keepInSteps, matcherOf, type Narrowing } from './contract/narrowing.js';
import { isRefusal } from './contract/refusal.js';
import { type Sight, sightOf } from './contract/sight.js';

/** A node with all that runs on it. */
export interface NodeDump {
  readonly node: NodeRecord;
  readonly services: readonly ServiceRecord[];
  readonly checks: readonly CheckRecord[];
}

/** The dump depends on nodes, services and checks alike. */
const DUMP_INDEXES = ['nodes', 'services', 'checks'];

export const nodeDump: ReadMethod<Narrowing, readonly NodeDump[]> = {
  name: 'Internal.NodeDump',
  prepare(store, { filter }, authorizer) {
    const matcher = matcherOf(filter, nodeDumpFields);
    if (isRefusal(matcher)) return matcher;
    const sight = sightOf(authorizer, 'node:read', 'service:read');
    return {
      // The lists are made for the final answer alone, by `narrow`.
      read: () => ({ index: dumpIndex(store), value: [] }),
      watch: () => DUMP_INDEXES.map((key) => ({ kind: 'index', key })),
      ...(matcher === null && sight === null
        ? { narrow: () => [...dumps(store, null)].filter(isThere) }
        : { narrowInSteps: () => filterDumps(store, matcher, sight) }),
      ...(sight === null ? {} : { sight }),
    };
  },
};

/** One node by its name; null when the catalog doesn't know it. */
export const nodeInfo: ReadMethod<string, NodeDump | null> = {
  name: 'Internal.NodeInfo',
  prepare(store, name, authorizer) {
    const sight = sightOf(authorizer, 'node:read', 'service:read');
    return {
      read: () => ({ index: dumpIndex(store), value: store.catalog.nodeDump(name) }),
      watch: () => DUMP_INDEXES.map((key) => ({ kind: 'index', key })),
      ...(sight === null ? {} : { sight, narrow: (dump: NodeDump | null) => dump && seenDump(dump, sight) }),
    };
  },
};

/** The highest of the indexes tells of any change. */
function dumpIndex(store: StoreReads): number {
  return highest(store, DUMP_INDEXES);
}

function highest(store: StoreReads, indexes: readonly string[]): number {
  return Math.max(...indexes.map((key) => store.index(key)));
}

/** null: the node isn't seen. */
function seenDump(dump: NodeDump, sight: Sight): NodeDump | null {
  if (!sight.node(dump.node.Node)) return sight.one(dump, false, null);
  const services = sight.keepNow(dump.services, ({ Service }) => sight.service(Service));
  const checks = sight.keepNow(dump.checks, (check) => sight.check(check));
  return services === dump.services && checks === dump.checks ? dump : { node: dump.node, services, checks };
}

/** Of each node; null for one that isn't seen. `sight`: null where everything is. */
function* dumps(store: StoreReads, sight: Sight | null): Iterable<NodeDump | null> {
  for (const { Node } of store.catalog.nodes(null).value) {
    if (sight !== null && !sight.node(Node)) yield sight.one(null, false, null);
    else {
      const dump = store.catalog.nodeDump(Node);
      yield dump === null || sight === null ? dump : seenDump(dump, sight);
    }
  }
}

function isThere(dump: NodeDump | null): dump is NodeDump {
  return dump !== null;
}

const ONE_TEST = { size: 1 };

function* filterDumps(store: StoreReads, matcher: Matcher | null, sight: Sight | null): Steps<NodeDump[]> {
  const kept = yield* keepInSteps(dumps(store, sight), matcher ?? ONE_TEST, (dump) => {
    if (dump === null || matcher === null) return dump !== null;
    return matcher.matches({ ...dump.node, Services: dump.services, Checks: dump.checks });
  });
  return kept.filter(isThere);
}

export interface ServiceDumpRequest {
  readonly filter: string;
  /** Only instances of this kind; null for all. */
  readonly kind: string | null;
}

export interface ServiceDump {
  /** With their checks, by node and ID. */
  readonly instances: readonly HealthEntry[];
  /** What gateways lead to; nothing where one kind is asked for. */
  readonly gateways: readonly GatewayServiceRecord[];
}

/** Instances of one step. */
const ENTRIES_PER_STEP = 256;
const NO_DUMP: ServiceDump = { instances: [], gateways: [] };
const SERVICE_DUMP_INDEXES = [...DUMP_INDEXES, 'gateway-services'];

/** All instances. */
export const serviceDump: ReadMethod<ServiceDumpRequest, ServiceDump> = {
  name: 'Internal.ServiceDump',
  prepare(store, { filter, kind }, authorizer) {
    const matcher = matcherOf(filter, healthEntryFields);
    if (isRefusal(matcher)) return matcher;
    const sight = sightOf(authorizer, 'node:read', 'service:read');
    const isKept = (entry: HealthEntry): boolean =>
      (kind === null || entry.service.Kind === kind) && (matcher === null || matches(matcher, entry));
    const perStep = matcher === null ? ENTRIES_PER_STEP : Math.max(1, Math.floor(ENTRIES_PER_STEP / matcher.size));
    return {
      read: () => ({ index: highest(store, SERVICE_DUMP_INDEXES), value: NO_DUMP }),
      watch: () => SERVICE_DUMP_INDEXES.map((key) => ({ kind: 'index', key })),
      *narrowInSteps() {
        const instances = yield* keptEntries(store, sight, isKept, perStep);
        const mappings = kind === null ? store.configEntries.allGatewayServices().value : NO_DUMP.gateways;
        const sees = ({ Service, Gateway }: GatewayServiceRecord) =>
          sight === null || (sight.service(Service.Name) && sight.service(Gateway.Name));
        return { instances, gateways: yield* keepInSteps(mappings, ONE_TEST, sees) };
      },
      ...(sight === null ? {} : { sight }),
    };
  },
};

function matches(matcher: Matcher, { node, service, checks }: HealthEntry): boolean {
  return matcher.matches({ Node: node, Service: service, Checks: checks });
}

/** By the ID of the service; those of the node by "". */
function checksByService(checks: readonly CheckRecord[]): ReadonlyMap<string, readonly CheckRecord[]> {
  const byService = new Map<string, CheckRecord[]>();
  for (const check of checks) {
    const known = byService.get(check.ServiceID);
    if (known === undefined) byService.set(check.ServiceID, [check]);
    else known.push(check);
  }
  return byService;
}

function* keptEntries(
  store: StoreReads,
  sight: Sight | null,
  isKept: (entry: HealthEntry) => boolean,
  perStep: number,
): Steps<readonly HealthEntry[]> {
  const kept: HealthEntry[] = [];
  let left = perStep;
  for (const dump of dumps(store, sight)) {
    if (dump === null) {
      if (--left === 0) {
        left = perStep;
        yield;
      }
      continue;
    }
    const { node, services, checks } = dump;
    const byService = checksByService(checks);
    const ofNode = byService.get('') ?? [];
    for (const service of services) {
      const own = byService.get(service.ID);
      const entry = { node, service, checks: own === undefined ? ofNode : [...ofNode, ...own] };
      if (isKept(entry)) kept.push(entry);
      if (--left > 0) continue;
      left = perStep;
      yield;
    }
  }
  return kept;
}
