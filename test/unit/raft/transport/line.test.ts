// One connection to another server: requests in a row, answers in their order, what is lost when it breaks, and how it comes back.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { logIndex, term } from '../../../../src/workers/raft/core/entry.js';
import type { Incoming } from '../../../../src/workers/raft/core/message.js';
import { encodeAnswer } from '../../../../src/workers/raft/transport/answers.js';
import { Line } from '../../../../src/workers/raft/transport/line.js';
import { encodeRequest, type Request } from '../../../../src/workers/raft/transport/requests.js';
import { waitFor } from '../../../agent-process.js';
import { OtherServer } from './other-server.js';

const SELF = { id: 'a', address: '127.0.0.1:1' };
const OTHER = { id: 'b', address: '127.0.0.1:2' };
let other: OtherServer;
let line: Line;
let nowMs: number;
let place: { host: string; port: number } | null;
let answered: Incoming[];
let troubles: (string | null)[];
let lost: number;
/** How often somebody asked where to dial. */
let dialed: number;

function heartbeat(sentMs: number): Request {
  return { kind: 'heartbeat', from: 'a', to: 'b', term: term(2), sentMs, readRound: 0 };
}

function answerTo(sentMs: number): Uint8Array {
  const answer = { from: 'b', to: 'a', term: term(2), success: true, sentMs, readRound: 0 } as const;
  return encodeAnswer({ kind: 'heartbeat-answer', ...answer }, term(2), logIndex(0), OTHER);
}

/** The first byte of a connection, and so many heartbeats. */
function sizeOf(heartbeats: number): number {
  return 1 + heartbeats * encodeRequest(heartbeat(1), SELF).byteLength;
}

beforeEach(async () => {
  other = await OtherServer.start();
  nowMs = 0;
  place = other.place;
  answered = [];
  troubles = [];
  lost = 0;
  dialed = 0;
  line = new Line({
    self: SELF,
    destination: () => {
      dialed += 1;
      return place;
    },
    answered: (message) => answered.push(message),
    troubled: (problem) => troubles.push(problem),
    encodeAppend: (request) => encodeRequest(request, SELF),
    lost: () => {
      lost += 1;
    },
    now: () => nowMs,
  });
});
afterEach(() => {
  line.close();
  other.stop();
});

function sentTimes(): number[] {
  return answered.map((message) => ('sentMs' in message ? message.sentMs : -1));
}

test('requests follow each other on one connection, and answers are those of the requests in their order', async () => {
  for (const sentMs of [1, 2, 3]) line.send(heartbeat(sentMs));
  const bytes = await other.received(0, sizeOf(3));
  assert.equal(bytes[0], 1);
  assert.deepEqual(bytes.subarray(1), Buffer.concat([1, 2, 3].map((sentMs) => encodeRequest(heartbeat(sentMs), SELF))));
  // In pieces that end anywhere.
  const answers = Buffer.concat([answerTo(1), answerTo(2), answerTo(3)]);
  for (let at = 0; at < answers.length; at += 7) other.connections[0]?.write(answers.subarray(at, at + 7));
  await waitFor(() => answered.length === 3, 'three answers');
  assert.deepEqual(sentTimes(), [1, 2, 3]);
  assert.deepEqual([other.connections.length, troubles, lost], [1, [], 0]);
});

test('who has given no answer to eight is asked no more on that connection', async () => {
  line.send(heartbeat(1));
  await other.received(0, sizeOf(1));
  other.connections[0]?.write(answerTo(1));
  await waitFor(() => answered.length === 1, 'the first answer');
  for (let i = 0; i < 10; i += 1) line.send(heartbeat(10 + i));
  await other.received(0, sizeOf(9));
  for (let i = 0; i < 8; i += 1) other.connections[0]?.write(answerTo(10 + i));
  await waitFor(() => answered.length === 9, 'eight answers');
  line.send(heartbeat(99));
  await other.received(0, sizeOf(10));
  assert.equal(other.bytes[0]?.length, sizeOf(10), 'two of the ten were not sent');
});

test('a connection that ends is told with what it lost, and the next request opens another one', async () => {
  line.send(heartbeat(1));
  await other.received(0, sizeOf(1));
  other.connections[0]?.end();
  await waitFor(() => troubles.length === 1, 'the trouble');
  assert.deepEqual([troubles, lost], [['connection closed'], 1]);
  line.send(heartbeat(2));
  await other.received(1, sizeOf(1));
  other.connections[1]?.write(answerTo(2));
  await waitFor(() => answered.length === 1 && troubles.length === 2, 'an answer on the second');
  assert.deepEqual([troubles, lost, sentTimes()], [['connection closed', null], 1, [2]]);
});

