import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GossipCore } from '../../../../../src/main/gossip/core/gossip-core.js';
import type { OutgoingPacket } from '../../../../../src/main/gossip/core/output.js';
import { ACK, ALIVE, INDIRECT_PING, PING } from '../../../../../src/main/gossip/wire/message-types.js';
import {
  ack,
  alive,
  indirectPing,
  type PushPullNode,
  ping,
  STATE_ALIVE,
} from '../../../../../src/main/gossip/wire/messages.js';
import { type PacketMessage, readMessages } from '../../../../../src/main/gossip/wire/packet-messages.js';
import { atOnce, finish } from '../../../../../src/main/gossip/wire/steps.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import { fromHex, readVectors } from '../vectors.js';
import { addressOfNode, aliveMessage, coreOf, deadMessage, ipOfNode, PORT, suspectMessage, VERSIONS } from './rig.js';

const NO_META = new Uint8Array(0);
const N2 = addressOfNode('n2');

function messagesOf(packets: readonly OutgoingPacket[]): PacketMessage[] {
  return packets.flatMap((packet) => [...readMessages(packet.message).messages]);
}

function pingFor(Node: string, source = true): Uint8Array {
  const from = source ? { SourceAddr: ipOfNode('n7'), SourcePort: PORT, SourceNode: 'n7' } : null;
  const none = { SourceAddr: null, SourcePort: 0, SourceNode: '' };
  return encode(ping, { SeqNo: 9, Node, ...(from ?? none) }, PING);
}

/** Sends what is queued out with acks; the distinct messages. */
function drain(core: GossipCore): PacketMessage[] {
  const drained: PacketMessage[] = [];
  while (core.queued > 0) {
    core.receive(pingFor('n1'), N2, 0);
    for (const message of messagesOf(core.take().packets)) if (message.type !== 'ack') drained.push(message);
  }
  return drained;
}

const QUIET = { probeIntervalMs: 1e9, pushPullIntervalMs: 0 };

test('a round of gossip goes to different members, each message as often as the limit says', () => {
  const rig = coreOf(['n2', 'n3', 'n4', 'n5', 'n6'], QUIET);
  const packets = rig.runUntil(5000).flatMap((output) => output.packets);
  assert.ok(packets.length > 0);
  assert.ok(packets.every(({ withChecksum, probe }) => withChecksum && probe === null));
  const counts = new Map<string, number>();
  for (const message of messagesOf(packets)) {
    assert.ok(message.type === 'alive');
    counts.set(message.body.Node, (counts.get(message.body.Node) ?? 0) + 1);
  }
  // Six members: 4 × ⌈log₁₀ 7⌉.
  assert.deepEqual(
    [...counts.entries()].sort(),
    ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'].map((name) => [name, 4]),
  );
  assert.equal(rig.core.queued, 0);
  assert.ok(new Set(packets.slice(0, 3).map((packet) => packet.to.ip[3])).size >= 2);
});

test('the dead are told for a while, those who left are not', () => {
  const rig = coreOf(['n2', 'n3'], { ...QUIET, gossipToTheDeadMs: 1000 });
  const { core } = rig;
  core.receive(deadMessage('n2', 'n3'), N2, 100);
  core.receive(deadMessage('n3', 'n3'), N2, 100);
  const told = rig.runUntil(1099).flatMap((output) => output.packets);
  assert.ok(told.length > 0);
  assert.deepEqual(new Set(told.map((packet) => packet.to.ip[3])), new Set([2]));
  core.receive(aliveMessage('n9', 5), N2, 1100);
  core.receive(deadMessage('n9', 'n9', 5), N2, 1101);
  assert.ok(core.queued > 0);
  assert.deepEqual(
    rig.runUntil(3000).flatMap((output) => output.packets),
    [],
  );
});

test('packets are filled up to the limit less the layers, and no further', () => {
  const names = Array.from({ length: 60 }, (_, i) => `n${i + 2}`);
  const rig = coreOf(names, { ...QUIET, packetBytes: 700 });
  const sizes = rig.runUntil(3000).flatMap((output) => output.packets.map((packet) => packet.message.length));
  assert.ok(Math.max(...sizes) <= 700 && Math.max(...sizes) > 600, `${Math.max(...sizes)}`);
});

