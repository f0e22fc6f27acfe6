// A write whose reply is known without a command reads this server's store: one that was deposed and doesn't know it yet must
// not answer so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import { allowAll } from '../../../../../src/workers/state/acl/access.js';
import { applySession } from '../../../../../src/workers/state/methods/session.js';
import type { Consensus } from '../../../../../src/workers/state/replica/consensus.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { testCalls } from './test-calls.js';

const GONE = { op: 'destroy', id: 'no such session' } as const;
const ASKER = { token: '', authorizer: allowAll };

function destroyedBy(leadership: Leadership, verifyLeader: () => Promise<boolean>) {
  const consensus: Consensus = {
    leadership,
    obstacle: null,
    propose: () => assert.fail('there is nothing to write'),
    flush: () => {},
    awaitLeader: () => Promise.resolve(null),
    verifyLeader,
  };
  return testCalls({ store: new StateStore(), consensus }).write(applySession, GONE, 'dc1', ASKER);
}

function leaderWhoseLeaseIsOver(): Leadership {
  const leadership = new Leadership();
  leadership.setRole(Role.leader, 1, true);
  return leadership;
}

test('a leader whose lease is over asks the others first', async () => {
  assert.equal(await destroyedBy(leaderWhoseLeaseIsOver(), async () => true), '');
});

test('a deposed leader gives no answer from its store', async () => {
  const reply = await destroyedBy(leaderWhoseLeaseIsOver(), async () => false);
  assert.deepEqual(reply, { refused: 'no-leader', text: 'No cluster leader' });
});

test('a leader with a lease answers by itself', async () => {
  const leadership = leaderWhoseLeaseIsOver();
  leadership.setUnboundedLease(true);
  assert.equal(await destroyedBy(leadership, () => assert.fail('nobody needs to be asked')), '');
});
