// The recorded timelines of the failure detector, replayed against the core with a clock that is fed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText } from '../../../../../src/main/gossip/core/node.js';
import type { OutgoingPacket } from '../../../../../src/main/gossip/core/output.js';
import { ACK, NACK } from '../../../../../src/main/gossip/wire/message-types.js';
import { ack, nack } from '../../../../../src/main/gossip/wire/messages.js';
import { type PacketMessage, readMessages } from '../../../../../src/main/gossip/wire/packet-messages.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import { fromHex, readVectors, toHex } from '../vectors.js';
import { addressOfNode, aliveMessage, type CoreRig, coreOf, deadMessage, suspectMessage, VERSIONS } from './rig.js';

interface Sent {
  readonly send: string;
  readonly tMs: number;
  readonly to: string;
  readonly message: { readonly [field: string]: unknown };
  readonly hex?: string;
}
interface ProbeCase {
  readonly name: string;
  readonly n2AckAfterMs: number;
  readonly n2After: string;
  readonly relayVersions: string;
  readonly relays: { readonly [name: string]: 'nack' | 'forward' | 'silent' } | null;
  readonly scoreBefore: number;
  readonly scoreChanges: readonly { readonly score: number; readonly tMs: number }[];
  readonly sent: readonly Sent[];
  readonly streamPing: string;
  readonly windowMs: number;
}
interface RelayCase {
  readonly name: string;
  readonly from: string;
  readonly hex: string;
  readonly sent: readonly Sent[];
  readonly targetAckAfterMs: number;
}
interface SuspicionCase {
  readonly name: string;
  readonly dead: { readonly Incarnation: number; readonly Node: string; readonly From: string };
  readonly deadAtMs: number;
  readonly nodes: number;
  readonly probeIntervalMs: number;
  readonly received: readonly { readonly suspectFrom: string; readonly tMs: number }[];
}

const { cases } = readVectors<ProbeCase | RelayCase | SuspicionCase>('probe');
const probes = cases.filter((item): item is ProbeCase => 'scoreChanges' in item);
const relays = cases.filter((item): item is RelayCase => 'targetAckAfterMs' in item);
const suspicions = cases.filter((item): item is SuspicionCase => 'deadAtMs' in item);
assert.deepEqual([probes.length, relays.length, suspicions.length], [11, 4, 6]);

/** Without rounds of gossip and exchanges, which the recordings left out. */
const TIMES = { probeIntervalMs: 400, probeTimeoutMs: 150, gossipIntervalMs: 1e9, pushPullIntervalMs: 0 };

/** What arrives at which time, in order; a step may plan more. */
class Script {
  readonly #plan: { readonly atMs: number; readonly run: () => void }[] = [];

  at(atMs: number, run: () => void): void {
    this.#plan.push({ atMs, run });
    this.#plan.sort((a, b) => a.atMs - b.atMs);
  }

  /** Runs the core's timers and the plan side by side. */
  play({ core }: CoreRig, untilMs: number, observe: (atMs: number) => void): void {
    for (;;) {
      const timerMs = core.nextMs ?? Number.POSITIVE_INFINITY;
      const planned = this.#plan[0];
      const atMs = Math.min(timerMs, planned?.atMs ?? Number.POSITIVE_INFINITY);
      if (atMs > untilMs) return;
      if (planned !== undefined && planned.atMs <= timerMs) {
        this.#plan.shift();
        planned.run();
      } else {
        core.tick(atMs);
      }
      observe(atMs);
    }
  }
}

function messagesOf(packet: OutgoingPacket): PacketMessage[] {
  return [...readMessages(packet.message).messages];
}

/** Name of the node at an address of the rig. */
function nodeAt(packet: OutgoingPacket): string {
  return `n${packet.to.ip[3]}`;
}

