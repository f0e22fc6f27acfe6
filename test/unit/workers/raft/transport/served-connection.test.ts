// A connection of another server, with the stream and the core in the test's hands: order of answers, limits, snapshots that
// break off.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { EntryType, logIndex, singlePayload, term } from '../../../../../src/workers/raft/core/entry.js';
import type { AppendAnswer } from '../../../../../src/workers/raft/core/message.js';
import { isPacked, Packer } from '../../../../../src/workers/raft/transport/packing.js';
import { PendingAnswers } from '../../../../../src/workers/raft/transport/pending-answers.js';
import { encodeRequest, type Request } from '../../../../../src/workers/raft/transport/requests.js';
import { ServedConnection } from '../../../../../src/workers/raft/transport/served-connection.js';
import type { PeerMessage } from '../../../../../src/workers/raft/transport/transport.js';
import { UnfinishedBytes } from '../../../../../src/workers/raft/transport/unfinished-bytes.js';

const LEADER = { id: 'leader', address: '10.0.0.1:8300' };
const SELF = { id: 'self', address: '10.0.0.2:8300' };
const ABOUT = { from: LEADER.id, to: SELF.id, term: term(2), sentMs: 0 } as const;

class Served {
  readonly pending = new PendingAnswers();
  readonly received: PeerMessage[] = [];
  readonly written: Uint8Array[] = [];
  readonly logged: string[] = [];
  readonly stirs: string[] = [];
  released = 0;
  isClosed = false;
  isOver = false;
  readonly connection: ServedConnection;

  constructor(unfinished = new UnfinishedBytes()) {
    const stream = {
      remote: '10.0.0.1:5',
      write: (bytes: Uint8Array) => this.written.push(bytes),
      release: (bytes: number) => {
        this.released += bytes;
      },
      close: () => {
        this.isClosed = true;
      },
    };
    const server = {
      id: SELF.id,
      term: term(2),
      lastIndex: 0,
      idAt: () => null,
      heard: () => {},
      stirs: (from: string) => this.stirs.push(from),
      receive: (message: PeerMessage) => this.received.push(message),
      turn: () => {},
    };
    const logger = new Logger('raft', new LogSink('error', (record) => this.logged.push(JSON.stringify(record))));
    const parts = { self: SELF, server, pending: this.pending, unfinished, logger };
    this.connection = new ServedConnection(stream, parts, () => {
      this.isOver = true;
    });
  }

  /** The core answers what it received as the n-th. */
  answer(n: number, last: number): void {
    const request = this.received[n];
    assert.ok(request?.kind === 'append');
    const { sentMs } = request;
    const about = { kind: 'append-answer', from: SELF.id, to: LEADER.id, term: term(2), success: true } as const;
    const answer: AppendAnswer = {
      ...about,
      last: logIndex(last),
      through: logIndex(last),
      previous: logIndex(1),
      sentMs,
    };
    this.pending.answered(answer);
  }
}

function append(index: number, data = 'x'): Uint8Array {
  const about = { firstIndex: logIndex(index), count: 1, term: term(2), type: EntryType.command, appendedAtMs: 0 };
  const runs = [{ ...about, payload: singlePayload(Buffer.from(data)) }];
  const previous = { index: logIndex(index - 1), term: term(2) };
  const request: Request = { kind: 'append', ...ABOUT, previous, runs, commit: logIndex(1) };
  return encodeRequest(request, LEADER);
}

function install(size: number): Uint8Array {
  const server = { id: LEADER.id, address: LEADER.address, suffrage: 'voter' } as const;
  const configuration = { index: logIndex(1), configuration: { servers: [server] } };
  const position = { index: logIndex(9), term: term(2) };
  return encodeRequest({ kind: 'install', ...ABOUT, position, configuration, size }, LEADER);
}

test('answers leave in the order of the requests, whatever order the core answers in', () => {
  const served = new Served();
  served.connection.received(Buffer.concat([append(2), append(3)]));
  served.answer(1, 3);
  assert.equal(served.written.length, 0);
  served.answer(0, 2);
  assert.equal(served.written.length, 2);
  assert.ok(Buffer.from(served.written[0] ?? []).includes(Buffer.from('LastLog\x02', 'latin1')));
  assert.ok(Buffer.from(served.written[1] ?? []).includes(Buffer.from('LastLog\x03', 'latin1')));
});

test('who is at a long message is there, before it is whole', () => {
  const served = new Served();
  served.connection.received(append(2));
  assert.deepEqual(served.stirs, [], 'nobody is known to speak before the first message');
  served.connection.received(append(3, 'x'.repeat(1000)).subarray(0, 500));
  assert.deepEqual([served.stirs, served.received.length], [[LEADER.id], 1]);
});

