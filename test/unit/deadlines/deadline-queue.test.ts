// The one queue of everything that waits: in which order it ends, and what was taken back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Deadline, DeadlineQueue } from '../../../src/deadlines/deadline-queue.js';
import { runSeed } from '../../random.js';

/** `at`, and whether it is taken back before its time; lists as long as that, for a heap of several levels. */
const waits = fc.array(fc.tuple(fc.nat(1000), fc.boolean()), { maxLength: 60, size: 'max' });

interface Filled {
  readonly kept: readonly number[];
  readonly expired: readonly number[];
}

function fill(queue: DeadlineQueue, list: readonly (readonly [number, boolean])[]): Filled {
  const expired: number[] = [];
  const added = list.map(([at, back]) => {
    const deadline: Deadline = { dueMs: at, slot: -1, order: 0, expire: () => expired.push(at) };
    queue.add(deadline);
    return { deadline, back };
  });
  for (const { deadline, back } of added) if (back) queue.remove(deadline);
  const kept = added.filter(({ back }) => !back).map(({ deadline }) => deadline.dueMs);
  assert.equal(queue.size, kept.length);
  for (const { deadline } of added) queue.remove({ ...deadline, slot: 0 });
  assert.equal(queue.size, kept.length, 'what is not in it cannot be taken back');
  return { kept, expired };
}

test('deadlines expire in order, also when others were taken back from among them', async () => {
  await fc.assert(
    fc.asyncProperty(waits, async (list) => {
      let now = -1;
      const queue = new DeadlineQueue(() => now);
      const { kept, expired } = fill(queue, list);
      await new Promise<void>((resolve) => {
        // The last of all, so that the rest has been seen when it is called; a first one that is due rings at once.
        queue.add({ dueMs: 1001, slot: -1, order: 0, expire: resolve });
        queue.add({ dueMs: -1, slot: -1, order: 0, expire: () => {} });
        now = 1001;
      });
      assert.deepEqual(
        expired,
        kept.toSorted((a, b) => a - b),
      );
      assert.equal(queue.size, 0);
    }),
    { seed: runSeed },
  );
});

test('ending all of them spares nobody and calls nobody who was taken back', () => {
  fc.assert(
    fc.property(waits, (list) => {
      const queue = new DeadlineQueue(() => 0);
      const { kept, expired } = fill(queue, list);
      queue.expireAll();
      // In no particular order: all of them at the same time.
      assert.deepEqual(
        expired.toSorted((a, b) => a - b),
        kept.toSorted((a, b) => a - b),
      );
      assert.equal(queue.size, 0);
    }),
    { seed: runSeed },
  );
});

test('ending all of them spares who is taken back meanwhile, and who is put in anew waits once', (context) => {
  const queue = new DeadlineQueue(() => 0);
  const ended: string[] = [];
  const deadline = (name: string, then: () => void): Deadline => ({
    dueMs: 1,
    slot: -1,
    order: 0,
    expire() {
      ended.push(name);
      if (ended.length <= 3) then();
    },
  });
  const takenBack = deadline('taken back', () => {});
  const again = deadline('again', () => queue.add(again));
  const first = deadline('first', () => {
    queue.remove(takenBack);
    if (again.slot < 0) queue.add(again);
  });
  for (const each of [first, again, takenBack]) queue.add(each);
  context.after(() => {
    ended.length = 3;
    queue.expireAll();
  });
  queue.expireAll();
  assert.deepEqual(ended, ['first', 'again']);
  assert.equal(queue.size, 1);
});

test('a real clock fires the earliest first, even when it was added last', async () => {
  const queue = new DeadlineQueue();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    const late = (): void => {
      order.push('late');
      resolve();
    };
    queue.add({ dueMs: queue.now() + 30, slot: -1, order: 0, expire: late });
    queue.add({ dueMs: queue.now() + 10, slot: -1, order: 0, expire: () => order.push('early') });
  });
  assert.deepEqual(order, ['early', 'late']);
});