/** Runs one recorded probe; null when chance picked another first target or other relays than recorded. */
function runProbe(item: ProbeCase, seed: number): { sent: Sent[]; changes: object[]; after: string } | null {
  const others = Object.keys(item.relays ?? {});
  const rig = coreOf(['n2'], TIMES, seed);
  const { core } = rig;
  const versions = fromHex(item.relayVersions);
  for (const name of others) core.receive(aliveMessage(name, 1, versions), addressOfNode(name), 0);
  // Empties the queue: the recording has no piggybacked messages.
  if (item.name.startsWith('target suspected')) core.receive(suspectMessage('n2', 'n3'), addressOfNode('n3'), 0);
  while (core.queued > 0) core.receive(fromHex('0081a55365714e6f01'), addressOfNode('n3'), 0);
  for (let i = 0; i < item.scoreBefore; i += 1) core.receive(suspectMessage('n1', 'n3', i + 1), addressOfNode('n3'), 0);
  while (core.queued > 0) core.receive(fromHex('0081a55365714e6f01'), addressOfNode('n3'), 0);
  core.take();
  assert.equal(core.healthScore, item.scoreBefore);

  const script = new Script();
  const sent: Sent[] = [];
  const changes: object[] = [];
  let startMs = -1;
  let score: number = item.scoreBefore;
  let isOther = false;
  const first = core.nextMs ?? 0;
  const observe = (nowMs: number) => {
    const output = core.take();
    for (const packet of output.packets) {
      const to = nodeAt(packet);
      if (startMs < 0) startMs = nowMs;
      const tMs = Math.round((nowMs - startMs) / 10) * 10;
      if (tMs >= item.windowMs - 60 && tMs > 0) continue;
      for (const message of messagesOf(packet)) {
        if (message.type === 'user') continue;
        sent.push({ send: message.type, tMs, to, message: { ...message.body } });
        if (message.type === 'ping') {
          if (to !== 'n2') isOther = true;
          const { SeqNo } = message.body;
          const answer = encode(ack, { SeqNo, Payload: null }, ACK);
          if (item.n2AckAfterMs > 0) {
            script.at(nowMs + item.n2AckAfterMs, () => core.receive(answer, packet.to, nowMs + item.n2AckAfterMs));
          }
        }
        if (message.type === 'indirectPing') {
          const { SeqNo, Nack } = message.body;
          const does = item.relays?.[to];
          if (does === 'forward') {
            const answer = encode(ack, { SeqNo, Payload: null }, ACK);
            script.at(nowMs + 50, () => core.receive(answer, packet.to, nowMs + 50));
          } else if (does === 'nack' && Nack) {
            const answer = encode(nack, { SeqNo }, NACK);
            script.at(nowMs + 150, () => core.receive(answer, packet.to, nowMs + 150));
          }
        }
      }
    }
    for (const request of output.streams) {
      if (request.kind !== 'ping' || isOther) continue;
      assert.equal(request.name, 'n2');
      assert.equal(request.deadlineMs, startMs + 400 * (item.scoreBefore + 1));
      if (item.streamPing === 'ack') script.at(nowMs + 20, () => core.streamPingAnswered(request.seqNo));
    }
    if (core.healthScore !== score) {
      score = core.healthScore;
      changes.push({ score, tMs: Math.round((nowMs - startMs) / 10) * 10 });
    }
  };
  script.play(rig, first + item.windowMs - 1, observe);
  return isOther ? null : { sent, changes, after: core.node('n2')?.state ?? 'gone' };
}

function key({ send, tMs, to }: Sent): string {
  return `${send} ${tMs} ${to}`;
}

