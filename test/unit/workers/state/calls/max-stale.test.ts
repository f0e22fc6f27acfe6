// max_stale: what this server has may become too old while it is waited for, and then the leader's word is the answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import type { AskedRead } from '../../../../../src/workers/state/calls/elsewhere.js';
import type { ReadSettings } from '../../../../../src/workers/state/calls/read-settings.js';
import { kvGet } from '../../../../../src/workers/state/methods/kvs.js';
import type { Consensus } from '../../../../../src/workers/state/replica/consensus.js';
import { kvSet, TestStore } from '../replica/store/commands.js';
import { testCalls } from './test-calls.js';

const LEADERS = { value: null, index: 99, hasLeader: true, lastContactMs: 0, isFiltered: false };

function following() {
  let nowMs = 0n;
  const leadership = new Leadership(undefined, () => nowMs);
  leadership.setRole(Role.follower, 1, true);
  leadership.setLastContact();
  const consensus: Consensus = {
    leadership,
    obstacle: 'no-leader',
    propose: () => assert.fail('nothing is written'),
    flush: () => {},
    awaitLeader: () => new Promise(() => {}),
    verifyLeader: () => Promise.resolve(false),
  };
  const asked: ReadSettings[] = [];
  const store = new TestStore();
  store.run(kvSet('a', '1'));
  const calls = testCalls({
    store,
    consensus,
    elsewhere: {
      isKnown: true,
      canAsk: () => true,
      read(_method, _request, settings, _token, done) {
        asked.push(settings);
        done({ ok: true, value: null, index: 99, origin: { hasLeader: true, lastContactMs: 0 } } as AskedRead<never>);
        return { cancel: () => {} };
      },
      write: () => assert.fail('nothing is written'),
      leaderKnown: () => Promise.resolve(undefined),
      onLeader: () => () => {},
    },
  });
  const index = store.appliedIndex;
  const read = (maxStaleMs: number) =>
    ask(calls, kvGet, 'a', { consistency: 'stale', minIndex: index, waitMs: 60_000, maxStaleMs }, 'dc1', { token: '' });
  return {
    ...{ calls, store, asked, index, read },
    passes: (ms: bigint) => {
      nowMs += ms;
    },
    change: () => {
      store.run(kvSet('a', '2'));
      store.flush();
    },
  };
}

test('an answer that has aged beyond max_stale while it was waited for is asked of the leader', async () => {
  const { calls, asked, index, read, passes, change } = following();
  const answer = read(5_000);
  assert.equal(calls.waiting, 1);
  passes(5_001n);
  change();
  assert.deepEqual(await answer, LEADERS);
  assert.deepEqual(
    asked.map(({ consistency, minIndex, maxStaleMs }) => ({ consistency, minIndex, maxStaleMs })),
    [{ consistency: 'default', minIndex: index, maxStaleMs: 0 }],
  );
  assert.equal(calls.waiting, 0);
});

test('one that is fresh enough is not, and neither is one of any age', async () => {
  for (const maxStaleMs of [5_001, 0]) {
    const { asked, read, passes, change } = following();
    const answer = read(maxStaleMs);
    passes(5_001n);
    change();
    assert.equal(((await answer) as unknown as { value: { Value: unknown } }).value.Value !== null, true);
    assert.equal(asked.length, 0);
  }
});

test('the leader is waited for no longer than the rest of the time', async (context) => {
  const { asked, read, passes, change } = following();
  let laterMs = 0;
  const now = performance.now.bind(performance);
  context.mock.method(performance, 'now', () => now() + laterMs);
  const answer = read(5_000);
  passes(5_001n);
  laterMs = 50_000;
  change();
  assert.deepEqual(await answer, LEADERS);
  const waitMs = asked[0]?.waitMs ?? 0;
  assert.ok(waitMs > 0 && waitMs <= 10_000, String(waitMs));
});
