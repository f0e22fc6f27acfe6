// All instances of one service name, and all Connect instances that serve it, with the answers computed from them. The
// answers stay valid until something they were made of changes: an instance, its node, one of the deciding checks.

import { OrderedMap } from '../ordered-map.js';
import type { HealthEntry, ServiceInstance } from '../read-api.js';
import type { ServiceRow } from '../rows.js';

export class ServiceGroup {
  /** The name as the latest instance spells it. */
  name: string;
  /** Key of {@link name} in the index table. */
  indexKey: string;
  /** By node and service ID. */
  readonly instances = new OrderedMap<ServiceRow>();
  /** Native instances of the service and proxies of it, by node and service ID. */
  readonly connect = new OrderedMap<ServiceRow>();
  cachedInstances: readonly ServiceInstance[] | undefined;
  cachedHealth: readonly HealthEntry[] | undefined;
  cachedConnect: readonly ServiceInstance[] | undefined;
  cachedConnectHealth: readonly HealthEntry[] | undefined;
  cachedTags: readonly string[] | undefined;

  constructor(name: string, indexKey: string) {
    this.name = name;
    this.indexKey = indexKey;
  }

  get isEmpty(): boolean {
    return this.instances.size === 0 && this.connect.size === 0;
  }

  /** Forgets the answers made of rows, nodes and checks. */
  forget(): void {
    this.cachedInstances = undefined;
    this.cachedHealth = undefined;
    this.cachedConnect = undefined;
    this.cachedConnectHealth = undefined;
    this.cachedTags = undefined;
  }

  /** Sorted distinct tags of all instances. */
  tags(): readonly string[] {
    if (this.cachedTags === undefined) {
      const tags = new Set<string>();
      this.instances.forEach((row) => {
        if (row.record.Tags) for (const tag of row.record.Tags) tags.add(tag);
      });
      this.cachedTags = [...tags].sort();
    }
    return this.cachedTags;
  }
}
