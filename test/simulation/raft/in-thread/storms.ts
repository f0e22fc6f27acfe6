// Storms by the thousand, run in a thread of their own.

import { answerOrder } from '../../thread/answer-order.js';
import { assertAgreement, failedBy } from '../agreement.js';
import { storm } from '../storm.js';

export interface StormsOrder {
  readonly seeds: readonly number[];
  /** null: as many as each seed says. */
  readonly voters: number | null;
}

/** What happened in all of them together. */
export interface SeenInStorms {
  entries: number;
  elections: number;
  truncations: number;
  installs: number;
  changes: number;
  lost: number;
  confirmed: number;
  restored: number;
}

async function storms({ seeds, voters }: StormsOrder): Promise<SeenInStorms> {
  const seen = {
    entries: 0,
    elections: 0,
    truncations: 0,
    installs: 0,
    changes: 0,
    lost: 0,
    confirmed: 0,
    restored: 0,
  };
  for (const seed of seeds) {
    try {
      const cluster = await storm(seed, voters);
      assertAgreement(cluster);
      seen.entries += cluster.invariants.committed.size;
      seen.elections += cluster.invariants.elections;
      seen.truncations += cluster.seen.truncations;
      seen.installs += cluster.seen.installs;
      seen.changes += cluster.seen.changes;
      seen.lost += cluster.seen.lost;
      seen.confirmed += cluster.seen.confirmed;
      if (cluster.invariants.restoredThrough > 0) seen.restored += 1;
      cluster.end();
    } catch (error) {
      throw failedBy(seed, error);
    }
  }
  return seen;
}

await answerOrder(storms);