test('a ping is answered to its source, with the payload and whatever fits; one for somebody else is not', () => {
  const { core } = coreOf(['n2'], QUIET, 1, { ackPayload: () => Uint8Array.of(1, 2, 3) });
  core.receive(pingFor('n1'), N2, 10);
  const [packet] = core.take().packets;
  assert.ok(packet !== undefined);
  assert.equal(packet.to.ip[3], 7);
  const [first, ...rest] = messagesOf([packet]);
  assert.deepEqual(first, { type: 'ack', body: { SeqNo: 9, Payload: Uint8Array.of(1, 2, 3) } });
  assert.ok(rest.length >= 2 && rest.every(({ type }) => type === 'alive'));

  core.receive(pingFor('', false), N2, 20);
  assert.deepEqual(core.take().packets[0]?.to, N2);
  core.receive(pingFor('n5'), N2, 30);
  assert.deepEqual(core.take().packets, []);
});

test('messages of the layer above ride along behind our own', () => {
  const offered: [number, number][] = [];
  const { core } = coreOf(['n2'], QUIET, 1, {
    broadcasts(overhead, limit) {
      offered.push([overhead, limit]);
      return [Uint8Array.of(3, 1)];
    },
  });
  core.receive(pingFor('n1'), N2, 10);
  const messages = messagesOf(core.take().packets);
  const last = messages.at(-1);
  assert.deepEqual(last?.type === 'user' ? [...last.payload] : last, [3, 1]);
  const [overhead, limit] = offered[0] ?? [];
  assert.equal(overhead, 3);
  assert.ok(limit !== undefined && limit < 1400 - 100 && limit > 1000);
});

test('user messages come out in order with what else happened; ours go out alone', () => {
  const { core } = coreOf([], QUIET);
  core.receive(fromHex('0805ff'), N2, 1);
  core.receive(aliveMessage('n2'), N2, 1);
  core.receive(fromHex('0806'), N2, 1);
  const kinds = core.take().events.map((event) => event.kind);
  assert.deepEqual(kinds, ['user', 'join', 'user']);
  core.sendUser(N2, Uint8Array.of(5), 'n2');
  core.sendUser(N2, Uint8Array.of(6), null);
  const packets = core.take().packets.map(({ message, withChecksum }) => [[...message], withChecksum]);
  assert.deepEqual(packets, [
    [[8, 5], true],
    [[8, 6], false],
  ]);
});

test('leaving: told until the limit, nothing is refuted any more, pings are still answered', () => {
  const rig = coreOf(['n2', 'n3'], QUIET);
  const { core } = rig;
  core.leave(5000, 100);
  core.leave(5000, 100);
  const events = core.take().events.filter(({ kind }) => kind === 'leave');
  assert.equal(events.length, 1);
  assert.equal(core.node('n1')?.state, 'left');
  const outputs = rig.runUntil(4000);
  const spread = outputs.flatMap((output) => output.events).filter(({ kind }) => kind !== 'done');
  assert.deepEqual(spread, [{ kind: 'spread', what: 'leave', isTimedOut: false }]);
  const told = messagesOf(outputs.flatMap((output) => output.packets)).filter(({ type }) => type === 'dead');
  assert.equal(told.length, 4);
  assert.deepEqual(told[0], { type: 'dead', body: { Incarnation: 1, Node: 'n1', From: 'n1' } });
  core.receive(suspectMessage('n1', 'n2', 9), N2, 4000);
  core.receive(aliveMessage('n1', 9), N2, 4000);
  assert.equal(core.queued, 0);
  core.receive(pingFor('n1'), N2, 4000);
  assert.deepEqual(
    messagesOf(core.take().packets).map(({ type }) => type),
    ['ack'],
  );
});

