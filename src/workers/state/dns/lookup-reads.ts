// What lookups ask of the catalog, wherever it is.

import type { LocalAnswer, LocalReads } from '../calls/local-reads.js';
import { type AddressOwners, addressOwners, getNode } from '../methods/catalog.js';
import { type HealthEntry, instancesOf, type ServiceNodesKind, serviceNodes } from '../methods/health.js';
import type { Refusal } from '../methods/refusal.js';
import { virtualIpForService } from '../methods/virtual-ip.js';

/** An answer that is older than this is counted (`dns.stale_queries`). */
export const STALE_MS = 5_000;

export type Found<Value> = LocalAnswer<Value> | Refusal;
type Node = AddressOwners['node'];

export interface LookupReads {
  /** Whether other datacenters' catalogs can be asked, too. */
  readonly reachesBeyond: boolean;
  instances(service: string, by: ServiceNodesKind, datacenter: string): Found<readonly HealthEntry[]>;
  /** null when the catalog doesn't know it. */
  node(name: string, datacenter: string): Found<NonNullable<Node> | null>;
  owners(address: string): Found<AddressOwners>;
  /** "" where the service has none. */
  virtualIp(service: string, peer: string): Found<string>;
}

/** From what this agent has itself. */
export function localLookups(local: LocalReads): LookupReads {
  return {
    reachesBeyond: false,
    instances: (service, by) => local.read(serviceNodes, instancesOf(service, by)),
    node: (name) => local.read(getNode, name),
    owners: (address) => local.read(addressOwners, address),
    virtualIp: (service, peer) => local.read(virtualIpForService, { service, peer }),
  };
}
