import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Command } from '../../../../../src/wire/commands.js';
import { CommandType } from '../../../../../src/wire/commands.js';
import type { CoordinateRecord } from '../../../../../src/wire/records.js';
import { CoordinateUpdates } from '../../../../../src/workers/state/methods/catalog/coordinate-updates.js';
import type { ProposeOutcome } from '../../../../../src/workers/state/replica/consensus.js';
import { leaderFixture } from '../leader/leader-fixture.js';
import { coordinateOf } from './coordinate-fixture.js';

const DONE: ProposeOutcome = { ok: true, index: 1, result: { kind: 'nil' } };

function open(t: TestContext, propose?: () => Promise<ProposeOutcome>) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { logger, lines } = leaderFixture();
  const batches: (readonly CoordinateRecord[])[] = [];
  const updates = new CoordinateUpdates({
    propose: (command: Command) => {
      assert.ok(command.type === CommandType.coordinates);
      batches.push(command.body);
      return propose?.() ?? Promise.resolve(DONE);
    },
    periodMs: 5000,
    logger,
  });
  return { updates, batches, lines, tick: (ms: number) => t.mock.timers.tick(ms) };
}

/** Lets everything that is ready run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('updates wait for the end of the period; the last of a node counts', async (t) => {
  const { updates, batches, tick } = open(t);
  updates.add(coordinateOf('a', 1));
  updates.add(coordinateOf('b', 2));
  tick(4999);
  updates.add(coordinateOf('A', 3));
  assert.equal(batches.length, 0);
  tick(1);
  await settle();
  assert.deepEqual(batches, [[coordinateOf('A', 3), coordinateOf('b', 2)]]);
  tick(20_000);
  await settle();
  assert.equal(batches.length, 1, 'nothing is written when nothing came');
});

test('at most five batches of 128 a period, the rest is dropped and said', async (t) => {
  const { updates, batches, lines, tick } = open(t);
  for (let i = 0; i < 700; i += 1) updates.add(coordinateOf(`n${i}`, i));
  updates.add(coordinateOf('n0', 7));
  assert.equal(updates.pending, 640);
  tick(5000);
  for (let i = 0; i < 6; i += 1) await settle();
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [128, 128, 128, 128, 128],
  );
  assert.equal(batches[0]?.[0]?.Coord.Vec[0], 7);
  assert.deepEqual(lines, ['warn Discarded coordinate updates number_discarded=60']);
});

test('what comes while a round is written waits for the next', async (t) => {
  let release = (_outcome: ProposeOutcome): void => {};
  const { updates, batches, tick } = open(t, () => new Promise((resolve) => (release = resolve)));
  updates.add(coordinateOf('a', 1));
  tick(5000);
  updates.add(coordinateOf('b', 1));
  tick(60_000);
  assert.equal(batches.length, 1);
  release(DONE);
  await settle();
  tick(5000);
  assert.deepEqual(batches[1], [coordinateOf('b', 1)]);
});

test('a round that fails is given up and said', async (t) => {
  const { updates, batches, lines, tick } = open(t, () => Promise.resolve({ ok: false, code: 'leadership-lost' }));
  for (let i = 0; i < 200; i += 1) updates.add(coordinateOf(`n${i}`, i));
  tick(5000);
  await settle();
  assert.equal(batches.length, 1);
  assert.deepEqual(lines, ['error Batch update failed error=leadership lost while committing log']);
  updates.add(coordinateOf('a', 1));
  tick(5000);
  assert.equal(batches.length, 2, 'the next period writes again');
});

test('nothing is written after the stop', (t) => {
  const { updates, batches, tick } = open(t);
  updates.add(coordinateOf('a', 1));
  updates.stop();
  updates.add(coordinateOf('b', 1));
  tick(10_000);
  assert.deepEqual(batches, []);
});
