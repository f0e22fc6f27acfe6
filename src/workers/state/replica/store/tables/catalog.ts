// The catalog of the local cluster or of one peer: nodes, services and checks with their secondary indexes (spec/fsm.md,
// section 6). Secondary indexes are kept by the tables' observers alone, so that they also follow a command taken back.

import type { NodeRecord } from '../../../../../wire/records.js';
import type { Journal } from './change.js';
import { InstanceCounts } from './instance-counts.js';
import { OrderedMap } from './ordered-map.js';
import type { CheckRow, NodeRow, RowKey, ServiceRow } from './rows.js';
import { RowsByOwner } from './rows-by-owner.js';
import { ServiceGroup } from './service-group.js';
import { Table } from './table.js';
import { endOfPart, keyPart, SEPARATOR } from './table-key.js';

/** Type of the checks whose state follows a session's. */
export const SESSION_CHECK_TYPE = 'session';
/** The status of most checks at most times. */
export const PASSING = 'passing';

export class Catalog {
  /** "" for the local cluster. */
  readonly peer: string;
  /** What the cluster's own keys in the index table begin with: `peer.~:` or `peer.NAME:`. */
  readonly prefix: string;
  readonly nodes: Table<'nodes'>;
  readonly services: Table<'services'>;
  readonly checks: Table<'checks'>;
  /** Keys of nodes by lower-cased node ID; nodes without an ID are not in it. */
  readonly nodeKeyById = new Map<string, string>();
  readonly nodesByAddress = new RowsByOwner<NodeRow>();
  readonly servicesByAddress = new RowsByOwner<ServiceRow>();
  readonly #groups = new Map<string, ServiceGroup>();
  #sortedGroups: readonly ServiceGroup[] | undefined;
  /** By the key of their service, or of {@link nodeAlone} for checks of the node. */
  readonly #checksByInstance = new RowsByOwner<CheckRow>();
  /** By the lower-cased name of their service. */
  readonly checksByService = new RowsByOwner<CheckRow>();
  /** By lower-cased status; passing ones, which are most, are not in it. */
  readonly checksOfOtherStatus = new RowsByOwner<CheckRow>();
  /** Checks of type `session`, by node and check ID. */
  readonly sessionTypeChecks = new OrderedMap<CheckRow>();
  readonly counts = new InstanceCounts();

  /** The answers to "all nodes" and "all service names", until a node or a service changes. */
  cachedNodes: readonly NodeRecord[] | undefined;
  cachedNames: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(peer: string, journal: Journal) {
    this.peer = peer;
    this.prefix = peer === '' ? 'peer.~:' : `peer.${peer}:`;
    this.nodes = new Table('nodes', journal, (before, after) => this.#nodeChanged(before, after));
    this.services = new Table('services', journal, (before, after) => this.#serviceChanged(before, after));
    this.checks = new Table('checks', journal, (before, after) => this.#checkChanged(before, after));
  }

  nodeIndexKey(name: string): RowKey {
    return rowKey(`${this.prefix}node.${name}`);
  }

  serviceIndexKey(name: string): RowKey {
    return rowKey(`${this.prefix}service.${name}`);
  }

  findNode(name: string): NodeRow | undefined {
    return this.nodes.get(keyPart(name));
  }

  findNodeById(id: string): NodeRow | undefined {
    const key = this.nodeKeyById.get(id.toLowerCase());
    return key === undefined ? undefined : this.nodes.get(key);
  }

  findGroup(name: string): ServiceGroup | undefined {
    return this.#groups.get(keyPart(name));
  }

  group(key: string): ServiceGroup | undefined {
    return this.#groups.get(key);
  }

  /** All groups by name, also those that have Connect instances or checks alone. */
  groups(): readonly ServiceGroup[] {
    this.#sortedGroups ??= [...this.#groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
    return this.#sortedGroups;
  }

  /** All services of a node, by service ID. */
  servicesOf(nodeKey: string): ServiceRow[] {
    return this.services.rows.values(nodeKey + SEPARATOR, endOfPart(nodeKey));
  }

  /** All checks of a node and of its services, by check ID. */
  checksOf(nodeKey: string): CheckRow[] {
    return this.checks.rows.values(nodeKey + SEPARATOR, endOfPart(nodeKey));
  }

  /** Checks of one instance, by check ID. */
  checksOfService(serviceKey: string): CheckRow[] {
    return this.#checksByInstance.values(serviceKey);
  }

  /** Checks of a node that belong to none of its services, by check ID. */
  checksOfNodeAlone(nodeKey: string): CheckRow[] {
    return this.#checksByInstance.values(nodeAlone(nodeKey));
  }

  #nodeChanged(before: NodeRow | undefined, after: NodeRow | undefined): void {
    this.cachedNodes = undefined;
    if (before) {
      this.nodesByAddress.delete(keyPart(before.record.Address), before.key);
      const id = before.record.ID.toLowerCase();
      if (id !== '' && this.nodeKeyById.get(id) === before.key) this.nodeKeyById.delete(id);
    }
    if (after) {
      if (after.record.Address !== '') this.nodesByAddress.set(keyPart(after.record.Address), after);
      if (after.record.ID !== '') this.nodeKeyById.set(after.record.ID.toLowerCase(), after.key);
    }
    // The answers of its services hold the node's record.
    if (before && after) this.#forgetServicesOf(after.key);
  }

  #serviceChanged(before: ServiceRow | undefined, after: ServiceRow | undefined): void {
    this.cachedNames = undefined;
    if (before) this.#groups.get(before.groupKey)?.count(before.record, -1);
    if (before && (before.groupKey !== after?.groupKey || before.connectKey !== after.connectKey)) {
      this.#leaveGroups(before);
    }
    if (after) this.#joinGroups(after);
    this.counts.changed(before?.record, after?.record);
    if (before && before.record.Address !== '' && before.record.Address !== after?.record.Address) {
      this.servicesByAddress.delete(keyPart(before.record.Address), before.key);
    }
    if (after && after.record.Address !== '') {
      this.servicesByAddress.set(keyPart(after.record.Address), after);
    }
  }

  #checkChanged(before: CheckRow | undefined, after: CheckRow | undefined): void {
    move(this.#checksByInstance, before, after, instanceOf);
    move(this.checksByService, before, after, groupOf);
    move(this.checksOfOtherStatus, before, after, otherStatusOf);
    if (before?.record.Type === SESSION_CHECK_TYPE) this.sessionTypeChecks.delete(before.key);
    if (after?.record.Type === SESSION_CHECK_TYPE) this.sessionTypeChecks.set(after.key, after);
    this.#forgetServicesOfCheck(before);
    if (before?.serviceKey !== after?.serviceKey || before === undefined) this.#forgetServicesOfCheck(after);
  }

  #joinGroups(row: ServiceRow): void {
    const own = this.#groups.get(row.groupKey) ?? this.#newGroup(row.groupKey, row.record.Service, row.indexKey);
    own.spelling = row.record.Service;
    own.indexKey = row.indexKey;
    if (own.instances.size === 0) this.counts.names += 1;
    own.instances.set(row);
    own.count(row.record, 1);
    own.forget();
    if (row.connectKey !== '') {
      const name = connectName(row);
      const served =
        this.#groups.get(row.connectKey) ?? this.#newGroup(row.connectKey, name, this.serviceIndexKey(name));
      served.connect.set(row);
      served.forget();
    }
  }