test('garbage, an answer that nobody asked for, and an error end the connection with their text', async () => {
  const wrong = [Buffer.alloc(64, 0xc1), Buffer.concat([answerTo(1), answerTo(1)])];
  for (const [at, bytes] of wrong.entries()) {
    line.send(heartbeat(1));
    await other.received(at, sizeOf(1));
    other.connections[at]?.write(bytes);
    await waitFor(() => troubles.filter((problem) => problem !== null).length === at + 1, 'the trouble');
    line.wake();
  }
  const problems = troubles.filter((problem) => problem !== null);
  assert.match(problems[0] ?? '', /\S/);
  assert.equal(problems[1], 'an answer to nothing');
});

test('nobody there: requests are lost after a while, more than four do not wait, and a word ends the pause', async () => {
  const { port } = other.place;
  place = { host: '127.0.0.1', port: 1 };
  line.send(heartbeat(1));
  await waitFor(() => troubles.length > 0, 'the refusal');
  assert.match(troubles[0] ?? '', /ECONNREFUSED/);
  nowMs = 2_000;
  for (const sentMs of [2, 3, 4, 5]) line.send(heartbeat(sentMs));
  assert.ok(lost >= 1, 'the first made room');
  const before = lost;
  place = { host: '127.0.0.1', port };
  line.wake();
  await other.received(0, sizeOf(4));
  other.connections[0]?.write(Buffer.concat([2, 3, 4, 5].map(answerTo)));
  await waitFor(() => answered.length === 4, 'what waited');
  assert.deepEqual([sentTimes(), lost], [[2, 3, 4, 5], before]);
});

test('what has waited longer than a second is not sent any more', async () => {
  const { port } = other.place;
  place = { host: '127.0.0.1', port: 1 };
  line.send(heartbeat(1));
  await waitFor(() => troubles.length > 0, 'the refusal');
  line.send(heartbeat(2));
  nowMs = 1_500;
  line.send(heartbeat(3));
  place = { host: '127.0.0.1', port };
  line.wake();
  await other.received(0, sizeOf(1));
  other.connections[0]?.write(answerTo(3));
  await waitFor(() => answered.length === 1, 'the fresh one');
  assert.deepEqual(sentTimes(), [3]);
  assert.equal(other.bytes[0]?.length, sizeOf(1));
});

test('trouble is over with the next answer, also when a word ended the pause', async () => {
  const { port } = other.place;
  place = { host: '127.0.0.1', port: 1 };
  line.send(heartbeat(1));
  await waitFor(() => troubles.length > 0, 'the refusal');
  place = { host: '127.0.0.1', port };
  line.send(heartbeat(2));
  line.wake();
  await other.received(0, sizeOf(1));
  assert.notEqual(troubles.at(-1), null, 'a connection alone says little');
  other.connections[0]?.write(answerTo(2));
  await waitFor(() => troubles.at(-1) === null, 'the end of the trouble');
});

test('who takes each connection and closes it at once is dialed after pauses that grow all the same', async (t) => {
  const openedMs: number[] = [];
  other.accepted = (socket) => {
    openedMs.push(performance.now());
    socket.destroy();
  };
  // There is always something to be asked.
  const asking = setInterval(() => line.send(heartbeat(0)), 5);
  t.after(() => clearInterval(asking));
  await waitFor(() => openedMs.length === 6, 'six connections');
  const tookMs = (openedMs[5] ?? 0) - (openedMs[0] ?? 0);
  // 20, 40, 80, 160 and 320 ms.
  assert.ok(tookMs > 550, `${Math.round(tookMs)} ms`);
  assert.ok(!troubles.includes(null), 'one trouble, not one a connection');
});

test('who has moved is dialed where it is now, without a pause for what it was like where it was', async () => {
  const { port } = other.place;
  // Nothing comes back from there.
  place = { host: '192.0.2.1', port: 9 };
  line.send(heartbeat(1));
  place = { host: '127.0.0.1', port };
  line.moved();
  assert.equal(dialed, 2, 'at once');
  await other.received(0, sizeOf(1));
  line.send(heartbeat(2));
  await other.received(0, sizeOf(2));
  const second = await OtherServer.start();
  place = second.place;
  line.moved();
  assert.equal(lost, 1, 'what waited for an answer');
  line.send(heartbeat(3));
  assert.equal(dialed, 3);
  await second.received(0, sizeOf(1));
  assert.deepEqual([second.bytes[0]?.length, troubles], [sizeOf(1), []]);
  second.stop();
});

test('an unknown place loses the request at once; after the end nothing is sent', async () => {
  place = null;
  line.send(heartbeat(1));
  assert.equal(lost, 1);
  place = other.place;
  line.close();
  line.send(heartbeat(2));
  assert.deepEqual([other.connections.length, lost], [0, 1]);
});
