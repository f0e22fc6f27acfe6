// How far apart two network coordinates are: for gossip, which moves by it, for answers in order of distance and for whoever
// shows it (spec/gossip.md, section 17). All times in a coordinate are seconds. The order of operations is the stock one, so
// that the same coordinates give the same bits.

import type { Coordinate } from './gossip-pools.js';

const NS_A_SECOND = 1e9;

export function difference(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value - (b[i] ?? 0));
}

export function magnitude(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

/** Without the adjustments, in seconds. */
export function rawDistance(a: Coordinate, b: Coordinate): number {
  return magnitude(difference(a.Vec, b.Vec)) + a.Height + b.Height;
}

/** The round trip to be expected between two places, in whole nanoseconds. */
export function distanceNs(a: Coordinate, b: Coordinate): number {
  const raw = rawDistance(a, b);
  const adjusted = raw + a.Adjustment + b.Adjustment;
  return Math.trunc((adjusted > 0 ? adjusted : raw) * NS_A_SECOND);
}
