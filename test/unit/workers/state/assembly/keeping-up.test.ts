// Replicas of one server, and the index that is shown to anybody by any of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { AppliedProgress } from '../../../../../src/wire/raft/applied-progress.js';
import { KeepingUp } from '../../../../../src/workers/state/replica/keeping-up.js';

test('the shared index is never lowered, and takes every index that raft has', () => {
  const progress = new AppliedProgress();
  const other = new AppliedProgress(progress.buffer);
  progress.raise(2 ** 40);
  other.raise(7);
  assert.equal(other.highest, 2 ** 40);
  other.raise(Number.MAX_SAFE_INTEGER);
  assert.equal(progress.highest, Number.MAX_SAFE_INTEGER);
});

test('who is behind waits for as much as was shown when it asked, and no longer', async () => {
  const progress = new AppliedProgress();
  const ahead = new KeepingUp(progress);
  const behind = new KeepingUp(new AppliedProgress(progress.buffer));
  assert.equal(behind.isBehind, false);
  ahead.reached(5);
  assert.equal(ahead.isBehind, false);
  assert.equal(behind.isBehind, true);
  const released: string[] = [];
  void behind.wait().then(() => released.push('asked at 5'));
  ahead.reached(9);
  void behind.wait().then(() => released.push('asked at 9'));
  behind.reached(4);
  await turn();
  assert.deepEqual(released, []);
  behind.reached(6);
  await turn();
  assert.deepEqual(released, ['asked at 5']);
  assert.equal(behind.isBehind, true);
  behind.reached(9);
  await turn();
  assert.deepEqual(released, ['asked at 5', 'asked at 9']);
  assert.equal(behind.isBehind, false);
  await behind.wait();
});

test('a state that is about to be shown counts before it is there', () => {
  const progress = new AppliedProgress();
  const restoring = new KeepingUp(progress);
  restoring.showing(30);
  assert.equal(progress.highest, 30);
  assert.equal(restoring.isBehind, true);
  restoring.reached(30);
  assert.equal(restoring.isBehind, false);
});
