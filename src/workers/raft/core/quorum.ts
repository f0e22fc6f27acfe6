// Majority arithmetic, and nothing else.

import type { LogIndex, ServerId } from './entry.js';

/** How many of `voters` make a majority; of none, one that can't be reached. */
export function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** True when the granting servers among the voters are a majority. */
export function hasQuorum(voters: readonly ServerId[], granted: ReadonlySet<ServerId>): boolean {
  let count = 0;
  for (const voter of voters) if (granted.has(voter)) count += 1;
  return count >= majority(voters.length);
}

/** The highest index that a majority of the voters holds durably, by what `held` says of each; 0 without voters. */
export function quorumIndex(voters: readonly ServerId[], held: (voter: ServerId) => LogIndex): LogIndex {
  return Math.max(0, quorumValue(voters, held)) as LogIndex;
}

/** What was counted last, in descending order. Kept, since a leader counts with every answer that it gets. */
const descending: number[] = [];

/** The highest value that a majority of the voters reaches, by what `reached` says of each; -Infinity without voters. */
export function quorumValue(voters: readonly ServerId[], reached: (voter: ServerId) => number): number {
  let count = 0;
  for (const voter of voters) {
    const value = reached(voter);
    let at = count;
    for (; at > 0 && (descending[at - 1] ?? 0) < value; at -= 1) descending[at] = descending[at - 1] ?? 0;
    descending[at] = value;
    count += 1;
  }
  return count === 0 ? Number.NEGATIVE_INFINITY : (descending[majority(count) - 1] ?? Number.NEGATIVE_INFINITY);
}
