// The pauses between the tries of one call: whatever is configured, they add up to few tries.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { growingPauses } from '../../../../../src/workers/state/calls/pauses.js';

/** How often a call is tried whose every try fails at once. */
function tries(holdMs: number, moreMs: number): number {
  let nowMs = 1_000;
  const clock = mock.method(performance, 'now', () => nowMs);
  try {
    const pauses = growingPauses(holdMs, moreMs);
    for (let count = 1; ; count += 1) {
      const pauseMs = pauses.next();
      if (pauseMs === null || count > 10_000) return count;
      nowMs += pauseMs;
    }
  } finally {
    clock.mock.restore();
  }
}

test('a call that nobody can answer is tried some dozen times', () => {
  for (let run = 0; run < 100; run += 1) assert.ok(tries(7_000, 0) < 40);
});

test('one that may wait ten minutes is not tried over and over, though it is held for no time at all', () => {
  for (let run = 0; run < 100; run += 1) assert.ok(tries(0, 600_000) < 60, String(tries(0, 600_000)));
  assert.equal(tries(0, 0), 1);
});
