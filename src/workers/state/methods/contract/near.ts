// `?near=`: lists sorted by the round trip from a node, estimated from network coordinates (spec/gossip.md, section 17).
// Nodes without coordinates come last, in their old order; from an unknown node nothing is sorted.

import { distanceNs } from '../../../../wire/coordinate.js';
import type { Coordinate } from '../../../../wire/gossip-pools.js';
import type { CoordinateReads } from '../../replica/store/read-api.js';

function coordinateOf(coordinates: CoordinateReads, node: string): Coordinate | undefined {
  return coordinates.ofNode(node).value.find((record) => record.Segment === '')?.Coord;
}

/** A sorted copy, or `items` itself when there is nothing to sort by. */
export function sortNear<T>(
  items: readonly T[],
  source: string,
  coordinates: CoordinateReads,
  nodeOf: (item: T) => string,
): readonly T[] {
  const origin = source === '' ? undefined : coordinateOf(coordinates, source);
  if (!origin) return items;
  const distances = new Map<string, number>();
  const distanceOf = (item: T): number => {
    const node = nodeOf(item);
    let known = distances.get(node);
    if (known === undefined) {
      const target = coordinateOf(coordinates, node);
      known = target ? distanceNs(origin, target) : Number.POSITIVE_INFINITY;
      distances.set(node, known);
    }
    return known;
  };
  return [...items].sort((a, b) => {
    const first = distanceOf(a);
    const second = distanceOf(b);
    return first === second ? 0 : first - second;
  });
}
