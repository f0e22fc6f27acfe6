// The way to another server (spec/rpc.md, section 2, "Pool"): over a real connection, with methods that answer when they are
// told to.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { DeadlineQueue, deadlines } from '../../../../../src/deadlines/deadline-queue.js';
import type { CallOutcome } from '../../../../../src/workers/state/rpc/pool/call.js';
import { RpcPool } from '../../../../../src/workers/state/rpc/pool/pool.js';
import type { RpcReply } from '../../../../../src/workers/state/rpc/server/method.js';
import { RequestStream } from '../../../../../src/workers/state/rpc/server/request-stream.js';
import { YamuxConnection } from '../../../../../src/workers/state/rpc/yamux/connection.js';
import type { YamuxStream } from '../../../../../src/workers/state/rpc/yamux/stream.js';
import { waitFor } from '../../../../agent-process.js';
import { serverParts } from './server-parts.js';

const BODY = Uint8Array.of(0x80);
const open: RpcReply[] = [];
const connections: YamuxConnection[] = [];
const parts = serverParts(open);
const server = net.createServer((socket) => {
  socket.once('data', (chunk: Buffer) => {
    const listener = {
      opened: (stream: YamuxStream, from: YamuxConnection) => new RequestStream(stream, from, parts),
      accepted: () => {},
      closed: () => {},
    };
    connections.push(new YamuxConnection(socket, false, listener, chunk.subarray(1)));
  });
});
const IDLE_MS = 120_000;
let nowMs = 0;
/** Time passes only when a test says so. */
const queue = new DeadlineQueue(() => nowMs);
const pool = new RpcPool({ idleMs: IDLE_MS, queue });
let address = '';

before(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
});
after(() => {
  pool.close();
  server.close();
});

function calls(count: number): Promise<readonly CallOutcome[]> {
  return Promise.all(
    Array.from(
      { length: count },
      () => new Promise<CallOutcome>((resolve) => pool.call(address, 'Test.Wait', BODY, 20_000, resolve)),
    ),
  );
}

test('calls beyond the streams that may be opened at once wait until the others are accepted', async () => {
  const COUNT = 1000;
  for (const round of ['while it is dialed', 'on the connection that there is']) {
    const outcomes = calls(COUNT);
    await waitFor(() => open.length === COUNT, `all calls to be under way ${round}`);
    for (const reply of open.splice(0)) reply.answered(BODY);
    assert.deepEqual(
      (await outcomes).filter(({ ok }) => !ok),
      [],
    );
  }
  assert.equal(connections.length, 1);
});

test('those that wait for a stream are told when the connection is lost, and the next call dials anew', async () => {
  const outcomes = calls(1000);
  connections[0]?.close('the end');
  const kinds = new Set((await outcomes).map((outcome) => (outcome.ok ? 'ok' : outcome.kind)));
  assert.deepEqual([...kinds].sort(), ['lost', 'unsent']);
  const next = calls(1);
  await waitFor(() => open.length > 0, 'the call');
  for (const reply of open.splice(0)) reply.answered(BODY);
  assert.deepEqual(
    (await next).map(({ ok }) => ok),
    [true],
  );
});

/** Whatever is due after so long has happened. */
async function passes(ms: number): Promise<void> {
  nowMs += ms;
  await new Promise<void>((over) => {
    queue.add({ dueMs: nowMs, slot: -1, order: 0, expire: over });
    // The queue's timer runs by another clock: one that is long due makes it look at once.
    queue.add({ dueMs: -1, slot: -1, order: 0, expire: () => {} });
  });
}

async function answer(asked: Promise<readonly CallOutcome[]>): Promise<void> {
  await waitFor(() => open.length > 0, 'the call');
  for (const reply of open.splice(0)) reply.answered(BODY);
  assert.deepEqual(
    (await asked).map(({ ok }) => ok),
    [true],
  );
}

const live = () => connections.filter((connection) => !connection.isClosing).length;

