// Pools of tens of thousands: everything that the others say can be read, nothing is done in one go, and what was put together
// once is good until something changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MergeRules } from '../../../../../src/main/gossip/serf/pool/options.js';
import {
  EVENT_SLOTS,
  JOIN,
  joinIntent,
  LEAVE,
  leaveIntent,
  type SerfState,
  STATE,
  serfState,
  USER_EVENT,
  userEvent,
} from '../../../../../src/main/gossip/serf/protocol/messages.js';
import { STREAM_LIMITS } from '../../../../../src/main/gossip/shell/inbound-limits.js';
import type { PushPullNode } from '../../../../../src/main/gossip/wire/messages.js';
import { finish } from '../../../../../src/main/gossip/wire/steps.js';
import { StreamReader } from '../../../../../src/main/gossip/wire/stream.js';
import { sealStream } from '../../../../../src/main/gossip/wire/stream-sealing.js';
import { lanMergeRules } from '../../../../../src/main/pools/merge-rules.js';
import { decode, encode, encodeSteps } from '../../../../../src/msgpack/codec.js';
import { addressOfNode, aliveMessage, deadMessage } from '../core/rig.js';
import { largePool, largeState } from '../large-pool.js';
import { protectionWith } from '../protection.js';
import { QUIET, SerfRig } from './rig.js';

const MANY = 70_000;
const OWN_ID = 'ffffffff-2222-4333-8444-000000000001';
const RULES: MergeRules = lanMergeRules({
  name: 'n1',
  nodeId: OWN_ID,
  datacenter: 'dc1',
  isAllowedAddress: () => true,
});

/** How many steps it took; the problem must be none. */
function merged(rig: SerfRig, nodes: readonly PushPullNode[], userState: Uint8Array | null): number {
  const merging = rig.serf.startMerge({ isJoin: true, nodes, userState });
  let steps = 1;
  while (merging.step(rig.nowMs)) steps += 1;
  assert.equal(merging.problem, null);
  return steps;
}

test('the state of a pool of 70,000, those that left among them, is read and merged', () => {
  const rig = new SerfRig({ gossip: { ...QUIET, mostNodes: 131_072 } });
  const nodes = largePool(MANY);
  const gone = nodes.slice(66_000).map(({ Name }) => Name);
  merged(rig, nodes, null);
  merged(rig, [], largeState(nodes, 40, gone));
  const { member_time, event_time } = rig.serf.figures();
  assert.deepEqual({ member_time, event_time }, { member_time: '42', event_time: '9' });
  assert.equal(rig.serf.member(nodes[5]?.Name ?? '')?.statusLTime, 40);
  const last = rig.serf.member(gone.at(-1) ?? '');
  assert.deepEqual([last?.status, last?.statusLTime], ['leaving', 41]);
  const own = decode(serfState, finish(rig.serf.ownState(false).steps).userState ?? new Uint8Array(0), 1);
  assert.ok(own.ok && own.value.StatusLTimes?.size === MANY + 1);
});

test('a state that cannot be read fails the exchange; its nodes are known all the same', () => {
  const rig = new SerfRig();
  const nodes = largePool(3);
  const failed = (userState: Uint8Array): string | null => {
    const merging = rig.serf.startMerge({ isJoin: true, nodes, userState });
    while (merging.step(rig.nowMs));
    return merging.problem;
  };
  assert.match(failed(largeState(nodes).subarray(0, 40)) ?? '', /^Failed to decode remote state: /);
  assert.equal(failed(Uint8Array.of(9)), 'Remote state has bad type prefix: 9');
  assert.equal(failed(new Uint8Array(0)), 'Remote state has bad type prefix: none');
  assert.equal(rig.serf.memberCount, 4);
});

test("what is asked of a joiner's nodes is asked in steps, and nothing is merged before the end of it", () => {
  const rig = new SerfRig({ rules: RULES });
  const nodes = largePool(5000);
  const steps = finishCounting(RULES.refuseMerge(nodes));
  assert.ok(steps.count >= nodes.length / 100 && steps.value === null);
  const merging = rig.serf.startMerge({ isJoin: true, nodes, userState: null });
  for (let step = 0; step < steps.count; step += 1) assert.ok(merging.step(rig.nowMs));
  assert.equal(rig.serf.memberCount, 1);
  while (merging.step(rig.nowMs));
  assert.equal(rig.serf.memberCount, 5001);
});

