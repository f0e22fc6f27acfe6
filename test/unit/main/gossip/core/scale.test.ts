import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  nextPushPullMs,
  pushPullIntervalMs,
  queryTimeoutMs,
  retransmitLimit,
} from '../../../../../src/main/gossip/core/scale.js';
import { readVectors } from '../vectors.js';

test('the transmit limit is the recorded one at every size', () => {
  const { cases } = readVectors<{ name: string; mult: number; n: number; limit: number }>('retransmit-limit');
  assert.ok(cases.length >= 72);
  for (const { name, mult, n, limit } of cases) assert.equal(retransmitLimit(mult, n), limit, name);
});

test('push/pull slows down as recorded', () => {
  const { cases } = readVectors<{ name: string; n: number; lanMs: number; wanMs: number }>('push-pull-scale');
  assert.ok(cases.length >= 22);
  for (const { name, n, lanMs, wanMs } of cases) {
    assert.equal(pushPullIntervalMs(30_000, n), lanMs, name);
    assert.equal(pushPullIntervalMs(60_000, n), wanMs, name);
  }
});

test('a pool that is being got to know is asked at the plain interval, one that is known at its own', () => {
  const scaledMs = pushPullIntervalMs(30_000, 10_000);
  assert.equal(nextPushPullMs(30_000, 10_000, 1, scaledMs), 30_000);
  assert.equal(nextPushPullMs(30_000, 10_000, 9_900, scaledMs), 30_000);
  assert.equal(nextPushPullMs(30_000, 10_000, 9_910, scaledMs), scaledMs);
  assert.equal(nextPushPullMs(30_000, 10_000, 10_000, scaledMs), scaledMs);
  assert.equal(nextPushPullMs(30_000, 5_000, 10_000, scaledMs), pushPullIntervalMs(30_000, 5_000));
});

test('from the plain interval to that of a large pool it takes some exchanges', () => {
  const waits = [30_000];
  for (let i = 0; i < 5; i += 1) waits.push(nextPushPullMs(30_000, 10_000, 10_000, waits.at(-1) ?? 0));
  assert.deepEqual(waits, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  assert.equal(nextPushPullMs(30_000, 20, 20, 30_000), 30_000);
});

test('queries wait as long as recorded', () => {
  const { cases } = readVectors<{ name: string; gossipIntervalMs: number; n: number; timeoutMs: number }>(
    'query-timeout',
  );
  assert.ok(cases.length >= 39);
  for (const { name, gossipIntervalMs, n, timeoutMs } of cases) {
    assert.equal(queryTimeoutMs(gossipIntervalMs, n), timeoutMs, name);
  }
});
