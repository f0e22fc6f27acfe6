// The packed state of a large pool is one for all who ask at nearly the same time or while nothing changes, and never an old
// one, nor one under another key.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Machine, OwnState } from '../../../../../src/main/gossip/core/machine.js';
import { SealedState } from '../../../../../src/main/gossip/shell/sealed-state.js';
import { shellMetrics } from '../../../../../src/main/gossip/shell/shell-metrics.js';
import { Turns } from '../../../../../src/main/gossip/shell/turns.js';
import { type PushPullNode, STATE_ALIVE } from '../../../../../src/main/gossip/wire/messages.js';
import type { PushPull } from '../../../../../src/main/gossip/wire/stream-messages.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
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
  const asked = { times: 0, nowMs: 0, revision: 1, isBroken: false };
  const nodes = Array.from({ length: members }, (_, i) => node(i));
  function* steps(isJoin: boolean): Generator<void, PushPull> {
    yield;
    if (asked.isBroken) throw new Error('a bug');
    return { isJoin, nodes, userState: null };
  }
  const machine = {
    ownState: (isJoin: boolean): OwnState => {
      asked.times += 1;
      return { nodeCount: members, steps: steps(isJoin) };
    },
    get revision() {
      return asked.revision;
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

test('all who ask while it is packed, and a moment after, are given the same bytes, whatever changes', async () => {
  const { asked, state } = stateOf(MANY);
  const both = await Promise.all([state.seal(true, wanted), state.seal(true, wanted)]);
  assert.ok(both[0] !== null && both[0] === both[1]);
  asked.nowMs = 199;
  asked.revision += 1;
  assert.equal(await state.seal(true, wanted), both[0]);
  assert.equal(asked.times, 1);
  asked.nowMs = 200;
  assert.notEqual(await state.seal(true, wanted), both[0]);
  assert.equal(asked.times, 2);
  state.close();
});

test('while nothing changes the same bytes are given, and let go when nobody asks for them', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { asked, state } = stateOf(MANY);
  const first = await state.seal(false, wanted);
  for (const nowMs of [300_000, 600_000, 1_199_000]) {
    asked.nowMs = nowMs;
    t.mock.timers.tick(5_000);
    assert.equal(await state.seal(false, wanted), first);
  }
  assert.equal(asked.times, 1);
  asked.nowMs += 600_000;
  t.mock.timers.tick(5_000);
  assert.notEqual(await state.seal(false, wanted), first);
  assert.equal(asked.times, 2);
  state.close();
});

test('a change that happens while the state is packed makes it one for the moment', async () => {
  const { asked, state } = stateOf(MANY);
  const packing = state.seal(false, wanted);
  asked.revision += 1;
  const first = await packing;
  asked.nowMs = 200;
  assert.notEqual(await state.seal(false, wanted), first);
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

test('what could not be packed is not kept', async () => {
  const { asked, state } = stateOf(MANY);
  asked.isBroken = true;
  await Promise.all([1, 2].map(() => assert.rejects(state.seal(true, wanted), /a bug/)));
  assert.equal(asked.times, 1);
  asked.isBroken = false;
  assert.ok((await state.seal(true, wanted)) !== null);
  state.close();
});

test('after the close nothing is packed', async () => {
  const { asked, state } = stateOf(MANY);
  state.close();
  assert.equal(await state.seal(true, wanted), null);
  assert.equal(asked.times, 0);
});

test('a small state is packed for each, as long as it waits for it', async () => {
  const { asked, state } = stateOf(MANY / 10);
  const both = await Promise.all([state.seal(true, wanted), state.seal(true, wanted)]);
  assert.ok(both[0] !== null && both[0] !== both[1]);
  assert.equal(await state.seal(true, () => false), null);
  assert.equal(asked.times, 3);
  state.close();
});