function finishCounting<T>(steps: Generator<void, T>): { readonly count: number; readonly value: T } {
  for (let count = 1; ; count += 1) {
    const { done, value } = steps.next();
    if (done === true) return { count, value };
  }
}

test('a member of the wrong datacenter at the end of a long list refuses all of it', () => {
  const rig = new SerfRig({
    rules: lanMergeRules({ name: 'n1', nodeId: OWN_ID, datacenter: 'dc2', isAllowedAddress: () => true }),
  });
  const merging = rig.serf.startMerge({ isJoin: true, nodes: largePool(300), userState: null });
  while (merging.step(rig.nowMs));
  assert.match(merging.problem ?? '', /^Member 'ip-10-0-0-0\..*' part of wrong datacenter 'dc1'$/);
  assert.equal(rig.serf.memberCount, 1);
});

test('our own state is put together in steps, and what happens between them does no harm', () => {
  const rig = new SerfRig().knows('n2', 'n3');
  const nodes = largePool(12_000);
  merged(rig, nodes, largeState(nodes));
  const event = (LTime: number, Name: string) =>
    encode(userEvent, { LTime, Name, Payload: null, CC: false }, USER_EVENT);
  rig.hears(event(20, 'first'));
  const { nodeCount, steps } = rig.serf.ownState(true);
  assert.equal(nodeCount, 12_003);
  let count = 0;
  for (;;) {
    const { done, value } = steps.next();
    if (done !== true) {
      count += 1;
      // Another event of the same time, a newcomer, one that dies.
      rig.hears(event(20, `more-${count}`));
      rig.serf.receive(aliveMessage(`n${10 + count}`), addressOfNode('n2'), rig.nowMs);
      rig.serf.receive(deadMessage('n3', 'n2'), addressOfNode('n2'), rig.nowMs);
      continue;
    }
    assert.equal(value.nodes.length, 12_003);
    const read = decode(serfState, value.userState ?? new Uint8Array(0), 1);
    assert.ok(read.ok && read.next === value.userState?.length);
    assert.equal(read.value.StatusLTimes?.size, 12_003);
    assert.deepEqual(
      read.value.Events?.[20]?.Events?.map(({ Name }) => Name),
      ['first'],
    );
    break;
  }
  assert.ok(count > 10, `${count} steps`);
});

test('who leaves or comes back while our state is put together is told neither as there nor as gone by mistake', () => {
  const rig = new SerfRig();
  const nodes = largePool(12_000);
  const [leaver, returner] = nodes.slice(-2).map(({ Name }) => Name) as [string, string];
  merged(rig, nodes, largeState(nodes));
  const goes = (name: string) => {
    rig.hears(encode(leaveIntent, { LTime: 10, Node: name, Prune: false }, LEAVE));
    rig.serf.receive(deadMessage(name, name), addressOfNode('n2'), rig.nowMs);
  };
  goes(returner);
  const { steps } = rig.serf.ownState(false);
  assert.equal(steps.next().done, false);
  goes(leaver);
  const back = nodes.filter(({ Name }) => Name === returner).map((node) => ({ ...node, Incarnation: 2 }));
  merged(rig, back, null);
  rig.hears(encode(joinIntent, { LTime: 11, Node: returner }, JOIN));
  const { userState } = finish(steps);
  const listener = new SerfRig();
  merged(listener, nodes, null);
  merged(listener, [], userState);
  listener.hears(encode(leaveIntent, { LTime: 10, Node: leaver, Prune: false }, LEAVE));
  assert.deepEqual(
    [leaver, returner].map((name) => listener.serf.member(name)?.status),
    ['leaving', 'alive'],
  );
});

test('encoding in steps gives the same bytes', () => {
  const time = fc.oneof(fc.nat(), fc.constant(2n ** 63n));
  const states: fc.Arbitrary<SerfState> = fc.record({
    LTime: time,
    StatusLTimes: fc.option(
      fc.array(fc.tuple(fc.string(), time), { maxLength: 400, size: 'max' }).map((pairs) => new Map(pairs)),
    ),
    LeftMembers: fc.option(fc.array(fc.string({ maxLength: 200, size: 'max' }), { maxLength: 400, size: 'max' })),
    EventLTime: time,
    Events: fc.option(
      fc.array(
        fc.option(
          fc.record({
            LTime: time,
            Events: fc.option(fc.array(fc.record({ Name: fc.string(), Payload: fc.option(fc.uint8Array()) }))),
          }),
        ),
      ),
    ),
    QueryLTime: time,
  });
  fc.assert(
    fc.property(states, (state) => {
      const inSteps = finish(encodeSteps(serfState, state, STATE));
      assert.equal(Buffer.compare(inSteps, encode(serfState, state, STATE)), 0);
    }),
    { numRuns: 100 },
  );
});

