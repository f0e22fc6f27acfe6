// What the DNS listeners hold askers to: connections, replies that nobody fetches, replies that the system doesn't take.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { DescriptorReserve } from '../../../src/observe/descriptor-reserve.js';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import type { Responds } from '../../../src/workers/state/dns/response.js';
import { listenTcp, type TcpLimits } from '../../../src/workers/state/dns/tcp.js';
import { listenUdp } from '../../../src/workers/state/dns/udp.js';
import { waitFor } from '../../agent-process.js';

/** Answers every question with `bytes` zeros behind its ID. */
class Answering implements Responds {
  asked = 0;
  readonly #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  respond(packet: Buffer): { readonly bytes: Buffer; readonly zone: 'none'; readonly type: number } {
    this.asked += 1;
    const bytes = Buffer.alloc(this.#bytes);
    packet.copy(bytes, 0, 0, 2);
    return { bytes, zone: 'none', type: 0 };
  }
}

function question(id: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16BE(id, 0);
  return bytes;
}

function framed(id: number): Buffer {
  return Buffer.concat([Buffer.of(0, 12), question(id)]);
}

const ROOMY: TcpLimits = {
  connections: 100,
  connectionsPerClient: 100,
  questions: 100_000,
  unsentBytes: 256 * 1024,
};

async function listen(t: TestContext, responder: Responds, limits: Partial<TcpLimits>): Promise<number> {
  const descriptors = new DescriptorReserve('dns', new Logger('agent', new LogSink('error', () => {})));
  const all = { ...ROOMY, ...limits };
  const listener = await listenTcp('127.0.0.1', 0, responder, () => {}, descriptors, all);
  t.after(() => listener.close());
  return listener.port;
}

/** Asks on a connection that stays; null when the server closes it without an answer. */
async function ask(socket: net.Socket): Promise<Buffer | null> {
  socket.write(framed(7));
  const [reply] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean];
  return Buffer.isBuffer(reply) ? reply : null;
}

function connect(t: TestContext, port: number, localAddress = '127.0.0.1'): net.Socket {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

test('one TCP connection too many is closed, and a place that is free again is given away', async (t) => {
  const port = await listen(t, new Answering(20), { connections: 3 });
  const sockets = [connect(t, port), connect(t, port), connect(t, port)];
  for (const socket of sockets) assert.notEqual(await ask(socket), null);
  assert.equal(await ask(connect(t, port)), null);
  for (const socket of sockets) assert.notEqual(await ask(socket), null, 'the others are served on');
  sockets[0]?.destroy();
  await waitFor(async () => (await ask(connect(t, port))) !== null, 'the place to be free');
});

test('a client has its own number of TCP connections, however many are free', async (t) => {
  const port = await listen(t, new Answering(20), { connectionsPerClient: 2 });
  const sockets = [connect(t, port), connect(t, port)];
  for (const socket of sockets) assert.notEqual(await ask(socket), null);
  assert.equal(await ask(connect(t, port)), null);
  assert.notEqual(await ask(connect(t, port, '127.0.0.2')), null, 'another client is served');
  sockets[0]?.destroy();
  await waitFor(async () => (await ask(connect(t, port))) !== null, 'the place to be free');
});

test('an asker that reads no replies is not read from, and goes on where it stopped once it reads', async (t) => {
  const answering = new Answering(60_000);
  const port = await listen(t, answering, {});
  const socket = connect(t, port);
  socket.pause();
  const questions = 500;
  socket.write(Buffer.concat(Array.from({ length: questions }, (_, id) => framed(id))));
  await waitFor(() => answering.asked > 0, 'the first question to arrive');
  const before = answering.asked;
  assert.notEqual(await ask(connect(t, port)), null, 'others are served meanwhile');
  // The system holds some megabytes of the 30, we a quarter of one.
  assert.ok(
    answering.asked < questions,
    `${before} and then ${answering.asked} of ${questions} answered into the blue`,
  );
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  socket.resume();
  await waitFor(() => received === questions * 60_002, 'all replies', 30_000);
  assert.equal(answering.asked, questions + 1);
});

test('a connection ends behind its last question', async (t) => {
  const answering = new Answering(20);
  const port = await listen(t, answering, { questions: 5 });
  const socket = connect(t, port);
  socket.resume();
  socket.write(Buffer.concat(Array.from({ length: 9 }, (_, id) => framed(id))));
  await once(socket, 'end');
  assert.equal(socket.bytesRead, 5 * 22);
  assert.equal(answering.asked, 5);
});

test('a UDP reply is dropped while the system holds 8 MiB of others', async (t) => {
  let queued = 8 * 1024 * 1024 + 1;
  // No loopback is slow enough to let replies queue up.
  t.mock.method(dgram.Socket.prototype, 'getSendQueueSize', () => queued);
  const answering = new Answering(20);
  const listener = await listenUdp('127.0.0.1', 0, answering, () => {});
  t.after(() => listener.close());
  const socket = dgram.createSocket('udp4');
  t.after(() => socket.close());
  const replies: number[] = [];
  socket.on('message', (reply) => replies.push(reply.readUInt16BE(0)));
  socket.send(question(1), listener.port, '127.0.0.1');
  await waitFor(() => answering.asked === 1, 'the first question');
  queued -= 1;
  socket.send(question(2), listener.port, '127.0.0.1');
  await waitFor(() => replies.length > 0, 'a reply');
  assert.deepEqual(replies, [2]);
});