test('beyond sixteen requests without an answer nothing is taken, and nothing given back to be sent', async () => {
  const served = new Served();
  const all = Buffer.concat(Array.from({ length: 20 }, (_, i) => append(i + 2)));
  served.connection.received(all);
  assert.equal(served.received.length, 16);
  assert.equal(served.released, 0);
  for (let i = 0; i < 16; i += 1) served.answer(i, i);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(served.received.length, 20);
  assert.equal(served.released, all.length);
});

test('packed requests are taken as plain ones; damage in one ends its connection alone', () => {
  const [served, other] = [new Served(), new Served()];
  const packed = new Packer().pack(append(2, 'text '.repeat(1000)));
  assert.ok(isPacked(packed));
  served.connection.received(Buffer.concat([packed, append(3)]));
  assert.deepEqual(
    served.received.map(({ kind }) => kind),
    ['append', 'append'],
  );
  served.answer(0, 2);
  assert.equal(served.written.length, 1);
  const damaged = Uint8Array.from(packed);
  damaged[8] = 0xff;
  served.connection.received(damaged);
  assert.deepEqual([served.isClosed, served.received.length, served.logged.length], [true, 2, 1]);
  other.connection.received(packed);
  assert.deepEqual([other.isClosed, other.received.length], [false, 1]);
});

test('what cannot be read ends the connection, with a line in the log; nothing of it reaches the core', () => {
  const served = new Served();
  served.connection.received(Uint8Array.of(9, 0x80));
  assert.deepEqual([served.isClosed, served.isOver, served.received.length, served.logged.length], [true, true, 0, 1]);
  served.connection.received(append(2));
  assert.equal(served.received.length, 0);
});

test('all connections together hold a bounded number of unfinished bytes, and give them back when they end', () => {
  const unfinished = new UnfinishedBytes();
  const begun = append(2, 'x'.repeat(60 * 1024 * 1024)).subarray(0, 50 * 1024 * 1024);
  const all = Array.from({ length: 6 }, () => new Served(unfinished));
  for (const served of all) served.connection.received(begun);
  assert.deepEqual(
    all.map(({ isClosed }) => isClosed),
    [false, false, false, false, false, true],
  );
  all[0]?.connection.ended();
  const next = new Served(unfinished);
  next.connection.received(begun);
  assert.equal(next.isClosed, false);
});

test('a snapshot comes as it is taken; one that breaks off is no whole one', async () => {
  const served = new Served();
  served.connection.received(Buffer.concat([install(8), Buffer.from('abc')]));
  const request = served.received[0];
  assert.ok(request?.kind === 'install' && 'bytes' in request);
  const bytes = request.bytes[Symbol.asyncIterator]();
  assert.equal(String(Buffer.from((await bytes.next()).value ?? [])), 'abc');
  const next = bytes.next();
  served.connection.received(Buffer.from('de'));
  assert.equal(String(Buffer.from((await next).value ?? [])), 'de');
  const broken = bytes.next();
  served.connection.ended();
  await assert.rejects(Promise.resolve(broken), /short read/);
  assert.equal(served.isOver, true);
});

test('who gives up a snapshot in the middle ends its connection; after a whole one it goes on', async () => {
  const served = new Served();
  served.connection.received(Buffer.concat([install(8), Buffer.from('abc')]));
  const given = served.received[0];
  assert.ok(given?.kind === 'install' && 'bytes' in given);
  await given.bytes[Symbol.asyncIterator]().return?.();
  assert.equal(served.isClosed, true);
  const other = new Served();
  other.connection.received(Buffer.concat([install(3), Buffer.from('abc'), append(2)]));
  const whole = other.received[0];
  assert.ok(whole?.kind === 'install' && 'bytes' in whole);
  for await (const part of whole.bytes) assert.equal(String(Buffer.from(part)), 'abc');
  assert.equal(other.received.length, 1, 'its answer comes first');
  const about = { from: SELF.id, to: LEADER.id, term: term(2), success: true, through: logIndex(9) } as const;
  other.pending.answered({ kind: 'install-answer', ...about, sentMs: whole.sentMs });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(other.received.length, 2);
});

test('who gives up a snapshot after its last byte ends its connection too: no answer will come', async () => {
  const served = new Served();
  served.connection.received(Buffer.concat([install(3), Buffer.from('abc')]));
  const given = served.received[0];
  assert.ok(given?.kind === 'install' && 'bytes' in given);
  const bytes = given.bytes[Symbol.asyncIterator]();
  assert.equal((await bytes.next()).done, false);
  await bytes.return?.();
  assert.equal(served.isClosed, true);
});
