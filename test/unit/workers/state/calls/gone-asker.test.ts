// Whoever asked and went away keeps nothing waiting, whenever it goes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import { BlockingRead } from '../../../../../src/workers/state/calls/blocking-read.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { kvGet } from '../../../../../src/workers/state/methods/kvs.js';
import type { Consensus } from '../../../../../src/workers/state/replica/consensus.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { testCalls } from './test-calls.js';

const BLOCKING = { consistency: 'consistent', minIndex: 100, waitMs: 60_000, maxStaleMs: 0 } as const;

function asking() {
  const leadership = new Leadership();
  leadership.setRole(Role.leader, 1, true);
  leadership.setUnboundedLease(true);
  let confirm = (_leads: boolean): void => {};
  const consensus: Consensus = {
    leadership,
    obstacle: null,
    propose: () => assert.fail('there is nothing to write'),
    flush: () => {},
    awaitLeader: () => Promise.resolve(null),
    verifyLeader: () =>
      new Promise((resolve) => {
        confirm = resolve;
      }),
  };
  const calls = testCalls({ store: new StateStore(), consensus });
  const gone = new AbortController();
  const answer = ask(calls, kvGet, 'a', BLOCKING, 'dc1', { token: '' }, gone.signal);
  return { calls, gone, answer, confirm: () => confirm(true) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a consistent query whose asker goes while the leader makes sure of itself never begins to wait', async () => {
  const { calls, gone, answer, confirm } = asking();
  gone.abort();
  assert.ok(isRefusal(await answer));
  confirm();
  await turn();
  assert.equal(calls.waiting, 0);
});

test('one whose asker stays does', async () => {
  const { calls, gone, confirm } = asking();
  confirm();
  await turn();
  assert.equal(calls.waiting, 1);
  gone.abort();
  assert.equal(calls.waiting, 0);
});

/** Its connection was half closed: that the client has gone is told as soon as somebody would hear it. */
class HalfClosedRead extends BlockingRead<unknown> {
  protected override answered(): void {}
  override refused(): void {}
  override crashed(): void {}
  protected override parked(): void {
    this.abort();
  }
}

test('a pause is over before it begins when the asker had gone before', async () => {
  const run = new HalfClosedRead(BLOCKING);
  assert.equal(await run.pauseUntil(performance.now() + 60_000), false);
});