test('a connection is closed when nothing was asked on it for a while, and not while something is', async () => {
  await answer(calls(1));
  assert.equal(live(), 1);
  const dialed = connections.length;
  await passes(IDLE_MS - 1);
  await answer(calls(1));
  await passes(IDLE_MS - 1);
  const late = calls(1);
  await waitFor(() => open.length > 0, 'the call');
  await passes(10 * IDLE_MS);
  await answer(late);
  assert.equal(connections.length, dialed, 'all of them over the same one');
  await passes(IDLE_MS);
  await waitFor(() => live() === 0, 'the other side to hear of it');
  assert.equal(queue.size, 0);
  await answer(calls(1));
  assert.deepEqual([live(), connections.length], [1, dialed + 1]);
});

test('when the agent stops only what waits for a change is given up', async () => {
  const [soon, late] = [false, true].map(
    (blocks) => new Promise<CallOutcome>((resolve) => pool.call(address, 'Test.Wait', BODY, 20_000, resolve, blocks)),
  );
  await waitFor(() => open.length === 2, 'both calls');
  deadlines.expireAll();
  assert.equal((await late)?.ok, false);
  for (const reply of open.splice(0)) reply.answered(BODY);
  assert.equal((await soon)?.ok, true);
});

test('a server that can not be reached leaves nothing in the queue', async () => {
  const gone = net.createServer();
  await new Promise<void>((listening) => gone.listen(0, '127.0.0.1', listening));
  const { port } = gone.address() as net.AddressInfo;
  await new Promise((closed) => gone.close(closed));
  const waiting = queue.size;
  const outcome = await new Promise<CallOutcome>((resolve) =>
    pool.call(`127.0.0.1:${port}`, 'Test.Wait', BODY, 20_000, resolve),
  );
  assert.equal(outcome.ok, false);
  assert.equal(queue.size, waiting);
});

test('a connection that is doubted stays when the other side answers; else what is asked over it is lost', async (context) => {
  const served = calls(1);
  await waitFor(() => open.length > 0, 'the call');
  pool.doubt(address, 15_000);
  pool.doubt('127.0.0.1:1', 1);
  for (const reply of open.splice(0)) reply.answered(BODY);
  assert.ok((await served)[0]?.ok);
  // Takes connections and says nothing, as the machine of a process that is stopped.
  const sockets: net.Socket[] = [];
  const stopped = net.createServer((socket) => sockets.push(socket.resume()));
  await new Promise<void>((listening) => stopped.listen(0, '127.0.0.1', listening));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    stopped.close();
  });
  const silent = `127.0.0.1:${(stopped.address() as net.AddressInfo).port}`;
  const ask = () => new Promise<CallOutcome>((resolve) => pool.call(silent, 'Test.Wait', BODY, 60_000, resolve));
  const sinceMs = performance.now();
  const whileDialed = ask();
  pool.doubt(silent, 2_000);
  assert.equal((await whileDialed).ok, false);
  const connected = ask();
  await waitFor(() => sockets.length > 1, 'another connection');
  pool.doubt(silent, 2_000);
  assert.equal((await connected).ok, false);
  // The keepalive would take forty seconds, twice.
  assert.ok(performance.now() - sinceMs < 20_000);
});

test('an answer that lies there unread when its time is over counts', async (context) => {
  const PING = 2;
  const ACK = 2;
  const HOLD_MS = 400;
  let isAsked = false;
  let isDoubted = false;
  const sockets: net.Socket[] = [];
  // Answers the doubt, and then holds the thread up for longer than the answer may take.
  const busy = net.createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.on('data', (frame: Buffer) => {
      isAsked ||= frame.length > 1;
      if (frame[1] !== PING) return;
      isDoubted = true;
      frame.writeUInt16BE(ACK, 2);
      socket.write(frame);
      const untilMs = performance.now() + HOLD_MS;
      while (performance.now() < untilMs);
    });
  });
  await new Promise<void>((listening) => busy.listen(0, '127.0.0.1', listening));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    busy.close();
  });
  const there = `127.0.0.1:${(busy.address() as net.AddressInfo).port}`;
  let outcome: CallOutcome | undefined;
  const call = pool.call(there, 'Test.Wait', BODY, 60_000, (told) => {
    outcome = told;
  });
  await waitFor(() => isAsked, 'the call');
  pool.doubt(there, HOLD_MS / 2);
  await waitFor(() => isDoubted, 'the question');
  await new Promise((over) => setTimeout(over, HOLD_MS));
  assert.equal(outcome, undefined);
  call.cancel();
});
