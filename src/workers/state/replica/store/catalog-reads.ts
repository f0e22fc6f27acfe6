// Reads of the local catalog (spec/fsm.md, section 4). Answers about one service are made once and kept until something
// they hold changes, so the cost of a hot service's read does not depend on how many instances it has.

import type { CheckRecord, NodeRecord, ServiceRecord, StringMap } from '../../../../wire/records.js';
import type { CurrentTables } from './current-tables.js';
import type { CatalogReads, HealthEntry, ReadResult, ServiceInstance } from './read-api.js';
import { type Catalog, PASSING } from './tables/catalog.js';
import type { CatalogIndex } from './tables/catalog-index.js';
import type { RowSet } from './tables/row-set.js';
import type { CheckRow, ServiceRow } from './tables/rows.js';
import type { ServiceGroup } from './tables/service-group.js';
import { endOfPart, joinKey, keyPart, SEPARATOR } from './tables/table-key.js';
import { type CatalogUsage, usageOf } from './usage.js';

const INGRESS = 'ingress-gateway';
/** /v1/health/state/any asks for every check. */
const ANY_STATE = 'any';

function matchesMeta(meta: StringMap | null, wanted: StringMap): boolean {
  for (const key in wanted) if (meta?.[key] !== wanted[key]) return false;
  return true;
}

function records(rows: readonly CheckRow[]): CheckRecord[] {
  return rows.map((row) => row.record);
}

function instancesOf(catalog: Catalog, rows: RowSet<ServiceRow>): ServiceInstance[] {
  return rows.allValues().flatMap((row) => {
    const node = catalog.nodes.get(row.nodeKey)?.record;
    return node ? [{ node, service: row.record }] : [];
  });
}

function healthOf(catalog: Catalog, rows: RowSet<ServiceRow>): HealthEntry[] {
  const nodeChecks = new Map<string, readonly CheckRecord[]>();
  return rows.allValues().flatMap((row) => {
    const node = catalog.nodes.get(row.nodeKey)?.record;
    if (!node) return [];
    let shared = nodeChecks.get(row.nodeKey);
    if (!shared) {
      shared = records(catalog.checksOfNodeAlone(row.nodeKey));
      nodeChecks.set(row.nodeKey, shared);
    }
    return [{ node, service: row.record, checks: [...shared, ...records(catalog.checksOfService(row.key))] }];
  });
}

const NOTHING: readonly never[] = [];

export class CatalogTableReads implements CatalogReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  nodes(nodeMeta: StringMap | null): ReadResult<readonly NodeRecord[]> {
    const catalog = this.#catalog;
    catalog.cachedNodes ??= catalog.nodes.rows.allValues().map((row) => row.record);
    const all = catalog.cachedNodes;
    const value = nodeMeta ? all.filter((node) => matchesMeta(node.Meta, nodeMeta)) : all;
    return { index: this.#index(this.#keys.nodesKey), value };
  }

  node(name: string): NodeRecord | undefined {
    return this.#catalog.findNode(name)?.record;
  }

  nodeById(id: string): NodeRecord | undefined {
    return this.#catalog.findNodeById(id)?.record;
  }

