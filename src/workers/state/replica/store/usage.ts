// How much is stored, for the usage gauges.

import type { Tables } from './tables/tables.js';

export interface Usage {
  readonly nodes: number;
  readonly serviceNames: number;
  readonly serviceInstances: number;
  readonly checks: number;
  readonly kvEntries: number;
  readonly sessions: number;
  /** Instances by kind, `typical` for services without one. */
  readonly instancesByKind: ReadonlyMap<string, number>;
}

/** Of the local cluster. Costs a walk over the service names. */
export function usageOf(tables: Tables): Usage {
  const { catalog } = tables.local;
  return {
    nodes: catalog.nodes.size,
    serviceNames: catalog.groups().filter((group) => group.instances.size > 0).length,
    serviceInstances: catalog.services.size,
    checks: catalog.checks.size,
    kvEntries: tables.kv.entries.size,
    sessions: tables.sessions.sessions.size,
    instancesByKind: new Map([...catalog.instancesOfKind].map(([kind, count]) => [kind || 'typical', count])),
  };
}
