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

/** The highest index that a majority of the voters holds durably; a voter not in `match` holds nothing. */
export function quorumIndex(voters: readonly ServerId[], match: ReadonlyMap<ServerId, LogIndex>): LogIndex {
  const [only] = voters;
  if (only !== undefined && voters.length === 1) return match.get(only) ?? (0 as LogIndex);
  const held = voters.map((voter) => match.get(voter) ?? (0 as LogIndex)).sort((a, b) => b - a);
  return held[majority(voters.length) - 1] ?? (0 as LogIndex);
}

/** The highest value that a majority of the voters reaches, by what `reached` says of each. */
export function quorumValue(voters: readonly ServerId[], reached: (voter: ServerId) => number): number {
  const values = voters.map(reached).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  return values[majority(voters.length) - 1] ?? Number.NEGATIVE_INFINITY;
}
