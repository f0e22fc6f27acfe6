// Catalog.ListDatacenters: the datacenters of the WAN pool, nearest first (spec/rpc.md, section 9).

import { distanceNs } from '../../../wire/coordinate.js';
import type { Coordinate } from '../../../wire/gossip-pools.js';
import { serversByDatacenter } from '../gossip/members/wan-datacenters.js';
import type { DirectMethod, ServerView } from './contract/method.js';
import { refusal } from './contract/refusal.js';

/** Of an even number the larger of the two in the middle, as stock agents have it. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.POSITIVE_INFINITY;
}

/** Those without a known place come last. `datacenters` are sorted by name, and stay so where they are equally far. */
export function nearestFirst(
  datacenters: ReadonlyMap<string, readonly { readonly name: string }[]>,
  own: { readonly datacenter: string; readonly coordinate: Coordinate | undefined },
  coordinates: ReadonlyMap<string, Coordinate>,
): readonly string[] {
  const distances = new Map<string, number>([[own.datacenter, Number.NEGATIVE_INFINITY]]);
  for (const [datacenter, servers] of datacenters) {
    if (datacenter === own.datacenter) continue;
    const known = servers.flatMap(({ name }) => {
      const there = coordinates.get(name);
      return there === undefined || own.coordinate === undefined ? [] : [distanceNs(own.coordinate, there)];
    });
    distances.set(datacenter, median(known));
  }
  return [...distances].sort(([, a], [, b]) => (a === b ? 0 : a - b)).map(([datacenter]) => datacenter);
}

/** This server's own and all that the WAN pool knows. */
export function knownDatacenters({ datacenter, wanMembers }: ServerView): readonly string[] {
  return [...new Set([datacenter, ...serversByDatacenter(wanMembers()).keys()])];
}

export const listDatacenters: DirectMethod<null, readonly string[]> = {
  name: 'Catalog.ListDatacenters',
  isOpen: true,
  isRepeatable: true,
  async answer(server) {
    const { control, wanMembers, datacenter, nodeName } = server;
    const known = serversByDatacenter(wanMembers());
    if (known.size < 2) return knownDatacenters(server);
    const answer = await control.ask({ op: 'wan-coordinates' });
    if (!answer.ok) return refusal('failed', answer.error);
    const coordinate = answer.result.get(`${nodeName}.${datacenter}`);
    return nearestFirst(known, { datacenter, coordinate }, answer.result);
  },
};
