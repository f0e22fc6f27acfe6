// A network coordinate (spec/gossip.md, section 17) as this thread handles it: what makes one usable, and how the API shows
// it.

import { numberJson } from '../../../gotext/json-encode.js';
import { DIMENSIONS, isFiniteCoordinate } from '../../../wire/coordinate.js';
import type { Coordinate } from '../../../wire/gossip-pools.js';

/** Why it can't be kept, in Consul's words; null when it can. */
export function coordinateProblem(coordinate: Coordinate): string | null {
  if (!isFiniteCoordinate(coordinate)) return 'invalid coordinate';
  return coordinate.Vec.length === DIMENSIONS ? null : 'incompatible coordinate';
}

export function coordinateJson({ Vec, Error: error, Adjustment, Height }: Coordinate): string {
  return (
    `{"Vec":[${Vec.map(numberJson).join(',')}],"Error":${numberJson(error)},` +
    `"Adjustment":${numberJson(Adjustment)},"Height":${numberJson(Height)}}`
  );
}
