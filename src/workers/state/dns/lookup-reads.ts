// What lookups ask of the catalog, wherever it is.

import type { LocalAnswer, LocalReads } from '../calls/local-reads.js';
import { type AddressOwners, addressOwners, getNode } from '../methods/catalog.js';
import { type HealthEntry, instancesOf, serviceNodes } from '../methods/health.js';
import { type AskedAgent, type Executed, type ExecuteRequest, executeQuery } from '../methods/query-execute.js';
import type { Refusal } from '../methods/refusal.js';

/** An answer that is older than this is counted (`dns.stale_queries`). */
export const STALE_MS = 5_000;

export type Found<Value> = LocalAnswer<Value> | Refusal;
type Node = AddressOwners['node'];

export interface LookupReads {
  /** Whether other datacenters' catalogs can be asked, too. */
  readonly reachesBeyond: boolean;
  instances(service: string, datacenter: string): Found<readonly HealthEntry[]>;
  /** null when the catalog doesn't know it. */
  node(name: string, datacenter: string): Found<NonNullable<Node> | null>;
  owners(address: string): Found<AddressOwners>;
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
    instances: (service) => local.read(serviceNodes, instancesOf(service)),
    node: (name) => local.read(getNode, name),
    owners: (address) => local.read(addressOwners, address),
    execute: (question) => local.read(executeQuery, executionOf(question, agent)),
  };
}
