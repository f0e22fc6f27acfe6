// The storms of cluster.test.ts by the hundred, for three and for five voters. `LICTOR_SEEDS` says how many of each;
// `LICTOR_SEED=<n>` runs one of each.

import { test } from 'node:test';
import { seedsOf } from '../../random.js';
import { assertAgreement, failedBy } from './agreement.js';
import { storm } from './storm.js';

const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? 100));

for (const voters of [3, 5]) {
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
