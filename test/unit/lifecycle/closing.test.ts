// What was opened last is closed first, and nothing keeps the rest from being closed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Closing } from '../../../src/lifecycle/closing.js';
import { Logger, LogSink } from '../../../src/observe/logger.js';

function closing(): { readonly closing: Closing; readonly lines: string[] } {
  const lines: string[] = [];
  const sink = new LogSink('trace', ({ message, fields }) => lines.push([message, ...fields].join(' ')));
  return { closing: new Closing(new Logger('agent', sink)), lines };
}

test('a step that fails or never ends keeps nobody else from the end', async () => {
  const { closing: steps, lines } = closing();
  const done: string[] = [];
  steps.add('first', () => {
    done.push('first');
  });
  steps.add('stuck', () => new Promise<void>(() => {}));
  steps.add('broken', () => {
    throw new Error('no');
  });
  steps.add('refused', () => Promise.reject(new Error('never')));
  steps.add('last', async () => {
    done.push('last');
  });
  const late = await steps.run(20);
  assert.deepEqual(late, ['stuck']);
  assert.deepEqual(done, ['last', 'first']);
  assert.deepEqual(lines, [
    'error during shutdown step refused error Error: never',
    'error during shutdown step broken error Error: no',
    'did not end in time during shutdown step stuck',
  ]);
});

test('each step is told what is left of the time, and no less than a moment', async () => {
  const { closing: steps } = closing();
  const told: number[] = [];
  steps.add('second', (leftMs) => {
    told.push(leftMs);
  });
  steps.add('first', async (leftMs) => {
    told.push(leftMs);
    await new Promise((resolve) => setTimeout(resolve, 30));
  });
  assert.deepEqual(await steps.run(10_000), []);
  const [first = 0, second = 0] = told;
  assert.ok(first <= 10_000 && second < first && second > 5_000, told.join(' '));
  const again = closing().closing;
  again.add('only', (leftMs) => {
    told.push(leftMs);
  });
  await again.run(0);
  assert.equal(told[2], 500);
});
