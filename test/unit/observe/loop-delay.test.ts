import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beatMs, LoopDelay } from '../../../src/observe/loop-delay.js';
import { waitFor } from '../../agent-process.js';

test('who works is watched closely, and who rests is woken seldom', () => {
  assert.equal(beatMs(1), 10);
  assert.equal(beatMs(0.1), 10);
  assert.equal(beatMs(0.09), 50);
  assert.equal(beatMs(0.02), 50);
  assert.equal(beatMs(0.019), 100);
  assert.equal(beatMs(0), 100);
});

/** Long enough for several beats of any kind. */
const BEATS_MS = 300;

test('a loop that was held shows it, to whoever asks at once and to whoever asks later, and once', async () => {
  const delay = new LoopDelay();
  const rest = () => new Promise((resolve) => setTimeout(resolve, BEATS_MS));
  const hold = () => {
    const untilMs = performance.now() + 400;
    while (performance.now() < untilMs);
  };
  try {
    await rest();
    delay.take();
    hold();
    assert.ok(delay.take().max > 300);
    await rest();
    delay.take();
    hold();
    await rest();
    const { p50, max } = delay.take();
    assert.ok(max > 300);
    assert.ok(p50 <= max);
    await waitFor(async () => {
      await rest();
      return delay.take().max < 300;
    }, 'a reading without it');
  } finally {
    delay.stop();
  }
});