for (const item of probes) {
  test(`a probe: ${item.name}`, () => {
    const wanted = item.sent.map(key).sort();
    for (let seed = 1; seed < 500; seed += 1) {
      const run = runProbe(item, seed);
      if (run === null || run.sent.map(key).sort().join() !== wanted.join()) continue;
      for (const sent of run.sent) {
        const recorded = item.sent.find((other) => key(other) === key(sent));
        const SeqNo = 'SeqNo' in sent.message ? { SeqNo: 'first' } : {};
        assert.deepEqual({ ...sent.message, ...SeqNo }, recorded?.message);
      }
      assert.deepEqual(run.changes, item.scoreChanges);
      assert.equal(run.after, item.n2After);
      return;
    }
    assert.fail(`no seed sends ${wanted.join()}; seed 1: ${JSON.stringify(runProbe(item, 1))}`);
  });
}

for (const item of relays) {
  test(`a relay: ${item.name}`, () => {
    const rig = coreOf([], { ...TIMES, probeIntervalMs: 1e9 });
    const { core } = rig;
    while (core.queued > 0) core.receive(fromHex('0081a55365714e6f01'), addressOfNode('n9'), 0);
    core.take();
    const script = new Script();
    const sent: object[] = [];
    const [ip = '', port] = item.from.split(':');
    const from = { ip: Uint8Array.from(ip.split('.').map(Number)), port: Number(port) };
    script.at(1000, () => core.receive(fromHex(item.hex), from, 1000));
    if (item.targetAckAfterMs > 0) {
      const nowMs = 1000 + item.targetAckAfterMs;
      script.at(nowMs, () => core.receive(encode(ack, { SeqNo: 1, Payload: Buffer.from('x') }, ACK), from, nowMs));
    }
    script.play(rig, 2000, (nowMs) => {
      for (const packet of core.take().packets) {
        const [message] = messagesOf(packet);
        sent.push({
          send: message?.type,
          tMs: nowMs - 1000,
          to: addressText(packet.to),
          hex: toHex(packet.message),
        });
      }
    });
    assert.deepEqual(
      sent,
      item.sent.map(({ send, tMs, to, hex }) => ({ send, tMs, to, hex })),
    );
  });
}

for (const item of suspicions) {
  test(item.name, () => {
    const names = Array.from({ length: item.nodes - 1 }, (_, i) => `n${i + 2}`);
    const rig = coreOf(names, { probeIntervalMs: item.probeIntervalMs, pushPullIntervalMs: 0, mostNodes: 100 });
    const { core } = rig;
    // Nobody is probed: every other member answers through the script before the timeout.
    const script = new Script();
    const startMs = 1000;
    for (const { suspectFrom, tMs } of item.received) {
      script.at(startMs + tMs, () => {
        core.receive(suspectMessage('n2', suspectFrom), addressOfNode(suspectFrom), startMs + tMs);
      });
    }
    let deadAtMs = -1;
    let body: object = {};
    script.play(rig, startMs + 4000, (nowMs) => {
      const output = core.take();
      for (const packet of output.packets) {
        for (const message of messagesOf(packet)) {
          if (message.type === 'dead') body = message.body;
          if (message.type !== 'ping') continue;
          // Also for n2: somebody else suspects it, and its refutation is held back.
          const answer = encode(ack, { SeqNo: message.body.SeqNo, Payload: null }, ACK);
          script.at(nowMs + 1, () => core.receive(answer, packet.to, nowMs + 1));
        }
      }
      for (const event of output.events) {
        if (event.kind === 'leave' && deadAtMs < 0) deadAtMs = nowMs - startMs;
      }
    });
    assert.equal(Math.round(deadAtMs / 10) * 10, item.deadAtMs);
    assert.deepEqual(body, item.dead);
    assert.equal(core.node('n2')?.state, 'dead');
  });
}

