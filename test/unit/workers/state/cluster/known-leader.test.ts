// Who hears of a leader: those who wait for any, and those who wait for another one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownLeader } from '../../../../../src/workers/state/assembly/server/known-leader.js';

test('another server that led is told of when it leads no more, whoever comes next', () => {
  const leader = new KnownLeader();
  const forgotten: string[] = [];
  leader.listen({ forgotten: (address) => forgotten.push(address) });
  for (const address of ['', 'a:1', 'a:1', 'b:1', '']) leader.changed('follower', address);
  assert.deepEqual(forgotten, ['a:1', 'b:1']);
  leader.changed('leader', 'self:1');
  leader.changed('follower', '');
  assert.deepEqual(forgotten, ['a:1', 'b:1'], 'nobody has a connection to itself');
});

test('another leader is told of, also where it comes without a time between', () => {
  const leader = new KnownLeader();
  const heard: string[] = [];
  leader.listen({ appeared: () => heard.push('appeared'), changed: () => heard.push(leader.address) });
  for (const address of ['', 'a:1', 'a:1', 'b:1', '', 'b:1']) leader.changed('follower', address);
  assert.deepEqual(heard, ['appeared', 'a:1', 'b:1', 'appeared', 'b:1']);
});
