// Majority arithmetic against its definition.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logIndex } from '../../../../src/workers/raft/core/entry.js';
import { hasQuorum, majority, quorumIndex } from '../../../../src/workers/raft/core/quorum.js';

test('a majority is more than half', () => {
  assert.deepEqual([1, 2, 3, 4, 5].map(majority), [1, 2, 2, 3, 3]);
});

test('without voters there is no quorum', () => {
  assert.equal(hasQuorum([], new Set()), false);
  assert.equal(
    quorumIndex([], () => logIndex(9)),
    0,
  );
});

test('the quorum index is the highest one that a majority holds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 7 }), (held) => {
      const voters = held.map((_, i) => `s${i}`);
      const match = new Map(held.map((index, i) => [`s${i}`, logIndex(index)]));
      const found = quorumIndex(voters, (voter) => match.get(voter) ?? logIndex(0));
      const holding = (index: number): Set<string> =>
        new Set(voters.filter((voter) => (match.get(voter) ?? 0) >= index));
      assert.ok(hasQuorum(voters, holding(found)));
      assert.ok(!hasQuorum(voters, holding(found + 1)));
    }),
  );
});
