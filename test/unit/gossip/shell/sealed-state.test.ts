// The packed state of a large pool is one for all who ask at nearly the same time, and never an old one, nor one under another key.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Machine } from '../../../../src/main/gossip/core/machine.js';
import { SealedState } from '../../../../src/main/gossip/shell/sealed-state.js';
import { shellMetrics } from '../../../../src/main/gossip/shell/shell-metrics.js';
import { Turns } from '../../../../src/main/gossip/shell/turns.js';
import { type PushPullNode, STATE_ALIVE } from '../../../../src/main/gossip/wire/messages.js';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import { addressOfNode, VERSIONS } from '../core/rig.js';
import { protectionWith } from '../protection.js';

const MANY = 300;
const [KEY, OTHER] = [1, 2].map((byte) => new Uint8Array(16).fill(byte)) as [Uint8Array, Uint8Array];

function node(i: number): PushPullNode {
  const { ip, port } = addressOfNode('n1');
  return { Name: `n${i}`, Addr: ip, Port: port, Meta: null, Incarnation: 1, State: STATE_ALIVE, Vsn: VERSIONS };
}

function stateOf(members: number) {
  const protection = protectionWith({}, KEY);
  const asked = { times: 0, nowMs: 0 };
  const nodes = Array.from({ length: members }, (_, i) => node(i));
  const machine = {
    localState: (isJoin: boolean) => {
      asked.times += 1;
      return { isJoin, nodes, userState: null };
    },
  } as unknown as Machine<unknown>;
  const work = {
    machine,
    protection,
    turns: new Turns(),
    timeoutMs: 1000,
    logger: new Logger('gossip', new LogSink('error', () => undefined)),
    metrics: shellMetrics(null, []),
    run: <T>(action: (nowMs: number) => T): T => action(asked.nowMs),
  };
  return { asked, protection, state: new SealedState(work, () => asked.nowMs) };
}

const wanted = () => true;

test('all who ask while it is packed, and a moment after, are given the same bytes', async () => {
  const { asked, state } = stateOf(MANY);
  const both = await Promise.all([state.seal(true, wanted), state.seal(true, wanted)]);
  assert.ok(both[0] !== null && both[0] === both[1]);
  asked.nowMs = 199;
  assert.equal(await state.seal(true, wanted), both[0]);
  assert.equal(asked.times, 1);
  asked.nowMs = 200;
  assert.notEqual(await state.seal(true, wanted), both[0]);
  assert.equal(asked.times, 2);
  state.close();
});

test('who joins is answered otherwise than who is a member', async () => {
  const { asked, state } = stateOf(MANY);
  assert.notEqual(await state.seal(true, wanted), await state.seal(false, wanted));
  assert.equal(asked.times, 2);
  state.close();
});

test('a new primary key is used at once', async () => {
  const { asked, protection, state } = stateOf(MANY);
  const before = await state.seal(true, wanted);
  protection.keyring.add(OTHER);
  protection.keyring.use(OTHER);
  assert.notEqual(await state.seal(true, wanted), before);
  assert.equal(asked.times, 2);
  state.close();
});

test('a small state is packed for each, as long as it waits for it', async () => {
  const { asked, state } = stateOf(MANY / 10);
  const both = await Promise.all([state.seal(true, wanted), state.seal(true, wanted)]);
  assert.ok(both[0] !== null && both[0] !== both[1]);
  assert.equal(await state.seal(true, () => false), null);
  assert.equal(asked.times, 3);
  state.close();
});
