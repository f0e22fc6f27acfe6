// Rates from which several threads take: as one would by itself.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { RequestRates } from '../../../src/wire/readers/request-rates.js';

const BURST = 200_000;

test('what one thread has taken is gone for the others', () => {
  const first = new RequestRates();
  const second = new RequestRates(first.buffer);
  const taken = [first, second, first, second].map(({ writes }) => writes.take(2, 2, 1_000));
  assert.deepEqual(taken, [true, true, false, false]);
  assert.ok(first.reads.take(1, 1, 1_000), 'reads are counted alone');
  assert.ok(second.writes.take(2, 2, 1_500));
  assert.ok(!first.writes.take(2, 2, 1_500));
});

test('a thread that looked at the clock first and comes last neither brings time back nor gets it twice', () => {
  const { reads } = new RequestRates();
  assert.ok(reads.take(1, 1, 10_000));
  assert.ok(reads.take(1, 1, 11_000));
  assert.ok(!reads.take(1, 1, 10_500));
  assert.ok(!reads.take(1, 1, 11_900));
  assert.ok(reads.take(1, 1, 12_000));
});

test('three threads get as many as there are, not one more or less', async () => {
  const { buffer } = new RequestRates();
  const program = new URL('./rate-thread.js', import.meta.url);
  const threads = [1, 2, 3].map(() => new Worker(program, { workerData: { buffer, burst: BURST } }));
  const ends = await Promise.all(threads.map((thread) => once(thread, 'message')));
  assert.equal(
    ends.reduce((sum, [taken]) => sum + (taken as number), 0),
    BURST,
  );
});
