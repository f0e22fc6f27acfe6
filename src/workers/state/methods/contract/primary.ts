// What is one for all datacenters is written in the primary one alone; the others get it from there.

import type { LeaderView, PassedOn } from './method.js';

/** To the primary datacenter; null: that is this one. */
export function toPrimary({ datacenter, primaryDatacenter }: LeaderView): PassedOn | null {
  return datacenter === primaryDatacenter ? null : { passTo: primaryDatacenter };
}
