// From where a prepared query is asked, and the node that its answer is ordered by (spec/rpc.md, "Rules of single methods").

import type { PreparedQueryRecord } from '../../../../wire/records.js';
import type { HealthEntry, StoreReads } from '../../replica/store/read-api.js';
import { sortNear } from '../contract/near.js';

export interface QuerySource {
  readonly datacenter: string;
  /** A node to sort from, or `_ip`; "" for what the query says. */
  readonly node: string;
  /** Of whoever asks; "" when it isn't known. */
  readonly ip: string;
}

/** The agent that was asked. */
export interface AskedAgent {
  readonly node: string;
  readonly datacenter: string;
  readonly segment: string;
}

const AGENT = '_agent';
const IP = '_ip';
/** Among so many of the nearest the node itself is put first. */
const NEAREST = 10;

/** The node to sort from; "" for no order. */
export function nodeToSortFrom(
  { catalog }: StoreReads,
  { Service: { Near } }: PreparedQueryRecord,
  source: QuerySource,
  agent: AskedAgent,
): string {
  const near = source.node === '' ? Near : source.node;
  if (near === AGENT) return agent.node;
  return near === IP ? (catalog.byAddress(source.ip).node?.Node ?? '') : near;
}

/** A sorted copy; a node that is as near as the one asked from doesn't stand before that itself. */
export function sortedFrom(node: string, entries: readonly HealthEntry[], store: StoreReads): readonly HealthEntry[] {
  const sorted = [...sortNear(entries, node, store.coordinates, (entry) => entry.node.Node)];
  const own = sorted.slice(0, NEAREST).findIndex((entry) => entry.node.Node === node);
  const [first] = sorted;
  const itself = sorted[own];
  if (own <= 0 || first === undefined || itself === undefined) return sorted;
  sorted[0] = itself;
  sorted[own] = first;
  return sorted;
}
