// The clock that the local part of an agent runs by: timers that come in their order, can be taken back, and hold no process.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { systemClock } from '../../../../../src/workers/state/local/state/clock.js';

/** A process that waits for its timer is given up then. */
const DEADLINE_MS = 60_000;
const DAYS_25_MS = 25 * 24 * 60 * 60 * 1000;

test('timers end in the order of their times, and what was taken back does not', { timeout: DEADLINE_MS }, async () => {
  const ended: string[] = [];
  // Node's timers fire at once when they are told to wait longer than 24 days.
  const far = systemClock.after(DAYS_25_MS, () => ended.push('far'));
  const takenBack = systemClock.after(1, () => ended.push('taken back'));
  takenBack.cancel();
  takenBack.cancel();
  // The clock's timers don't keep this process alive.
  const alive = setInterval(() => {}, 1_000);
  try {
    await new Promise<void>((resolve) => {
      systemClock.after(40, () => {
        ended.push('late');
        resolve();
      });
      systemClock.after(10, () => ended.push('early'));
    });
  } finally {
    clearInterval(alive);
    far.cancel();
  }
  assert.deepEqual(ended, ['early', 'late']);
});

test('a process ends while a timer waits', async () => {
  const module = new URL('../../../../../src/workers/state/local/state/clock.js', import.meta.url).href;
  const program = `
    const { systemClock } = await import(${JSON.stringify(module)});
    systemClock.after(${10 * DEADLINE_MS}, () => {});
    console.log('waits');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: DEADLINE_MS,
  });
  assert.equal(stdout, 'waits\n');
});
