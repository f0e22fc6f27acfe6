// A server that doesn't lead while another one does: what it is asked goes there, and nothing here stands in its way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import { listNodes } from '../../../../../src/workers/state/methods/catalog/catalog.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { raftConfiguration } from '../../../../../src/workers/state/methods/operator/operator-raft.js';
import type { Consensus, ProposeFailure } from '../../../../../src/workers/state/replica/consensus.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { OtherLeader } from './other-leader.js';
import { testCalls } from './test-calls.js';

const BAD_FILTER = { filter: 'nonsense', nodeMeta: null, near: '', tags: [] };

/** `leads`: another server does. */
function follower(leads: boolean, obstacle: ProposeFailure = 'no-leader') {
  const leadership = new Leadership();
  leadership.setRole(Role.follower, 1, true);
  let waitsForLeader = 0;
  const consensus: Consensus = {
    leadership,
    obstacle,
    propose: () => assert.fail('another server leads'),
    flush: () => {},
    awaitLeader: () => {
      waitsForLeader += 1;
      return new Promise(() => {});
    },
    verifyLeader: () => Promise.resolve(false),
  };
  const elsewhere = new OtherLeader(leads);
  const calls = testCalls({ store: new StateStore(), consensus, elsewhere, holdMs: 50 });
  return { calls, elsewhere, waitsForLeader: () => waitsForLeader };
}

test('nothing is in the way of a write that another server does', () => {
  assert.equal(follower(true).calls.obstacle, null);
  assert.deepEqual(follower(false).calls.obstacle, { refused: 'no-leader', text: 'No cluster leader' });
  assert.equal(follower(true, 'stopping').calls.obstacle?.refused, 'stopping');
});

test('a write that the leader answers waits for no leadership here', async () => {
  const { calls, elsewhere, waitsForLeader } = follower(true);
  assert.deepEqual(await calls.write(raftConfiguration, null, 'dc1', { token: '' }), []);
  assert.deepEqual([elsewhere.writes, waitsForLeader()], [1, 0]);
});

test('a filter is judged by the server that answers', async () => {
  const { calls, elsewhere } = follower(true);
  const read = (consistency: 'default' | 'consistent' | 'stale') =>
    ask(calls, listNodes, BAD_FILTER, { consistency, minIndex: 0, waitMs: 0, maxStaleMs: 0 }, 'dc1', { token: '' });
  assert.deepEqual(await read('default'), {
    value: [],
    index: 9,
    hasLeader: true,
    lastContactMs: 0,
    isFiltered: false,
  });
  assert.deepEqual(await read('consistent'), {
    value: [],
    index: 9,
    hasLeader: true,
    lastContactMs: 0,
    isFiltered: false,
  });
  assert.equal(elsewhere.reads, 2);
  const own = await read('stale');
  assert.ok(isRefusal(own) && own.text.startsWith('Failed to create boolean expression evaluator'), String(own));
  assert.equal(elsewhere.reads, 2);
});

test('a blocking read whose leader is lost waits no longer on the next than it was to wait at all', async (context) => {
  const { calls, elsewhere } = follower(true);
  const lost = { ok: false, kind: 'lost', text: 'rpc error making call: EOF' } as const;
  elsewhere.failures.push(lost, lost, lost);
  // Each leader is lost a second after it was asked.
  const now = performance.now.bind(performance);
  context.mock.method(performance, 'now', () => now() + 1_000 * elsewhere.reads);
  const settings = { consistency: 'default', minIndex: 7, waitMs: 10_000, maxStaleMs: 0 } as const;
  assert.ok(!isRefusal(await ask(calls, listNodes, { ...BAD_FILTER, filter: '' }, settings, 'dc1', { token: '' })));
  assert.equal(elsewhere.waits.length, 4);
  for (const [i, wait] of elsewhere.waits.entries()) {
    assert.ok(wait > 0 && wait <= 10_000 - 1_000 * i, elsewhere.waits.join(', '));
  }
});

test('a blocking read whose wait the stop has ended is told what there is', async () => {
  const { calls, elsewhere } = follower(true);
  elsewhere.failures.push({ ok: false, kind: 'lost', text: 'rpc error making call: i/o deadline reached' });
  elsewhere.asked = () => calls.stop();
  const settings = { consistency: 'default', minIndex: 7, waitMs: 10_000, maxStaleMs: 0 } as const;
  const answer = await ask(calls, listNodes, { ...BAD_FILTER, filter: '' }, settings, 'dc1', { token: '' });
  assert.ok(!isRefusal(answer), JSON.stringify(answer));
  assert.deepEqual(elsewhere.waits, [10_000, 0]);
});