  #leaveGroups(row: ServiceRow): void {
    const own = this.#groups.get(row.groupKey);
    own?.instances.delete(row.key);
    if (own?.instances.size === 0) this.counts.names -= 1;
    own?.forget();
    if (own?.isEmpty) this.#dropGroup(row.groupKey);
    if (row.connectKey === '') return;
    const served = this.#groups.get(row.connectKey);
    served?.connect.delete(row.key);
    served?.forget();
    if (served?.isEmpty) this.#dropGroup(row.connectKey);
  }

  #newGroup(key: string, name: string, indexKey: RowKey): ServiceGroup {
    const group = new ServiceGroup(name, indexKey);
    this.#groups.set(key, group);
    this.#sortedGroups = undefined;
    return group;
  }

  #dropGroup(key: string): void {
    this.#groups.delete(key);
    this.#sortedGroups = undefined;
  }

  #forget(row: ServiceRow): void {
    this.#groups.get(row.groupKey)?.forget();
    if (row.connectKey !== '' && row.connectKey !== row.groupKey) this.#groups.get(row.connectKey)?.forget();
  }

  #forgetServicesOf(nodeKey: string): void {
    this.services.rows.forRange(nodeKey + SEPARATOR, endOfPart(nodeKey), (row) => this.#forget(row));
  }

  #forgetServicesOfCheck(row: CheckRow | undefined): void {
    if (!row) return;
    if (row.serviceKey === '') {
      this.#forgetServicesOf(row.nodeKey);
      return;
    }
    const service = this.services.get(row.serviceKey);
    if (service) this.#forget(service);
  }
}

function rowKey(spelled: string): RowKey {
  return { key: spelled.toLowerCase(), spelled };
}

/** The service that a Connect instance serves. */
export function connectName(row: ServiceRow): string {
  return row.record.Connect.Native ? row.record.Service : row.record.Proxy.DestinationServiceName;
}

/** What the checks of a node that belong to none of its services are filed under. */
function nodeAlone(nodeKey: string): string {
  return nodeKey + SEPARATOR;
}

function instanceOf({ serviceKey, nodeKey }: CheckRow): string {
  return serviceKey === '' ? nodeAlone(nodeKey) : serviceKey;
}

// What an index leaves out has no owner there.

function groupOf({ serviceKey, groupKey }: CheckRow): string | undefined {
  return serviceKey === '' ? undefined : groupKey;
}

function otherStatusOf({ record }: CheckRow): string | undefined {
  return record.Status === PASSING ? undefined : keyPart(record.Status);
}

/** Files a row under its owner of now; an owner that stays costs one write. */
function move<V extends { readonly key: string }>(
  index: RowsByOwner<V>,
  before: V | undefined,
  after: V | undefined,
  ownerOf: (row: V) => string | undefined,
): void {
  const from = before && ownerOf(before);
  const to = after && ownerOf(after);
  if (before && from !== undefined && from !== to) index.delete(from, before.key);
  if (after && to !== undefined) index.set(to, after);
}
