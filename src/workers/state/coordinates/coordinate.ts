// A network coordinate (spec/gossip.md, section 17) as this thread handles it: what makes one usable, the distance of two,
// and how the API shows it.

import { numberJson } from '../../../gotext/json-encode.js';
import type { Coordinate } from '../../../wire/gossip-pools.js';

const DIMENSIONS = 8;
const NS_PER_SECOND = 1e9;

/** Where a node is before it has heard from any other. */
export const ORIGIN: Coordinate = {
  Vec: new Array<number>(DIMENSIONS).fill(0),
  Error: 1.5,
  Adjustment: 0,
  Height: 1e-5,
};

/** Why it can't be kept, in Consul's words; null when it can. */
export function coordinateProblem({ Vec, Error: error, Adjustment, Height }: Coordinate): string | null {
  const isValid = Vec.every(Number.isFinite) && [error, Adjustment, Height].every(Number.isFinite);
  if (!isValid) return 'invalid coordinate';
  return Vec.length === DIMENSIONS ? null : 'incompatible coordinate';
}

/** The estimated round trip in seconds, in whole nanoseconds. */
export function distance(a: Coordinate, b: Coordinate): number {
  let sum = 0;
  for (let i = 0; i < a.Vec.length; i += 1) {
    const difference = (a.Vec[i] ?? 0) - (b.Vec[i] ?? 0);
    sum += difference * difference;
  }
  const raw = Math.sqrt(sum) + a.Height + b.Height;
  const adjusted = raw + a.Adjustment + b.Adjustment;
  return Math.trunc((adjusted > 0 ? adjusted : raw) * NS_PER_SECOND) / NS_PER_SECOND;
}

export function coordinateJson({ Vec, Error: error, Adjustment, Height }: Coordinate): string {
  return (
    `{"Vec":[${Vec.map(numberJson).join(',')}],"Error":${numberJson(error)},` +
    `"Adjustment":${numberJson(Adjustment)},"Height":${numberJson(Height)}}`
  );
}
