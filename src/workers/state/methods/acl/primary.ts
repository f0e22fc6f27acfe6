// What is one for all datacenters is written in the primary one alone; the others get it from there.

import type { LeaderView } from '../contract/method.js';
import { type Refusal, refusal } from '../contract/refusal.js';

/** Why this datacenter doesn't write it; null: it does. `what`: for the text. */
export function elsewhereProblem(leader: LeaderView, what: string): Refusal | null {
  const { datacenter, primaryDatacenter } = leader;
  if (datacenter === primaryDatacenter) return null;
  return refusal('failed', `${what} are written in the primary datacenter ${primaryDatacenter}`);
}