test('whatever changes our state changes its revision, and nothing else does', () => {
  const rig = new SerfRig().knows('n2', 'n3');
  const nodes = largePool(10);
  merged(rig, nodes, largeState(nodes));
  const stateOf = (): string => {
    const { userState, nodes: own } = finish(rig.serf.ownState(false).steps);
    const described = own.map((node) => JSON.stringify(node)).sort();
    return `${Buffer.from(userState ?? []).toString('hex')} ${described.join()}`;
  };
  let before = rig.serf.revision;
  let stateBefore = stateOf();
  const isChanged = (): boolean => {
    const [revision, state] = [rig.serf.revision, stateOf()];
    const isOther = revision !== before;
    assert.ok(isOther || state === stateBefore, 'a change without a new revision');
    [before, stateBefore] = [revision, state];
    return isOther;
  };
  const hears = (packet: Uint8Array) => () => rig.serf.receive(packet, addressOfNode('n2'), rig.nowMs);
  const changes: { readonly [what: string]: () => void } = {
    newcomer: hears(aliveMessage('n4')),
    'new incarnation': hears(aliveMessage('n4', 2)),
    death: hears(deadMessage('n4', 'n2', 2)),
    leave: () => {
      rig.serf.forceLeave('n4', false, rig.nowMs);
    },
    return: hears(aliveMessage('n4', 3)),
    intent: () => rig.hears(encode(joinIntent, { LTime: 3, Node: 'n2' }, JOIN)),
    event: () => rig.hears(encode(userEvent, { LTime: 2, Name: 'e', Payload: null, CC: false }, USER_EVENT)),
    tags: () => {
      rig.serf.setTags(new Map([['role', 'cache']]), rig.nowMs);
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    change();
    rig.take();
    assert.ok(isChanged(), what);
  }
  const same = finish(rig.serf.ownState(false).steps);
  merged(rig, same.nodes, same.userState);
  hears(aliveMessage('n4', 3))();
  rig.hears(encode(joinIntent, { LTime: 3, Node: 'n2' }, JOIN));
  rig.run(1000);
  assert.ok(!isChanged());
});

test('three full exchanges of a pool of 70,000 fit what connections may hold', () => {
  const nodes = largePool(MANY);
  const protection = protectionWith({}, new Uint8Array(32));
  const body = { isJoin: true, nodes, userState: largeState(nodes) };
  const sealed = sealStream({ type: 'pushPull', body }, protection);
  const reader = new StreamReader(protection, true);
  let most = 0;
  for (let at = 0; at < sealed.length; at += EVENT_SLOTS * 128) {
    let state = reader.push(sealed.subarray(at, at + EVENT_SLOTS * 128));
    for (;;) {
      most = Math.max(most, reader.heldBytes);
      if (state.kind !== 'pause') break;
      state = reader.advance();
    }
    assert.notEqual(state.kind, 'refused');
  }
  // As much again as was sent goes back.
  assert.ok(3 * (most + sealed.length) <= STREAM_LIMITS.heldBytes, `${most} and ${sealed.length} bytes`);
  assert.ok(most > 45e6, 'all of it was read');
});

test('the joins of one step are one event, and what else happens stays in its order', () => {
  const rig = new SerfRig();
  rig.take();
  merged(rig, largePool(5), null);
  const [first = '', second = ''] = largePool(5).map(({ Name }) => Name);
  rig.serf.receive(deadMessage(first, 'n2'), addressOfNode('n2'), rig.nowMs);
  rig.serf.receive(deadMessage(second, 'n2'), addressOfNode('n2'), rig.nowMs);
  rig.serf.receive(aliveMessage('n9'), addressOfNode('n2'), rig.nowMs);
  const { events } = rig.take();
  const told = events.flatMap((event) => (event.kind === 'members' ? [[event.type, event.members.length]] : []));
  assert.equal(
    told.reduce((sum, [, count]) => sum + Number(count), 0),
    8,
  );
  assert.deepEqual(told[0], ['join', 5]);
  assert.deepEqual(told.at(-1), ['join', 1]);
  rig.serf.receive(aliveMessage('n10'), addressOfNode('n2'), rig.nowMs);
  assert.equal(rig.take().events.filter(({ kind }) => kind === 'members').length, 1, 'what was taken is not added to');
});
