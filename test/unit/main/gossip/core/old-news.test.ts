// What is old changes nothing: a member that is dead isn't brought back by what was said of it before (rule 5 of an alive
// message), and what nearly every exchange repeats costs no questions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALIVE } from '../../../../../src/main/gossip/wire/message-types.js';
import { alive } from '../../../../../src/main/gossip/wire/messages.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import { addressOfNode, aliveMessage, coreOf, deadMessage, ipOfNode, VERSIONS } from './rig.js';

const FROM = addressOfNode('n2');

/** Where its port is 0, which means the pool's own, an alive message isn't known at first sight. */
function aliveWithoutPort(name: string, incarnation: number): Uint8Array {
  const body = { Incarnation: incarnation, Node: name, Addr: ipOfNode(name), Port: 0, Meta: null, Vsn: VERSIONS };
  return encode(alive, body, ALIVE);
}

for (const [how, message] of [
  ['in the usual words', aliveMessage],
  ['without a port', aliveWithoutPort],
] as const) {
  test(`a dead member stays dead until it says a higher incarnation, ${how}`, () => {
    const { core } = coreOf(['n2', 'n3']);
    core.receive(deadMessage('n3', 'n2', 4), FROM, 10);
    for (const incarnation of [1, 3, 4]) {
      core.receive(message('n3', incarnation), FROM, 20);
      assert.equal(core.node('n3')?.state, 'dead', `incarnation ${incarnation}`);
      assert.equal(core.node('n3')?.incarnation, 4);
    }
    core.receive(message('n3', 5), FROM, 30);
    assert.equal(core.node('n3')?.state, 'alive');
    assert.equal(core.node('n3')?.incarnation, 5);
  });
}

test('what is known already is not judged anew; what says something new is', () => {
  const asked: string[] = [];
  const { core } = coreOf(['n2', 'n3'], {}, 1, {
    refuseAlive: ({ name }) => {
      asked.push(name);
      return null;
    },
  });
  asked.length = 0;
  for (let i = 0; i < 3; i += 1) core.receive(aliveMessage('n3', 1), FROM, 10);
  assert.deepEqual(asked, []);
  core.receive(aliveMessage('n3', 2), FROM, 10);
  assert.deepEqual(asked, ['n3']);
});
