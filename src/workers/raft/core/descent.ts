// A log that is given up for an older snapshot, by the word of a leader whose term is later than all of it (docs/raft.md, "Giving a log
// up").

import { isNewer, type Position } from './entry.js';

export interface Descent {
  /** Where the log ended that is given up: no vote for less. */
  readonly floor: Position;
  /** The snapshot that takes its place; the origin, where the leader has everything. */
  readonly to: Position;
}

/** What a descent leaves behind: none of its own is taken before it is over. */
export function isGivenUp(position: Position, { floor, to }: Descent): boolean {
  return isNewer(position, to) && !isNewer(position, floor);
}

export function isSame(a: Position, b: Position): boolean {
  return a.index === b.index && a.term === b.term;
}
