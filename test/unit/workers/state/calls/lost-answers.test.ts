// A leader that was asked and whose answer was lost: what changes nothing is asked again, what may have been done is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Leadership } from '../../../../../src/wire/raft/leadership.js';
import type { AskedFailure } from '../../../../../src/workers/state/calls/asked-failure.js';
import type { AskedWrite } from '../../../../../src/workers/state/calls/elsewhere.js';
import type { WriteMethod } from '../../../../../src/workers/state/methods/contract/method.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { autopilotState } from '../../../../../src/workers/state/methods/operator/operator-autopilot.js';
import { raftConfiguration, transferLeader } from '../../../../../src/workers/state/methods/operator/operator-raft.js';
import type { Consensus } from '../../../../../src/workers/state/replica/consensus.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { testCalls } from './test-calls.js';

const LOST: AskedFailure = { ok: false, kind: 'lost', text: 'rpc error making call: EOF' };

async function timesAsked<Request>(method: WriteMethod<Request, unknown>, request: Request, isAnswered: boolean) {
  let asked = 0;
  const consensus: Consensus = {
    leadership: new Leadership(),
    obstacle: 'no-leader',
    propose: () => assert.fail('another server leads'),
    flush: () => {},
    awaitLeader: () => new Promise(() => {}),
    verifyLeader: () => Promise.resolve(false),
  };
  const elsewhere = {
    isKnown: true,
    canAsk: () => true,
    read: () => assert.fail('nothing is read'),
    async write<Value>(): Promise<AskedWrite<Value>> {
      asked += 1;
      return asked === 1 ? LOST : { ok: true, value: 'told' as Value };
    },
    leaderKnown: () => Promise.resolve(undefined),
    onLeader: () => () => {},
  };
  const calls = testCalls({ store: new StateStore(), consensus, elsewhere });
  const answer = await calls.write(method, request, 'dc1', { token: '' });
  assert.equal(!isRefusal(answer), isAnswered);
  return asked;
}

test('what changes nothing is asked again', async () => {
  assert.equal(await timesAsked(raftConfiguration, null, true), 2);
  assert.equal(await timesAsked(autopilotState, null, true), 2);
});

test('what may have been done is not', async () => {
  assert.equal(await timesAsked(transferLeader, '', false), 1);
});

test('whom the leader answers begins no wait for one', async () => {
  const consensus: Consensus = {
    leadership: new Leadership(),
    obstacle: 'no-leader',
    propose: () => assert.fail('another server leads'),
    flush: () => {},
    awaitLeader: () => assert.fail('nobody waits'),
    verifyLeader: () => Promise.resolve(false),
  };
  const elsewhere = {
    isKnown: true,
    canAsk: () => true,
    read: () => assert.fail('nothing is read'),
    write: <Value>(): Promise<AskedWrite<Value>> => Promise.resolve({ ok: true, value: 'told' as Value }),
    leaderKnown: () => assert.fail('nobody waits'),
    onLeader: () => () => {},
  };
  const calls = testCalls({ store: new StateStore(), consensus, elsewhere });
  assert.equal(await calls.write(transferLeader, '', 'dc1', { token: '' }), 'told');
});
