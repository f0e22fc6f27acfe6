// What the layers above hear of a suspicion, before anybody has failed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOfNode, suspectMessage } from '../core/rig.js';
import { SerfRig } from './rig.js';

test('a member that is suspected is told of with its tags, and is as alive as before', () => {
  const rig = new SerfRig().knows('n2', 'n3');
  rig.serf.receive(suspectMessage('n3', 'n2'), addressOfNode('n2'), rig.nowMs);
  const told = rig.take().events.flatMap((event) => (event.kind === 'suspected' ? [event.member] : []));
  assert.deepEqual(
    told.map(({ name, status }) => [name, status]),
    [['n3', 'alive']],
  );
});