test('a suspicion is told once, by whoever it comes; one of who is unknown, gone or ourselves is not', () => {
  const { core } = coreOf(['n2', 'n3', 'n4'], QUIET);
  core.receive(deadMessage('n4', 'n3'), N2, 10);
  core.take();
  for (const name of ['n3', 'n3', 'n4', 'n5', 'n1']) core.receive(suspectMessage(name, 'n2'), N2, 10);
  core.receive(suspectMessage('n3', 'n4'), N2, 10);
  const suspected = core.take().events.flatMap((event) => (event.kind === 'suspect' ? [event.node.name] : []));
  assert.deepEqual(suspected, ['n3']);
});

test('leaving alone takes no time; leaving where nobody can be told ends with the time', () => {
  const alone = coreOf([], QUIET);
  alone.core.leave(5000, 0);
  assert.deepEqual(
    alone.core.take().events.filter(({ kind }) => kind === 'spread'),
    [{ kind: 'spread', what: 'leave', isTimedOut: false }],
  );
  const mute = coreOf(['n2'], { ...QUIET, gossipIntervalMs: 1e9 });
  mute.core.leave(5000, 0);
  mute.core.take();
  assert.deepEqual(mute.runUntil(4999), []);
  const [output] = mute.runUntil(5000);
  assert.deepEqual(output?.events, [{ kind: 'spread', what: 'leave', isTimedOut: true }]);
});

test('new metadata: a higher incarnation, told to the others', () => {
  const rig = coreOf(['n2', 'n3'], QUIET);
  const { core } = rig;
  assert.equal(core.updateMeta(Uint8Array.of(7), 5000, 100), true);
  assert.deepEqual(
    core.take().events.map(({ kind }) => kind),
    ['update'],
  );
  assert.equal(core.node('n1')?.incarnation, 2);
  const outputs = rig.runUntil(4000);
  const [spread] = outputs.flatMap((output) => output.events).filter(({ kind }) => kind !== 'done');
  assert.deepEqual(spread, { kind: 'spread', what: 'meta', isTimedOut: false });
  const told = messagesOf(outputs.flatMap((output) => output.packets));
  assert.ok(told.some((message) => message.type === 'alive' && message.body.Meta?.[0] === 7));
  // Longer than the protocol allows: nothing changes.
  assert.equal(core.updateMeta(new Uint8Array(513), 5000, 4000), false);
  assert.deepEqual(core.node('n1')?.meta, Uint8Array.of(7));
});

test('what is said about us is refuted with a higher incarnation, and costs health', () => {
  const { core } = coreOf(['n2'], QUIET);
  drain(core);
  core.receive(suspectMessage('n1', 'n2', 6), N2, 10);
  core.receive(deadMessage('n1', 'n2', 7), N2, 20);
  assert.equal(core.node('n1')?.state, 'alive');
  assert.equal(core.node('n1')?.incarnation, 8);
  assert.equal(core.healthScore, 2);
  const told = drain(core).filter((message) => message.type === 'alive');
  assert.ok(told.length > 0);
  assert.ok(told.every((message) => message.type === 'alive' && message.body.Incarnation === 8));
});

function aliveWith(more: object): Uint8Array {
  const body = { Incarnation: 1, Node: 'n9', Addr: ipOfNode('n9'), Port: PORT, Meta: NO_META, Vsn: VERSIONS };
  return encode(alive, { ...body, ...more }, ALIVE);
}

test('members that make no sense are not taken in', () => {
  const { core } = coreOf([], { ...QUIET, mostNodes: 3 }, 1, {
    refuseAlive: ({ name }) => (name === 'n8' ? "Member 'n8' part of wrong datacenter 'dc2'" : null),
  });
  const bad = [
    aliveWith({ Addr: null }),
    aliveWith({ Addr: new Uint8Array(5) }),
    aliveWith({ Meta: new Uint8Array(513) }),
    aliveWith({ Vsn: null }),
    aliveWith({ Vsn: VERSIONS.subarray(0, 5) }),
    aliveMessage('n8'),
  ];
  for (const message of bad) {
    core.receive(message, N2, 1);
    const { events } = core.take();
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['log'],
    );
  }
  assert.equal(core.nodes.length, 1);
  for (const name of ['n3', 'n4', 'n5', 'n6']) core.receive(aliveMessage(name), N2, 1);
  assert.equal(core.nodes.length, 3);
});

