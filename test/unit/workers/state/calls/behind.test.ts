// Calls on threads that answer reads beside others: what came in while another thread had shown more waits until it is here, on
// the primary and on a reader, and is given up with its asker.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { AppliedProgress } from '../../../../../src/wire/raft/applied-progress.js';
import { allowAll } from '../../../../../src/workers/state/acl/access.js';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import type { Calls } from '../../../../../src/workers/state/calls/calls.js';
import { ReaderCalls } from '../../../../../src/workers/state/calls/reader-calls.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { noAcls } from '../../../../../src/workers/state/methods/contract/token-resolver.js';
import { kvApply, kvGet } from '../../../../../src/workers/state/methods/kvs.js';
import { KeepingUp } from '../../../../../src/workers/state/replica/keeping-up.js';
import type { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { FakeLeader } from '../local/local-fixture.js';
import { kv } from '../replica/store/commands.js';
import { testCalls } from './test-calls.js';

const SETTINGS = { consistency: 'default', minIndex: 0, waitMs: 0, maxStaleMs: 0 } as const;

/** A thread whose store has the first value, where another one has shown the second. */
function behind(make: (store: StateStore, consensus: FakeLeader, keepingUp: KeepingUp) => Calls) {
  const leader = new FakeLeader();
  const { store } = leader;
  const progress = new AppliedProgress();
  const keepingUp = new KeepingUp(progress);
  const catchUp = (index: number, value: string): void => {
    store.apply(index, kv('set', { Key: 'a', Value: Buffer.from(value) }));
    keepingUp.reached(index);
  };
  catchUp(5, 'first');
  progress.raise(6);
  return { calls: make(store, leader, keepingUp), catchUp };
}

const makers = {
  'the primary': (store: StateStore, consensus: FakeLeader, keepingUp: KeepingUp) =>
    testCalls({ store, consensus, keepingUp }),
  'a reader': (store: StateStore, consensus: FakeLeader, keepingUp: KeepingUp) =>
    new ReaderCalls(store, consensus, keepingUp, noAcls, new Metrics()),
};

for (const [who, make] of Object.entries(makers)) {
  test(`${who}: a read that comes in behind waits until its store is as far, and no longer`, async () => {
    const { calls, catchUp } = behind(make);
    let answered = '';
    const asked = ask(calls, kvGet, 'a', SETTINGS, 'dc1', { token: '' }).then((answer) => {
      answered = isRefusal(answer)
        ? answer.refused
        : `${Buffer.from(answer.value?.Value ?? []).toString()} ${answer.index}`;
    });
    await turn();
    assert.equal(answered, '');
    catchUp(6, 'second');
    await asked;
    assert.equal(answered, 'second 6');
  });

  test(`${who}: a read whose asker has gone while it waited is not begun`, async () => {
    const { calls, catchUp } = behind(make);
    const gone = new AbortController();
    const answer = ask(
      calls,
      kvGet,
      'a',
      { ...SETTINGS, minIndex: 100, waitMs: 60_000 },
      'dc1',
      { token: '' },
      gone.signal,
    );
    gone.abort();
    catchUp(6, 'second');
    await turn();
    assert.equal(calls.waiting, 0);
    assert.ok(isRefusal(await answer));
  });
}

test('the primary: a rule is judged by a store that is as far', async () => {
  const { calls, catchUp } = behind(makers['the primary']);
  let isAnswered = false;
  const asker = { token: '', authorizer: allowAll };
  const write = { op: 'cas', key: 'a', value: null, flags: 0, session: '', compareIndex: 1 } as const;
  const asked = calls.write(kvApply, write, 'dc1', asker).then(() => {
    isAnswered = true;
  });
  await turn();
  await turn();
  assert.equal(isAnswered, false);
  catchUp(6, 'second');
  await asked;
});
