// Storms with clients before them, run in a thread of their own.

import { answerOrder } from '../../thread/answer-order.js';
import { assertAgreement, failedBy } from '../agreement.js';
import { Clients } from '../clients.js';
import { storm } from '../storm.js';

/** A storm, and whether its servers have readers. */
export interface HistoryOrder {
  readonly seed: number;
  readonly hasReaders: boolean;
}

/** What happened in all of them together. */
export interface SeenByClients {
  answered: number;
  unknown: number;
  stale: number;
  consistent: number;
  locks: number;
  sessions: number;
  installs: number;
  changes: number;
}

const COUNTED = ['answered', 'unknown', 'stale', 'consistent', 'locks', 'sessions'] as const;

async function histories(orders: readonly HistoryOrder[]): Promise<SeenByClients> {
  const seen = { answered: 0, unknown: 0, stale: 0, consistent: 0, locks: 0, sessions: 0, installs: 0, changes: 0 };
  for (const { seed, hasReaders } of orders) {
    try {
      const clients = new Clients(seed, hasReaders);
      // Half of them over three voters: five cost twice as much.
      const cluster = await storm(seed, seed % 2 === 0 ? null : 3, clients);
      clients.check();
      assertAgreement(cluster);
      seen.installs += cluster.seen.installs;
      seen.changes += cluster.seen.changes;
      for (const name of COUNTED) seen[name] += clients.seen[name];
      cluster.end();
    } catch (error) {
      throw failedBy(seed, error);
    }
  }
  return seen;
}

await answerOrder(histories);