test('only of a list that somebody joined by the members are judged already', () => {
  const judged: [string, boolean][] = [];
  const { core } = coreOf([], QUIET, 1, {
    refuseAlive: ({ name }, isJudged) => {
      judged.push([name, isJudged]);
      return null;
    },
  });
  const listed = (Name: string): PushPullNode => {
    const place = { Addr: ipOfNode(Name), Port: PORT, Meta: NO_META, Vsn: VERSIONS };
    return { Name, ...place, Incarnation: 1, State: STATE_ALIVE };
  };
  judged.length = 0;
  core.receive(aliveMessage('n2'), N2, 1);
  assert.equal(core.merge({ isJoin: false, nodes: [listed('n3')], userState: null }, 1), null);
  assert.equal(core.merge({ isJoin: true, nodes: [listed('n4')], userState: null }, 1), null);
  assert.deepEqual(judged, [
    ['n2', false],
    ['n3', false],
    ['n4', true],
  ]);
});

test('from a source that is refused come all messages but news of members', () => {
  const { core } = coreOf(['n2'], QUIET, 1, { refuseSource: (ip) => (ip[3] === 2 ? 'no' : null) });
  core.take();
  core.receive(aliveMessage('n3'), N2, 1);
  assert.equal(core.node('n3'), undefined);
  assert.deepEqual(core.take().events, [
    { kind: 'log', level: 'debug', text: 'Blocked alive message: no from=10.0.0.2:7946' },
  ]);
  core.receive(aliveMessage('n3'), addressOfNode('n4'), 1);
  core.receive(suspectMessage('n3', 'n2'), N2, 1);
  assert.equal(core.node('n3')?.state, 'suspect');
});

test('our own rules may refuse us', () => {
  const { core } = coreOf([], QUIET, 1, { refuseAlive: () => 'no' });
  assert.equal(core.nodes.length, 0);
  assert.equal(core.nextMs, null);
});

test('what is kept is copied: the packet may be overwritten', () => {
  const { core } = coreOf([], QUIET);
  const packet = aliveWith({ Meta: Uint8Array.of(1, 2, 3) });
  core.receive(packet, N2, 1);
  packet.fill(0);
  const node = core.node('n9');
  assert.deepEqual(node?.meta, Uint8Array.of(1, 2, 3));
  assert.deepEqual(node?.address.ip, ipOfNode('n9'));
  assert.deepEqual(node?.versionBytes, VERSIONS);
});

test('relays have a limit, and end', () => {
  const rig = coreOf(['n2'], QUIET);
  const { core } = rig;
  const none = { SourceAddr: null, SourcePort: 0, SourceNode: '' };
  const request = { SeqNo: 5, Target: ipOfNode('n3'), Port: 0, Node: 'n3', Nack: true, ...none };
  const message = encode(indirectPing, request, INDIRECT_PING);
  for (let i = 0; i < 5000; i += 1) core.receive(message, N2, 100);
  const { packets, events } = core.take();
  assert.equal(packets.length, 4096);
  // A port of 0 means our own.
  assert.equal(packets[0]?.to.port, PORT);
  assert.equal(events.length, 5000 - 4096);
  const nacks = messagesOf(rig.runUntil(700).flatMap((output) => output.packets)).filter(({ type }) => type === 'nack');
  assert.equal(nacks.length, 4096);
  core.receive(message, N2, 800);
  assert.equal(core.take().packets.length, 1);
  core.receive(encode(indirectPing, { ...request, Target: null }, INDIRECT_PING), N2, 800);
  assert.deepEqual(core.take().packets, []);
});

