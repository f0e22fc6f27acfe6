// How much longer the intervals of anti-entropy are in a large cluster (spec/agent.md section 2, "Syncer").

const THRESHOLD = 128;

/** 1 up to 128 LAN members, then one more for every doubling. */
export function scaleFactor(members: number): number {
  if (members <= THRESHOLD) return 1;
  return Math.ceil(Math.log2(members) - Math.log2(THRESHOLD)) + 1;
}
