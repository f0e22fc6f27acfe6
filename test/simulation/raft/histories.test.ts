// Clients write keys, hold locks by sessions, register instances and read while a storm lasts: what they were told is
// linearizable. `LICTOR_SEEDS` says how many seeds; `LICTOR_SEED=<n>` runs one. Readers cost a third more time: of as many
// seeds as CI has a third have them, of more all do, and a single one is run both ways.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedsOf } from '../../random.js';
import { inThread } from '../thread/in-thread.js';
import type { HistoryOrder, SeenByClients } from './in-thread/histories.js';

const SEEDS = 2000;
/** What a seed means goes by its remainders of 2 to 6 (storm.ts): so many seeds in a row hold all of it. */
const BLOCK = 60;
const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? SEEDS));

/** Whether its servers have readers, for each run of a seed. Five voters come with and without, as do three. */
function waysOf(seed: number): readonly boolean[] {
  if (seeds.length === 1) return [false, true];
  return [seeds.length > SEEDS || Math.floor(seed / BLOCK) % 3 === 0];
}

test(`${seeds.length} seeds of storms leave linearizable histories`, async () => {
  const seen = await inThread<readonly HistoryOrder[], SeenByClients>(
    new URL('./in-thread/histories.js', import.meta.url),
    seeds.flatMap((seed) => waysOf(seed).map((hasReaders) => ({ seed, hasReaders }))),
  );
  if (seeds.length < 100) return;
  // The run is worth something only if all of it happened; usually there is about twice as much of each.
  assert.ok(seen.answered > seeds.length * 60, `${seen.answered} operations answered`);
  assert.ok(seen.unknown > seeds.length * 3, `${seen.unknown} of which nobody knows what became`);
  assert.ok(seen.stale > seeds.length * 15, `${seen.stale} stale reads`);
  assert.ok(seen.consistent > seeds.length * 6, `${seen.consistent} consistent reads`);
  assert.ok(seen.locks > seeds.length * 2, `${seen.locks} locks taken`);
  assert.ok(seen.sessions > seeds.length * 5, `${seen.sessions} sessions asked for`);
  assert.ok(seen.installs > seeds.length / 20, `${seen.installs} snapshots installed`);
  assert.ok(seen.changes > seeds.length / 2, `${seen.changes} changes of membership`);
});