test('two members that exchange states know each other, and each other’s friends', () => {
  const a = coreOf(['n2', 'n3'], QUIET).core;
  const b = coreOf(['n4'], QUIET, 2, { localState: (isJoin) => atOnce(isJoin ? Uint8Array.of(2) : null) }).core;
  const ofA = finish(a.ownState(true).steps);
  const ofB = finish(b.ownState(true).steps);
  assert.equal(ofA.userState, null);
  assert.equal(b.merge(ofA, 100), null);
  assert.equal(a.merge(ofB, 100), null);
  for (const core of [a, b]) assert.deepEqual(core.nodes.map(({ name }) => name).sort(), ['n1', 'n2', 'n3', 'n4']);
  const { events } = a.take();
  assert.deepEqual(events.at(-1), { kind: 'userState', state: Uint8Array.of(2), isJoin: true });
});

function pushPullNodes(count: number): PushPullNode[] {
  return Array.from({ length: count }, (_, i) => ({
    Name: `m${i}`,
    Addr: Uint8Array.of(10, 1, i >> 8, i & 255),
    Port: PORT,
    Meta: null,
    Incarnation: 1,
    State: 0,
    Vsn: VERSIONS,
  }));
}

test('a large state is merged in steps', () => {
  const { core } = coreOf([], QUIET);
  const merging = core.startMerge({ isJoin: true, nodes: pushPullNodes(80), userState: Uint8Array.of(1) });
  assert.equal(merging.step(10), true);
  assert.equal(core.nodes.length, 1, 'whether it may be merged is asked first');
  for (let step = 1; step <= 4; step += 1) {
    assert.equal(merging.step(10 + step), true);
    assert.equal(core.nodes.length, 16 * step + 1);
    assert.ok(core.take().events.every(({ kind }) => kind === 'join'));
  }
  assert.equal(merging.step(15), false);
  assert.equal(merging.problem, null);
  assert.equal(core.nodes.length, 81);
  assert.equal(core.take().events.filter(({ kind }) => kind === 'userState').length, 1);
});

test('a state that is refused changes nothing', () => {
  const { core } = coreOf(['n2'], QUIET, 1, {
    *refuseMerge() {
      yield;
      return "Member 'x' part of wrong datacenter 'dc2'";
    },
  });
  const [node] = pushPullNodes(1);
  assert.ok(node !== undefined);
  const refused = (nodes: readonly PushPullNode[], isJoin = false) => {
    return core.merge({ isJoin, nodes, userState: null }, 1) ?? 'merged';
  };
  assert.equal(refused([node], true), "Member 'x' part of wrong datacenter 'dc2'");
  assert.equal(
    refused([{ ...node, Vsn: Uint8Array.of(4, 5, 4, 2, 5, 4) }]),
    "Node 'n1' protocol version (2) is incompatible: [4, 5]".replace('n1', core.nodes[0]?.name ?? ''),
  );
  assert.match(
    refused([{ ...node, Vsn: Uint8Array.of(1, 5, 2, 5, 6, 5) }]),
    /delegate protocol version \(4\) is incompatible: \[5, 5\]$/,
  );
  assert.equal(core.nodes.length, 2);
  assert.equal(refused([node]), 'merged');
  assert.equal(core.nodes.length, 3);
});

test('exchanges are asked for at their interval, with somebody who is alive', () => {
  const rig = coreOf(['n2', 'n3'], { probeIntervalMs: 1e9, pushPullIntervalMs: 30_000 });
  rig.core.receive(deadMessage('n3', 'n2'), N2, 0);
  const requests = rig.runUntil(300_000).flatMap(({ atMs, streams }) => streams.map((request) => ({ atMs, request })));
  assert.equal(requests.length, 10);
  assert.ok(requests.every(({ request }) => request.kind === 'pushPull' && request.name === 'n2'));
  const [first, second] = requests;
  assert.ok(first !== undefined && second !== undefined);
  assert.ok(first.atMs < 30_000);
  assert.equal(second.atMs - first.atMs, 30_000);
});

