// What was acknowledged is there after any crash, and the log never has a hole. A failing seed is named in the message;
// `LICTOR_SEED=<n>` runs it alone, LICTOR_SEEDS says how many are run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StorageFailure } from '../../../src/workers/raft/store/storage-failure.js';
import { repeatedSeed, seedsOf } from '../../random.js';
import type { FakeState } from './fake-state.js';
import { World } from './world.js';

const seeds = seedsOf(Number(process.env['LICTOR_SEEDS'] ?? 500));

function assertNothingLost(world: World, state: FakeState): void {
  for (const [index, text] of world.acknowledged) {
    assert.equal(state.applied.get(index), text, `entry ${index} was acknowledged`);
  }
}

async function live(world: World, lives: number): Promise<void> {
  let term = 0;
  for (let life = 0; life < lives; life += 1) {
    const before = world.acknowledged.size;
    const state = await world.start();
    const steps = world.random.below(60);
    for (let i = 0; i < steps; i += 1) await world.step();
    if (world.random.chance(0.2)) {
      await world.quiesce();
      assert.ok(state.isLeader, 'a sole voter leads once its disk answers');
      assert.ok(state.term > term, `term ${state.term} follows ${term}`);
      assert.ok((state.appliedWhenLeader ?? 0) >= before, 'leadership is told when reads see what was acknowledged');
      term = state.term;
      assertNothingLost(world, state);
    } else if (world.random.chance(0.1)) {
      assert.match(String(await world.fill()), /No space left/);
    }
    world.crash();
  }
}

async function run(seed: number): Promise<World> {
  const world = new World(seed);
  try {
    await live(world, 6);
    const state = await world.start();
    await world.quiesce();
    assertNothingLost(world, state);
    assert.ok(state.isLeader);
    world.crash();
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`, { cause: error });
  }
  return world;
}

test(`${seeds.length} seeds of crashes lose nothing that was acknowledged`, async () => {
  let acknowledged = 0;
  let repairs = 0;
  let failures = 0;
  let snapshots = 0;
  for (const seed of seeds) {
    const world = await run(seed);
    acknowledged += world.acknowledged.size;
    repairs += world.repairs;
    failures += world.failures;
    snapshots += world.snapshots.count;
  }
  if (repeatedSeed !== null) return;
  // The run is worth something only if all of it happened.
  assert.ok(acknowledged > 10_000, `${acknowledged} acknowledged`);
  assert.ok(repairs > 50, `${repairs} torn tails`);
  assert.ok(failures > 10, `${failures} full disks`);
  assert.ok(snapshots > 200, `${snapshots} snapshots`);
});

test('damage to durable records is always found, and named by its index', async () => {
  let damaged = 0;
  for (const seed of seeds.slice(0, 200)) {
    const world = new World(seed);
    const state = await world.start();
    for (let i = 0; i < 60; i += 1) await world.step();
    await world.quiesce();
    assertNothingLost(world, state);
    const keys = world.disk.records();
    const key = keys[world.random.below(keys.length)];
    assert.ok(key !== undefined);
    const isLost = world.random.chance(0.5);
    if (isLost) world.disk.drop(key);
    else world.disk.flipByte(key);
    const index = Buffer.from(key, 'latin1').readUInt32BE(5);
    const failure = await world.start().then(
      async (restarted) => {
        // Only what the newest snapshot covers may go unnoticed, because nothing is missing then.
        await world.quiesce();
        assertNothingLost(world, restarted);
        return null;
      },
      (error: unknown) => error,
    );
    if (failure === null) continue;
    assert.ok(failure instanceof StorageFailure, `seed ${seed}: ${String(failure)}`);
    assert.match(failure.message, new RegExp(`^raft log is damaged at index ${index}: `), `seed ${seed}`);
    damaged += 1;
  }
  if (repeatedSeed === null) assert.ok(damaged > 150, `${damaged} times found`);
});