test('with two members, some ticks probe nobody; with one alive of many dead, it is still found', () => {
  const rig = coreOf(['n2', 'n3', 'n4', 'n5'], { ...TIMES, probeIntervalMs: 100, gossipToTheDeadMs: 1e9 });
  const { core } = rig;
  for (const name of ['n3', 'n4', 'n5']) core.receive(deadMessage(name, 'n2'), addressOfNode('n2'), 0);
  core.take();
  const script = new Script();
  let pings = 0;
  script.play(rig, 10_000, (nowMs) => {
    for (const packet of core.take().packets) {
      for (const message of messagesOf(packet)) {
        if (message.type !== 'ping') continue;
        assert.equal(nodeAt(packet), 'n2');
        pings += 1;
        const answer = encode(ack, { SeqNo: message.body.SeqNo, Payload: null }, ACK);
        script.at(nowMs + 1, () => core.receive(answer, packet.to, nowMs + 1));
      }
    }
  });
  assert.ok(pings > 30 && pings < 95, `${pings} pings`);
  assert.equal(core.healthScore, 0);
});

test('an ack in time tells the round trip and brings the payload; one through a relay does not', () => {
  const rig = coreOf(['n2'], { ...TIMES, indirectChecks: 0 });
  const { core } = rig;
  const pingOf = (outputs: readonly { readonly packets: readonly OutgoingPacket[] }[]) =>
    outputs
      .flatMap(({ packets }) => packets)
      .flatMap(messagesOf)
      .find((message) => message.type === 'ping');
  const answered = (delayMs: number) => {
    for (;;) {
      const startMs = core.nextMs ?? 0;
      const found = pingOf(rig.runUntil(startMs));
      if (found?.type !== 'ping') continue;
      rig.runUntil(startMs + delayMs - 1);
      const { SeqNo } = found.body;
      const payload = Uint8Array.of(1, 2);
      core.receive(encode(ack, { SeqNo, Payload: payload }, ACK), addressOfNode('n2'), startMs + delayMs);
      return core.take().events.filter((event) => event.kind === 'roundTrip');
    }
  };
  const [event, ...more] = answered(37);
  assert.ok(event?.kind === 'roundTrip' && more.length === 0);
  assert.equal(event.roundTripMs, 37);
  assert.deepEqual(event.payload, Uint8Array.of(1, 2));
  assert.equal(event.node.name, 'n2');
  assert.deepEqual(answered(200), []);
  assert.equal(core.node('n2')?.state, 'alive');
});

test('a ping that cannot be written: others are asked at once, and success does not improve the score', () => {
  const rig = coreOf(['n2', 'n3'], TIMES);
  const { core } = rig;
  core.receive(suspectMessage('n1', 'n3'), addressOfNode('n3'), 0);
  assert.equal(core.healthScore, 1);
  core.take();
  const startMs = core.nextMs ?? 0;
  core.tick(startMs);
  const [direct] = core.take().packets;
  assert.ok(direct?.probe !== undefined && direct.probe !== null);
  core.packetFailed(direct.probe);
  const [indirect] = core.take().packets;
  assert.equal(indirect === undefined ? null : messagesOf(indirect)[0]?.type, 'indirectPing');
  core.receive(encode(ack, { SeqNo: direct.probe, Payload: null }, ACK), addressOfNode('n3'), startMs + 20);
  assert.equal(core.healthScore, 1);
  // It has ended: reporting the failure again does nothing.
  core.packetFailed(direct.probe);
  assert.deepEqual(core.take().packets, []);
});

test('a suspected member gets the suspicion with the ping, in a packet with a checksum', () => {
  const rig = coreOf(['n2', 'n3', 'n4'], TIMES);
  const { core } = rig;
  core.receive(suspectMessage('n2', 'n3'), addressOfNode('n3'), 0);
  core.take();
  for (let i = 0; i < 50; i += 1) {
    const packets = rig.runUntil(core.nextMs ?? 0).flatMap((output) => output.packets);
    const direct = packets.find((packet) => packet.probe !== null && nodeAt(packet) === 'n2');
    if (direct === undefined) continue;
    assert.deepEqual(
      messagesOf(direct).map(({ type }) => type),
      ['ping', 'suspect'],
    );
    assert.equal(direct.withChecksum, VERSIONS[1] === 5);
    return;
  }
  assert.fail('n2 was never probed');
});
