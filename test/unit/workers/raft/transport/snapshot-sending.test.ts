// A snapshot on its way: all of it, no faster than it is taken, and ended by an early answer, a wrong length or a stop.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { logIndex, term } from '../../../../../src/workers/raft/core/entry.js';
import type { InstallRequest } from '../../../../../src/workers/raft/snapshot/snapshot-installer.js';
import { encodeAnswer, encodeError } from '../../../../../src/workers/raft/transport/answers.js';
import { encodeRequest } from '../../../../../src/workers/raft/transport/requests.js';
import { sendSnapshot } from '../../../../../src/workers/raft/transport/snapshot-sending.js';
import { waitFor } from '../../../../agent-process.js';
import { at, THREE } from '../one-server.js';
import { OtherServer } from './other-server.js';

const SELF = { id: 'a', address: '127.0.0.1:1' };
const POSITION = at(9, 2);
const PIECE = Buffer.alloc(64 * 1024, 7);
let other: OtherServer;
let stop: AbortController;

beforeEach(async () => {
  other = await OtherServer.start();
  stop = new AbortController();
});
afterEach(() => other.stop());

function request(size: number, bytes: AsyncIterable<Uint8Array>): InstallRequest {
  const configuration = { index: logIndex(1), term: term(1), configuration: THREE };
  const offer = { from: 'a', to: 'b', term: term(2), position: POSITION, configuration, sentMs: 5 } as const;
  return { kind: 'install', ...offer, size, bytes };
}

async function* pieces(count: number, read = { pieces: 0 }): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i += 1) {
    read.pieces += 1;
    yield PIECE;
  }
}

function send(asked: InstallRequest) {
  return sendSnapshot(asked, other.place, SELF, stop.signal);
}

/** The first byte of a connection, and the request without its snapshot. */
function headSize({ bytes: _, ...head }: InstallRequest): number {
  return 1 + encodeRequest(head, SELF).byteLength;
}

function accepted(): Uint8Array {
  const answer = { from: 'b', to: 'a', term: term(2), success: true, through: POSITION.index, sentMs: 5 } as const;
  return encodeAnswer({ kind: 'install-answer', ...answer }, term(2), logIndex(0), { id: 'b', address: '' });
}

test('the whole snapshot arrives, and the answer is handed back', async () => {
  const asked = request(3 * PIECE.length, pieces(3));
  const sending = send(asked);
  const bytes = await other.received(0, headSize(asked) + asked.size);
  assert.deepEqual(bytes.subarray(headSize(asked)), Buffer.concat([PIECE, PIECE, PIECE]));
  other.connections[0]?.write(accepted());
  const answer = await sending;
  assert.ok(answer?.kind === 'install-answer' && answer.success && answer.through === POSITION.index);
  await waitFor(() => other.connections[0]?.readableEnded === true, 'the end of the connection');
});

test('nothing more is read than the other side takes, and its early answer ends the sending', async () => {
  const read = { pieces: 0 };
  const count = 4_000;
  const asked = request(count * PIECE.length, pieces(count, read));
  const sending = send(asked);
  await waitFor(() => other.connections.length === 1, 'the connection');
  const [connection] = other.connections;
  assert.ok(connection);
  await waitFor(() => read.pieces > 0, 'the first piece');
  connection.pause();
  let before = -1;
  await waitFor(() => {
    const isStill = read.pieces === before;
    before = read.pieces;
    return isStill;
  }, 'the sender to wait');
  assert.ok(read.pieces < count, `read ${read.pieces} of ${count}`);
  connection.write(encodeError('no room', 0, term(2)));
  await assert.rejects(sending, /no room/);
  assert.ok(read.pieces < count);
});

test('a snapshot of another length than it was said to have is an error', async () => {
  await assert.rejects(send(request(PIECE.length + 1, pieces(1))), /shorter than it was/);
  await assert.rejects(send(request(PIECE.length - 1, pieces(1))), /longer than it was/);
});

test('a stop, a connection that ends and garbage end it', async () => {
  const stopped = send(request(PIECE.length, pieces(1)));
  await waitFor(() => other.connections.length === 1, 'the connection');
  stop.abort();
  await assert.rejects(stopped, /stopped|closed/);
  stop = new AbortController();
  const ended = send(request(PIECE.length, pieces(1)));
  await waitFor(() => other.connections.length === 2, 'the second connection');
  other.connections[1]?.end();
  await assert.rejects(ended, /connection closed/);
  const confused = send(request(PIECE.length, pieces(1)));
  await waitFor(() => other.connections.length === 3, 'the third connection');
  other.connections[2]?.write(Buffer.alloc(100, 0xc1));
  await assert.rejects(confused);
});
