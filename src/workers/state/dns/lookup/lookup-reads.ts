// What lookups ask of the catalog, wherever it is.

import type { LocalAnswer, LocalReads } from '../../calls/local-reads.js';
import { type AddressOwners, addressOwners, getNode } from '../../methods/catalog/catalog.js';
import { type HealthEntry, instancesOf, type ServiceNodesKind, serviceNodes } from '../../methods/catalog/health.js';
import type { Refusal } from '../../methods/contract/refusal.js';
import { virtualIpForService } from '../../methods/mesh/virtual-ip.js';
import {
  type AskedAgent,
  type Executed,
  type ExecuteRequest,
  executeQuery,
} from '../../methods/query/query-execute.js';

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
  execute(question: QueryQuestion): Found<Executed>;
}

/** A prepared query, and who asks for it. */
export interface QueryQuestion {
  readonly idOrName: string;
  readonly datacenter: string;
  readonly ip: string;
}

export function executionOf({ idOrName, datacenter, ip }: QueryQuestion, agent: AskedAgent): ExecuteRequest {
  const source = { datacenter: '', node: '', ip };
  return { idOrName, limit: 0, connect: false, source, agent, datacenter };
}

/** From what this agent has itself. */
export function localLookups(local: LocalReads, agent: AskedAgent): LookupReads {
  return {
    reachesBeyond: false,
    instances: (service, by) => local.read(serviceNodes, instancesOf(service, by)),
    node: (name) => local.read(getNode, name),
    owners: (address) => local.read(addressOwners, address),
    execute: (question) => local.read(executeQuery, executionOf(question, agent)),
    virtualIp: (service, peer) => local.read(virtualIpForService, { service, peer }),
  };
}
