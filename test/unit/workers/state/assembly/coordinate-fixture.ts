// Coordinates for tests: on a line, `x` seconds from the origin.

import type { Coordinate } from '../../../../../src/wire/gossip-pools.js';
import type { CoordinateRecord } from '../../../../../src/wire/records.js';

export function coordinate(x: number, changes: Partial<Coordinate> = {}): Coordinate {
  return { Vec: [x, 0, 0, 0, 0, 0, 0, 0], Error: 1, Adjustment: 0, Height: 1e-5, ...changes };
}

export function coordinateOf(Node: string, x: number, changes: Partial<Coordinate> = {}): CoordinateRecord {
  return { Node, Segment: '', Partition: '', Coord: coordinate(x, changes) };
}
