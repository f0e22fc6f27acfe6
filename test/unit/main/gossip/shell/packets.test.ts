import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { Machine } from '../../../../../src/main/gossip/core/machine.js';
import { DropLog } from '../../../../../src/main/gossip/shell/drop-log.js';
import { GossipShell } from '../../../../../src/main/gossip/shell/gossip-shell.js';
import { PING } from '../../../../../src/main/gossip/wire/message-types.js';
import { ping } from '../../../../../src/main/gossip/wire/messages.js';
import { openPacket } from '../../../../../src/main/gossip/wire/packet.js';
import { readMessages } from '../../../../../src/main/gossip/wire/packet-messages.js';
import { atOnce } from '../../../../../src/main/gossip/wire/steps.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { waitFor } from '../../../../agent-process.js';
import { seeded } from '../core/rig.js';
import { protectionWith } from '../protection.js';
import { LOOPBACK, member } from './rig.js';

const SILENT = new Logger('test', new LogSink('error', () => undefined));

async function peer(t: TestContext, port: number) {
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

test('garbage is dropped, and a ping after it is answered', async (t) => {
  const a = await member(t, 'a');
  const socket = await peer(t, a.address.port);
  const random = seeded(11);
  const message = encode(ping, { SeqNo: 5, Node: 'a', SourceAddr: null, SourcePort: 0, SourceNode: '' }, PING);
  for (let i = 0; i < 300; i += 1) {
    const noise = Uint8Array.from({ length: Math.floor(random() * 1400) }, () => random() * 256);
    const damaged = Uint8Array.from(message);
    damaged[Math.floor(random() * damaged.length)] = random() * 256;
    // A damaged name or number may still be an answerable ping.
    if (i % 2 === 0) socket.send(noise);
    else if (damaged[0] !== PING) socket.send(damaged);
  }
  socket.send(message);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  const opened = openPacket(answer, protectionWith());
  assert.ok(opened.ok);
  const acks = readMessages(opened.packet).messages.filter(({ type }) => type === 'ack');
  assert.equal(acks.length, 1);
});

test('of a flood of bad packets only some are said', async (t) => {
  const a = await member(t, 'a', { protection: protectionWith({ label: Buffer.from('blue') }) });
  const socket = await peer(t, a.address.port);
  for (let i = 0; i < 100; i += 1) socket.send('?');
  await a.until(() => a.logged.filter((line) => line.includes('Dropped packet: label is not ours')).length === 10);
  const drops = new DropLog(new Logger('test', new LogSink('error', ({ message }) => lines.push(message))));
  const lines: string[] = [];
  for (let i = 0; i < 100; i += 1) drops.dropped(5000, () => 'x');
  assert.equal(lines.length, 10);
  drops.dropped(6000, () => 'y');
  assert.deepEqual(lines.slice(10), ['memberlist: 90 more packets were dropped', 'memberlist: Dropped packet: y']);
});

test('a packet to port 0, or one that is too long, fails its probe and nothing else', async (t) => {
  const failed: number[] = [];
  const { machine, calls } = recorder();
  const opened = await openWith({
    ...machine,
    packetFailed: (probe) => {
      failed.push(probe);
    },
    take: () => ({
      packets: calls.splice(0).map((_, i) => ({
        to: { ip: LOOPBACK, port: i === 0 ? 0 : 9 },
        message: Buffer.alloc(70_000),
        withChecksum: false,
        probe: i,
      })),
      streams: [],
      events: [],
    }),
  });
  t.after(() => opened.close());
  opened.run(() => calls.push('one', 'two'));
  while (failed.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(failed.sort(), [0, 1]);
});

test('a loop that was held up reads all packets before the timers run', async (t) => {
  const { machine, calls } = recorder();
  const shell = await openWith(machine);
  t.after(() => shell.close());
  const socket = await peer(t, shell.boundPort);
  const dueMs = performance.now() + 5;
  machine.nextMs = dueMs;
  shell.run(() => undefined);
  for (let i = 0; i < 150; i += 1) socket.send(Uint8Array.of(1, i));
  while (performance.now() < dueMs + 30);
  await waitFor(() => calls.includes('tick'), 'the tick');
  assert.equal(calls.indexOf('tick'), 150);
});

test('the clock is set anew when something is due earlier, and rings when it is due, not before', async (t) => {
  const { machine, calls } = recorder();
  const shell = await openWith(machine);
  t.after(() => shell.close());
  machine.nextMs = performance.now() + 60_000;
  shell.run(() => undefined);
  const dueMs = performance.now() + 20;
  machine.nextMs = dueMs;
  shell.run(() => undefined);
  await waitFor(() => calls.includes('tick'), 'the tick');
  assert.ok(performance.now() >= dueMs);
  assert.ok(machine.tickedMs >= dueMs);
});

interface Recorder extends Machine<never> {
  nextMs: number | null;
  tickedMs: number;
}

/** A machine that does nothing but note what it was called for. */
function recorder(): { readonly machine: Recorder; readonly calls: string[] } {
  const calls: string[] = [];
  const machine: Recorder = {
    nextMs: null,
    tickedMs: 0,
    tick(nowMs) {
      machine.nextMs = null;
      machine.tickedMs = nowMs;
      calls.push('tick');
    },
    receive: () => calls.push('receive'),
    receiveUser: () => undefined,
    packetFailed: () => undefined,
    streamPingAnswered: () => undefined,
    isForUs: () => true,
    revision: 0,
    ownState: (isJoin) => ({ nodeCount: 0, steps: atOnce({ isJoin, nodes: [], userState: null }) }),
    startMerge: () => ({ problem: null, step: () => false }),
    take: () => ({ packets: [], streams: [], events: [] }),
  };
  return { machine, calls };
}

async function openWith(machine: Machine<never>): Promise<GossipShell<never>> {
  const opened = await GossipShell.open<never>({
    machine,
    bindAddress: '127.0.0.1',
    bindPort: 0,
    protection: protectionWith({ isCompressing: false }),
    streamTimeoutMs: 1000,
    onEvents: () => undefined,
    logger: SILENT,
    metrics: null,
    labels: [],
  });
  assert.ok(opened.ok);
  return opened.shell;
}
