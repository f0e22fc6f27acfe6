import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Awareness } from '../../../../../src/main/gossip/core/awareness.js';
import { readVectors } from '../vectors.js';

interface AwarenessCase {
  readonly name: string;
  readonly max: number;
  readonly steps: readonly { readonly delta: number; readonly score: number; readonly probeIntervalMs: number }[];
}

test('the score and the stretched interval follow every recorded sequence', () => {
  const { cases } = readVectors<AwarenessCase>('awareness');
  assert.ok(cases.length >= 3);
  for (const { name, max, steps } of cases) {
    const awareness = new Awareness(max);
    for (const { delta, score, probeIntervalMs } of steps) {
      awareness.apply(delta);
      assert.equal(awareness.score, score, name);
      assert.equal(awareness.scale(1000), probeIntervalMs, name);
    }
  }
});
