import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remainingMs, Suspicion, suspicionBounds } from '../../../../../src/main/gossip/core/suspicion.js';
import { readVectors } from '../vectors.js';

interface BoundsCase {
  readonly name: string;
  readonly n: number;
  readonly k: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly suspicionMult: number;
  readonly probeIntervalMs: number;
  readonly byConfirmations: readonly { readonly confirmations: number; readonly timeoutMs: number }[];
}
interface RemainingCase {
  readonly name: string;
  readonly k: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly confirmations: number;
  readonly elapsedMs: number;
  readonly remainingMs: number;
}

const { cases } = readVectors<BoundsCase | RemainingCase>('suspicion');

test('minimum, maximum, wanted confirmations and each timeout are the recorded ones', () => {
  const bounded = cases.filter((item): item is BoundsCase => 'byConfirmations' in item);
  assert.ok(bounded.length >= 40);
  for (const { name, n, k, minMs, maxMs, suspicionMult, probeIntervalMs, byConfirmations } of bounded) {
    const bounds = suspicionBounds({ suspicionMult, suspicionMaxMult: 6, probeIntervalMs }, n);
    assert.deepEqual(bounds, { minMs, maxMs, wanted: k }, name);
    const suspicion = new Suspicion(bounds, 'first', 500);
    for (const { confirmations, timeoutMs } of byConfirmations) {
      if (confirmations > 0) assert.equal(suspicion.confirm(`other ${confirmations}`), true, name);
      assert.equal(suspicion.deadlineMs, 500 + timeoutMs, `${name}, ${confirmations} confirmations`);
    }
    assert.equal(suspicion.confirm('one too many'), false, name);
  }
});

test('the time left is the recorded one', () => {
  const remaining = cases.filter((item): item is RemainingCase => 'remainingMs' in item);
  assert.ok(remaining.length >= 6);
  for (const item of remaining) {
    const bounds = { minMs: item.minMs, maxMs: item.maxMs, wanted: item.k };
    assert.equal(remainingMs(bounds, item.confirmations, item.elapsedMs), item.remainingMs, JSON.stringify(item));
  }
});

test('nobody counts twice, the first accuser included', () => {
  const suspicion = new Suspicion({ minMs: 100, maxMs: 600, wanted: 3 }, 'a', 0);
  assert.deepEqual(
    ['a', 'b', 'b', 'a', 'c', 'd', 'e'].map((from) => suspicion.confirm(from)),
    [false, true, false, false, true, true, false],
  );
});
