// Where a prepared query looks when nothing is left of it here: the nearest other datacenters, then those that it lists, each once,
// or its targets one after the other.

import type { QueryFailover } from '../../../../wire/records.js';
import type { OtherDatacenters } from '../contract/method.js';

/** Exactly one isn't "". */
export interface FailoverTarget {
  readonly datacenter: string;
  readonly peer: string;
}

export function failsOver({ NearestN, Datacenters, Targets }: QueryFailover): boolean {
  return NearestN > 0 || (Datacenters?.length ?? 0) > 0 || (Targets?.length ?? 0) > 0;
}

/** In the order in which they are tried; datacenters that nobody knows are left out. */
export async function failoverTargets(
  { NearestN, Datacenters, Targets }: QueryFailover,
  others: OtherDatacenters,
): Promise<readonly FailoverTarget[]> {
  const known = new Set(others.known());
  if (Targets !== null && Targets.length > 0) {
    return Targets.map(({ Datacenter, Peer }) => ({ datacenter: Peer === '' ? Datacenter : '', peer: Peer })).filter(
      ({ datacenter, peer }) => peer !== '' || known.has(datacenter),
    );
  }
  const chosen = new Set(NearestN > 0 ? (await others.nearestFirst()).slice(0, NearestN) : []);
  for (const datacenter of Datacenters ?? []) if (known.has(datacenter)) chosen.add(datacenter);
  return Array.from(chosen, (datacenter) => ({ datacenter, peer: '' }));
}