test('exchanges are frequent while the pool grows, and as rare as its size says when it has grown', () => {
  const names = Array.from({ length: 40 }, (_, i) => `n${i + 2}`);
  const rig = coreOf([], { probeIntervalMs: 1e9, pushPullIntervalMs: 30_000 });
  const times = (untilMs: number) =>
    rig
      .runUntil(untilMs)
      .flatMap(({ atMs, streams }) => streams.filter(({ kind }) => kind === 'pushPull').map(() => atMs));
  const hear = (from: number, to: number, atMs: number) => {
    for (const name of names.slice(from, to)) rig.core.receive(aliveMessage(name), N2, atMs);
  };
  hear(0, 20, 0);
  const [first] = times(30_000);
  assert.ok(first !== undefined);
  hear(20, 40, 30_000);
  // Twice at the plain interval, the second of which finds no growth behind it.
  assert.deepEqual(times(first + 60_000), [first + 30_000, first + 60_000]);
  assert.deepEqual(times(first + 119_000), []);
  assert.deepEqual(times(first + 120_000), [first + 120_000]);
});

test('the dead are forgotten after their time, when a round of probes is over', () => {
  const rig = coreOf(['n2', 'n3'], {
    probeIntervalMs: 100,
    probeTimeoutMs: 50,
    gossipToTheDeadMs: 2000,
    pushPullIntervalMs: 0,
  });
  const { core } = rig;
  core.receive(deadMessage('n3', 'n2'), N2, 0);
  const answerAll = (untilMs: number) => {
    for (let next = core.nextMs; next !== null && next <= untilMs; next = core.nextMs) {
      core.tick(next);
      for (const message of messagesOf(core.take().packets)) {
        if (message.type !== 'ping') continue;
        core.receive(encode(ack, { SeqNo: message.body.SeqNo, Payload: null }, ACK), N2, next);
      }
    }
  };
  answerAll(1900);
  assert.equal(core.node('n3')?.state, 'dead');
  answerAll(2600);
  assert.equal(core.node('n3'), undefined);
  assert.deepEqual(core.nodes.map(({ name }) => name).sort(), ['n1', 'n2']);
});

test('a restarted node refutes what is remembered of it', () => {
  const { core } = coreOf([], QUIET);
  const [node] = pushPullNodes(1);
  assert.ok(node !== undefined);
  const self = { ...node, Name: 'n1', Addr: ipOfNode('n1') };
  for (const State of [2, 3, 1]) {
    const before = core.node('n1')?.incarnation ?? 0;
    core.merge({ isJoin: true, nodes: [{ ...self, Incarnation: before + 4, State }], userState: null }, 1);
    assert.equal(core.node('n1')?.incarnation, before + 5);
    assert.equal(core.node('n1')?.state, 'alive');
  }
});

test('mutated packets never throw, and what they may do stays within the rules', () => {
  const { cases } = readVectors<{ readonly plainHex: string }>('live-packets');
  const mutation = fc.record({
    item: fc.constantFrom(...cases),
    flips: fc.array(fc.record({ at: fc.nat(), bit: fc.nat(7) }), { maxLength: 6 }),
    afterMs: fc.nat(300),
  });
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 60, size: 'max' }), (packets) => {
      const rig = coreOf(['n2', 'n3', 'n4'], { mostNodes: 20 });
      const { core } = rig;
      let nowMs = 0;
      for (const { item, flips, afterMs } of packets) {
        const plain = fromHex(item.plainHex);
        const packet = Uint8Array.from(plain[0] === 12 ? plain.subarray(5) : plain);
        for (const { at, bit } of flips) packet[at % packet.length] = (packet[at % packet.length] ?? 0) ^ (1 << bit);
        nowMs += afterMs;
        rig.runUntil(nowMs);
        core.receive(packet, N2, nowMs);
        core.take();
      }
      assert.ok(core.nodes.length <= 20);
      assert.equal(core.node('n1')?.state, 'alive');
      assert.equal(new Set(core.nodes.map(({ name }) => name)).size, core.nodes.length);
      for (const { state, suspicion, address } of core.nodes) {
        assert.equal(suspicion !== null, state === 'suspect');
        assert.ok(address.ip.length === 4 || address.ip.length === 16);
      }
    }),
    { numRuns: 150 },
  );
});
