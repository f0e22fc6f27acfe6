// What the log keeps in memory of its end is always what the store would answer, or nothing: whatever was added, cut off and
// dropped before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EntryRun, EntryType, lastIndexOf, logIndex, type Term } from '../../../../src/workers/raft/core/entry.js';
import { RecentRuns } from '../../../../src/workers/raft/store/recent-runs.js';

function run(first: number, count: number, bytes = 4 * count): EntryRun {
  return {
    firstIndex: logIndex(first),
    count,
    term: 1 as Term,
    type: EntryType.command,
    appendedAtMs: 0,
    payload: new Uint8Array(bytes),
  };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), counts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }) }),
  fc.record({ kind: fc.constant('truncate' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant('drop' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

test('a read finds the runs of the log as it is, from the one that holds the index on', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const recent = new RecentRuns();
      let log: EntryRun[] = [];
      let begin = 0;
      let last = 0;
      for (const one of steps) {
        if (one.kind === 'add') {
          const runs = one.counts.map((count) => {
            const added = run(last + 1, count);
            last = lastIndexOf(added);
            return added;
          });
          recent.add(runs);
          log.push(...runs);
        } else if (one.kind === 'truncate') {
          last = begin + Math.floor((last - begin) * one.share);
          recent.truncateAfter(logIndex(last));
          log = log.filter((kept) => lastIndexOf(kept) <= last);
        } else {
          begin += Math.floor((last - begin) * one.share);
          recent.dropThrough(logIndex(begin));
          log = log.filter((kept) => lastIndexOf(kept) > begin);
        }
        for (let from = begin + 1; from <= last; from += 1) {
          const found = recent.read(logIndex(from), logIndex(last), Number.MAX_SAFE_INTEGER);
          if (found === null) continue;
          const at = log.findIndex((kept) => kept.firstIndex <= from && lastIndexOf(kept) >= from);
          assert.ok(at >= 0);
          assert.deepEqual(found, log.slice(at, at + found.length));
          assert.equal(log[at + found.length]?.firstIndex ?? null, null, 'it ends where the log ends');
        }
      }
    }),
  );
});

test('what was written last is found, up to the index and the bytes that are asked for', () => {
  const recent = new RecentRuns();
  const runs = [run(1, 2, 100), run(3, 2, 100), run(5, 2, 100)];
  recent.add(runs);
  assert.deepEqual(recent.read(logIndex(2), logIndex(6), 1000), runs);
  assert.deepEqual(recent.read(logIndex(2), logIndex(4), 1000), runs.slice(0, 2));
  assert.deepEqual(recent.read(logIndex(3), logIndex(6), 100), runs.slice(1, 2));
  assert.equal(recent.read(logIndex(7), logIndex(9), 1000), null);
});

test('a run that was cut in the middle leaves no gap behind', () => {
  const recent = new RecentRuns();
  recent.add([run(1, 1, 10), run(2, 2, 10)]);
  recent.truncateAfter(logIndex(2));
  const [next] = [run(3, 1, 10)];
  recent.add([next]);
  assert.equal(recent.read(logIndex(2), logIndex(3), 1000), null);
  assert.deepEqual(recent.read(logIndex(3), logIndex(3), 1000), [next]);
});

test('bytes bound what is kept, and what was given up is not found', () => {
  const recent = new RecentRuns();
  for (let i = 1; i <= 5; i += 1) recent.add([run(i, 1, 600_000)]);
  assert.equal(recent.read(logIndex(2), logIndex(5), 1), null);
  assert.equal(recent.read(logIndex(3), logIndex(5), Number.MAX_SAFE_INTEGER)?.length, 3);
  recent.add([run(6, 1, 3_000_000)]);
  assert.equal(recent.read(logIndex(6), logIndex(6), 1), null);
});
