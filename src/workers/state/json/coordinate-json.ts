// A network coordinate (spec/gossip.md, section 17) as the API shows it.

import { numberJson } from '../../../gotext/json-encode.js';
import type { Coordinate } from '../../../wire/gossip-pools.js';

export function coordinateJson({ Vec, Error: error, Adjustment, Height }: Coordinate): string {
  return (
    `{"Vec":[${Vec.map(numberJson).join(',')}],"Error":${numberJson(error)},` +
    `"Adjustment":${numberJson(Adjustment)},"Height":${numberJson(Height)}}`
  );
}
