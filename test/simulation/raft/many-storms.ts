// The storms of cluster.test.ts by the thousand, for a fixed number of voters. `LICTOR_SEEDS` says how many; `LICTOR_SEED=<n>`
// runs one.

import { test } from 'node:test';
import { seedsOf } from '../../random.js';
import { assertAgreement, failedBy } from './agreement.js';
import { storm } from './storm.js';

const SEEDS = 1500;

export function testManyStorms(voters: number): void {
  const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? SEEDS));
  test(`${seeds.length} storms over ${voters} voters leave one history`, async () => {
    for (const seed of seeds) {
      try {
        assertAgreement(await storm(seed, voters));
      } catch (error) {
        throw failedBy(seed, error);
      }
    }
  });
}
