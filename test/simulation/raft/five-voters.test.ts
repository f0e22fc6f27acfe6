// The storms of cluster.test.ts by the thousand, over five voters. `LICTOR_SEEDS` says how many; `LICTOR_SEED=<n>` runs one.

import { test } from 'node:test';
import { seedsOf } from '../../random.js';
import { inThread } from '../thread/in-thread.js';
import type { SeenInStorms, StormsOrder } from './in-thread/storms.js';

const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? 2000));

test(`${seeds.length} storms over five voters leave one history`, async () => {
  await inThread<StormsOrder, SeenInStorms>(new URL('./in-thread/storms.js', import.meta.url), { seeds, voters: 5 });
});