  nodeServices(
    node: string,
  ): ReadResult<{ readonly node: NodeRecord; readonly services: readonly ServiceRecord[] } | null> {
    const row = this.#catalog.findNode(node);
    if (!row) return { index: this.#index(this.#keys.nodeExtinctionKey), value: null };
    const services = this.#catalog.servicesOf(row.key).map((service) => service.record);
    return { index: this.#current.tables.index.row(row.indexKey.key) ?? 0, value: { node: row.record, services } };
  }

  nodeService(node: string, serviceId: string): ServiceRecord | undefined {
    return this.#catalog.services.get(joinKey(keyPart(node), keyPart(serviceId)))?.record;
  }

  serviceNames(nodeMeta: StringMap | null): ReadResult<ReadonlyMap<string, readonly string[]>> {
    const servicesIndex = this.#index(this.#keys.servicesKey);
    if (nodeMeta) {
      const index = Math.max(servicesIndex, this.#index(this.#keys.nodesKey));
      return { index, value: this.#namesOnNodes(nodeMeta) };
    }
    const catalog = this.#catalog;
    catalog.cachedNames ??= this.#names();
    return { index: servicesIndex, value: catalog.cachedNames };
  }

  serviceInstances(service: string): ReadResult<readonly ServiceInstance[]> {
    const group = this.#catalog.findGroup(service);
    if (!group || group.instances.size === 0) return { index: this.#absentIndex(false), value: NOTHING };
    group.cachedInstances ??= instancesOf(this.#catalog, group.instances);
    return { index: this.#groupIndex(group), value: group.cachedInstances };
  }

  connectInstances(service: string): ReadResult<readonly ServiceInstance[]> {
    const group = this.#catalog.findGroup(service);
    if (!group || group.connect.size === 0) return { index: this.#absentIndex(false), value: NOTHING };
    group.cachedConnect ??= instancesOf(this.#catalog, group.connect);
    return { index: this.#connectIndex(group.cachedConnect), value: group.cachedConnect };
  }

  serviceHealth(service: string): ReadResult<readonly HealthEntry[]> {
    const group = this.#catalog.findGroup(service);
    if (!group || group.instances.size === 0) return { index: this.#absentIndex(true), value: NOTHING };
    group.cachedHealth ??= healthOf(this.#catalog, group.instances);
    return { index: this.#groupIndex(group), value: group.cachedHealth };
  }

  connectHealth(service: string): ReadResult<readonly HealthEntry[]> {
    const group = this.#catalog.findGroup(service);
    if (!group || group.connect.size === 0) return { index: this.#absentIndex(true), value: NOTHING };
    group.cachedConnectHealth ??= healthOf(this.#catalog, group.connect);
    return { index: this.#connectIndex(group.cachedConnectHealth), value: group.cachedConnectHealth };
  }

  ingressHealth(service: string): ReadResult<readonly HealthEntry[]> {
    const mappings = this.#current.tables.gatewayServices.ofService(keyPart(service));
    const gateways = new Set(
      mappings.filter(({ record }) => record.GatewayKind === INGRESS).map(({ record }) => record.Gateway.Name),
    );
    const found = [...gateways].map((gateway) => this.serviceHealth(gateway));
    const value = found.flatMap((each) => each.value.filter((entry) => entry.service.Kind === INGRESS));
    const index = Math.max(this.#index('gateway-services'), ...found.map((each) => each.index));
    return { index: value.length > 0 ? index : Math.max(index, this.serviceHealth(service).index), value };
  }

  connectNames(): readonly string[] {
    const groups = this.#catalog.groups().filter(({ connect }) => connect.size > 0);
    return groups.map(({ spelling }) => spelling);
  }

  downstreams(service: string): readonly string[] {
    const part = keyPart(service);
    const names: string[] = [];
    this.#current.tables.meshTopology.rows.forRange(part + SEPARATOR, endOfPart(part), (_references, key) => {
      const downstream = this.#catalog.group(key.slice(part.length + SEPARATOR.length));
      if (downstream !== undefined) names.push(downstream.spelling);
    });
    return names;
  }

  nodeChecks(node: string): ReadResult<readonly CheckRecord[]> {
    return this.#checks(this.#catalog.checksOf(keyPart(node)));
  }

  serviceChecks(service: string): ReadResult<readonly CheckRecord[]> {
    return this.#checks(this.#catalog.checksByService.values(keyPart(service)));
  }

  checksInState(state: string): ReadResult<readonly CheckRecord[]> {
    const part = keyPart(state);
    if (part === PASSING || part === ANY_STATE) {
      const all = this.#catalog.checks.rows.allValues();
      return this.#checks(part === ANY_STATE ? all : all.filter((row) => row.record.Status === PASSING));
    }
    return this.#checks(this.#catalog.checksOfOtherStatus.values(part));
  }

  check(node: string, checkId: string): CheckRecord | undefined {
    return this.#catalog.checks.get(joinKey(keyPart(node), keyPart(checkId)))?.record;
  }

  byAddress(address: string): {
    readonly node: NodeRecord | undefined;
    readonly instance: ServiceInstance | undefined;
  } {
    const part = keyPart(address);
    const node = this.#catalog.nodesByAddress.first(part)?.record;
    const row = this.#catalog.servicesByAddress.first(part);
    const host = row && this.#catalog.nodes.get(row.nodeKey)?.record;
    return { node, instance: row && host ? { node: host, service: row.record } : undefined };
  }

  nodeDump(node: string): {
    readonly node: NodeRecord;
    readonly services: readonly ServiceRecord[];
    readonly checks: readonly CheckRecord[];
  } | null {
    const row = this.#catalog.findNode(node);
    if (!row) return null;
    const services = this.#catalog.servicesOf(row.key).map((service) => service.record);
    return { node: row.record, services, checks: records(this.#catalog.checksOf(row.key)) };
  }

  usage(): ReadResult<CatalogUsage> {
    const index = Math.max(this.#index(this.#keys.nodesKey), this.#index(this.#keys.servicesKey));
    return { index, value: usageOf(this.#catalog) };
  }

  #names(): ReadonlyMap<string, readonly string[]> {
    const names = new Map<string, readonly string[]>();
    for (const group of this.#catalog.groups()) {
      for (const [name, tags] of group.tags()) names.set(name, tags);
    }
    return names;
  }

  #namesOnNodes(nodeMeta: StringMap): ReadonlyMap<string, readonly string[]> {
    const tags = new Map<string, Set<string>>();
    this.#catalog.nodes.rows.forEach((node) => {
      if (!matchesMeta(node.record.Meta, nodeMeta)) return;
      for (const { record } of this.#catalog.servicesOf(node.key)) {
        const known = tags.get(record.Service) ?? new Set();
        tags.set(record.Service, known);
        for (const tag of record.Tags ?? []) known.add(tag);
      }
    });
    const sorted = [...tags.keys()].sort();
    return new Map(sorted.map((name) => [name, [...(tags.get(name) ?? [])].sort()]));
  }

  #checks(rows: readonly CheckRow[]): ReadResult<readonly CheckRecord[]> {
    return { index: this.#index(this.#keys.checksKey), value: records(rows) };
  }

  #groupIndex(group: ServiceGroup): number {
    return this.#current.tables.index.row(group.indexKey.key) ?? 0;
  }

  #connectIndex(instances: readonly ServiceInstance[]): number {
    let index = 0;
    for (const { service } of instances) {
      const group = this.#catalog.findGroup(service.Service);
      if (group) index = Math.max(index, this.#groupIndex(group));
    }
    return index;
  }

  /** Of a service without instances: when the last one vanished or, before the first time, the tables' index. */
  #absentIndex(withChecks: boolean): number {
    const extinction = this.#index(this.#keys.serviceExtinctionKey);
    if (extinction > 0) return extinction;
    const tables = Math.max(this.#index(this.#keys.servicesKey), this.#index(this.#keys.nodesKey));
    return withChecks ? Math.max(tables, this.#index(this.#keys.checksKey)) : tables;
  }

  #index(key: string): number {
    return this.#current.tables.index.get(key);
  }

  get #catalog(): Catalog {
    return this.#current.tables.local.catalog;
  }

  get #keys(): CatalogIndex {
    return this.#current.tables.local.indexes;
  }
}
