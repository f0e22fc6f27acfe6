// How much the catalog of this cluster holds, as operators are told. Read off counters, whatever there is of it.

import type { Catalog } from './tables/catalog.js';

export interface CatalogUsage {
  readonly nodes: number;
  /** Names that have instances. */
  readonly services: number;
  readonly instances: number;
  /** Typical instances, without those of the servers. */
  readonly billable: number;
  /** Instances by what they have to do with Connect; all of these are always in it. */
  readonly connect: ReadonlyMap<string, number>;
}

const CONNECT_KINDS = ['api-gateway', 'connect-proxy', 'ingress-gateway', 'mesh-gateway', 'terminating-gateway'];

export function usageOf({ nodes, services, counts }: Catalog): CatalogUsage {
  const connect = new Map(CONNECT_KINDS.map((kind) => [kind, counts.ofKind.get(kind) ?? 0]));
  connect.set('connect-native', counts.native);
  return {
    nodes: nodes.size,
    services: counts.names,
    instances: services.size,
    billable: counts.billable,
    connect,
  };
}
