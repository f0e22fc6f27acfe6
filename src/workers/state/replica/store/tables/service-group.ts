// All instances of one service name, however they spell it, and all Connect instances that serve it, with the answers computed from them. The
// answers stay valid until something they were made of changes: an instance, its node, one of the deciding checks.

import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../../../wire/records.js';
import { RowSet } from './row-set.js';
import type { RowKey, ServiceRow } from './rows.js';

export interface ServiceInstance {
  readonly node: NodeRecord;
  readonly service: ServiceRecord;
}

/** An instance with the checks that decide about it: its node's, then its own. */
export interface HealthEntry extends ServiceInstance {
  readonly checks: readonly CheckRecord[];
}

export class ServiceGroup {
  /** The name as the instance spelled it that came last. */
  spelling: string;
  /** Key of {@link spelling} in the index table. */
  indexKey: RowKey;
  /** By node and service ID. */
  readonly instances = new RowSet<ServiceRow>();
  /** Native instances of the service and proxies of it, by node and service ID. */
  readonly connect = new RowSet<ServiceRow>();
  /** Instances of no kind: neither proxies nor gateways. */
  typical = 0;
  /** Those among them that don't speak Connect themselves. */
  typicalWithoutConnect = 0;
  cachedInstances: readonly ServiceInstance[] | undefined;
  cachedHealth: readonly HealthEntry[] | undefined;
  cachedConnect: readonly ServiceInstance[] | undefined;
  cachedConnectHealth: readonly HealthEntry[] | undefined;
  cachedTags: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(spelling: string, indexKey: RowKey) {
    this.spelling = spelling;
    this.indexKey = indexKey;
  }

  get isEmpty(): boolean {
    return this.instances.size === 0 && this.connect.size === 0;
  }

  /** For an instance that comes (1) or goes (-1): who asks for the figures must not cost a walk over all of them. */
  count({ Kind, Connect }: ServiceRecord, by: 1 | -1): void {
    if (Kind !== '') return;
    this.typical += by;
    if (!Connect.Native) this.typicalWithoutConnect += by;
  }

  /** Forgets the answers made of rows, nodes and checks. */
  forget(): void {
    this.cachedInstances = undefined;
    this.cachedHealth = undefined;
    this.cachedConnect = undefined;
    this.cachedConnectHealth = undefined;
    this.cachedTags = undefined;
  }

  /** Sorted distinct tags by each spelling of the name. */
  tags(): ReadonlyMap<string, readonly string[]> {
    if (this.cachedTags === undefined) {
      const tags = new Map<string, Set<string>>();
      for (const { record } of this.instances.allValues()) {
        let known = tags.get(record.Service);
        if (known === undefined) {
          known = new Set();
          tags.set(record.Service, known);
        }
        if (record.Tags) for (const tag of record.Tags) known.add(tag);
      }
      this.cachedTags = new Map([...tags].map(([name, known]) => [name, [...known].sort()]));
    }
    return this.cachedTags;
  }
}
