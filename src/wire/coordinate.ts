// Network coordinates and how far apart two are: for gossip, which moves by it, for answers in order of distance and for
// whoever shows it (spec/gossip.md, section 17). All times in a coordinate are seconds. The order of operations is the stock one, so
// that the same coordinates give the same bits.

import type { Coordinate } from './gossip-pools.js';

const NS_A_SECOND = 1e9;
export const DIMENSIONS = 8;
/** The error of whoever knows nothing. */
export const ERROR_MAX = 1.5;
export const HEIGHT_MIN = 1e-5;

/** Where everybody starts. */
export const ORIGIN: Coordinate = {
  Vec: new Array<number>(DIMENSIONS).fill(0),
  Error: ERROR_MAX,
  Adjustment: 0,
  Height: HEIGHT_MIN,
};

export function isFiniteCoordinate({ Vec, Error: error, Adjustment, Height }: Coordinate): boolean {
  return Vec.every(Number.isFinite) && [error, Adjustment, Height].every(Number.isFinite);
}

/** Why it can't be kept, in Consul's words; null when it can. */
export function coordinateProblem(coordinate: Coordinate): string | null {
  if (!isFiniteCoordinate(coordinate)) return 'invalid coordinate';
  return coordinate.Vec.length === DIMENSIONS ? null : 'incompatible coordinate';
}

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
