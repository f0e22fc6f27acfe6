// The state worker's end of the raft port, against a port that the test holds the other end of.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { decodePacked, encodeCommand } from '../../../../../src/wasm/commands.js';
import { type Command, CommandType, type OpaqueCommand } from '../../../../../src/wire/commands.js';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import { SNAPSHOT_WINDOW_BYTES, type StateToRaft } from '../../../../../src/wire/raft/raft-port.js';
import { RaftClient } from '../../../../../src/workers/state/replica/raft-client.js';
import { openReplica } from '../../../../../src/workers/state/replica/replica.js';
import { waitFor } from '../../../../agent-process.js';

function set(key: string): Command {
  return {
    type: CommandType.kvs,
    body: {
      Datacenter: 'dc1',
      Token: '',
      Op: 'set',
      DirEnt: {
        Key: key,
        Value: Buffer.from('v'),
        Flags: 0,
        Session: '',
        LockIndex: 0,
        CreateIndex: 0,
        ModifyIndex: 0,
      },
    },
  };
}

let raft: MessagePort;
let client: RaftClient;
let leadership: Leadership;
let applied: [number, string][];
let flushes: number;
let fatal: string[];
let snapshotChunks: Uint8Array<ArrayBuffer>[];

function keyOf(command: Command | OpaqueCommand): string {
  return command.type === CommandType.kvs ? command.body.DirEnt.Key : String(command.type);
}

beforeEach(() => {
  const { port1, port2 } = new MessageChannel();
  raft = port1;
  leadership = new Leadership();
  leadership.setRole(Role.leader, 2, true);
  applied = [];
  flushes = 0;
  fatal = [];
  snapshotChunks = [];
  client = new RaftClient(
    port2,
    leadership,
    {
      apply: (index, command) => {
        if (keyOf(command) === 'bad') throw new Error('not to be applied');
        applied.push([index, keyOf(command)]);
        return { kind: 'nil' };
      },
      applyExtended: () => {},
      advance: () => {},
      flush: () => {
        flushes += 1;
      },
      snapshot: () => ({ index: 9, next: () => snapshotChunks.shift() ?? null }),
      restoreBegin: () => {},
      restoreChunk: () => {},
      restoreEnd: () => {},
    },
    { started: () => {}, role: () => {}, fatal: (text) => fatal.push(text) },
    40,
  );
});

afterEach(() => raft.close());

async function next(): Promise<StateToRaft> {
  const [message] = (await once(raft, 'message')) as [StateToRaft];
  return message;
}

test('commands of one turn travel in one batch, and are applied in order when it is committed', async () => {
  const outcomes = Promise.all(['a', 'b', 'c'].map((key) => client.propose(set(key))));
  const message = await next();
  assert.ok(message.kind === 'propose');
  assert.equal(message.count, 3);
  assert.deepEqual(decodePacked(message.entries).map(keyOf), ['a', 'b', 'c']);
  assert.deepEqual(applied, []);
  raft.postMessage({ kind: 'committed-own', batch: message.batch, firstIndex: 7, count: 3, term: 2 });
  assert.deepEqual(
    (await outcomes).map((outcome) => outcome.ok && outcome.index),
    [7, 8, 9],
  );
  assert.deepEqual(applied, [
    [7, 'a'],
    [8, 'b'],
    [9, 'c'],
  ]);
  assert.equal(flushes, 1);
});

test('what was proposed before a flush sets out with it, what comes after it at the end of the turn', async () => {
  const post = client.propose(set('a'));
  client.flush();
  const first = receiveMessageOnPort(raft)?.message as StateToRaft | undefined;
  assert.equal(first?.kind === 'propose' ? first.count : 0, 1);
  client.flush();
  assert.equal(receiveMessageOnPort(raft), undefined);
  const later = client.propose(set('b'));
  const second = await next();
  assert.equal(second.kind === 'propose' ? second.count : 0, 1);
  raft.postMessage({ kind: 'committed-own', batch: 1, firstIndex: 5, count: 1, term: 2 });
  raft.postMessage({ kind: 'committed-own', batch: 2, firstIndex: 6, count: 1, term: 2 });
  assert.equal((await post).ok, true);
  assert.equal((await later).ok, true);
  assert.deepEqual(applied, [
    [5, 'a'],
    [6, 'b'],
  ]);
});

test('a batch of which only a part was committed refuses the rest', async () => {
  const outcomes = Promise.all(['a', 'b'].map((key) => client.propose(set(key))));
  const message = await next();
  assert.ok(message.kind === 'propose');
  raft.postMessage({ kind: 'committed-own', batch: message.batch, firstIndex: 7, count: 1, term: 2 });
  raft.postMessage({ kind: 'rejected', batch: message.batch, count: 1, reason: { code: 'leadership-lost' } });
  assert.deepEqual(await outcomes, [
    { ok: true, index: 7, result: { kind: 'nil' } },
    { ok: false, code: 'leadership-lost' },
  ]);
});

test('a batch that is committed after it was answered is fatal: the state would lack it', async () => {
  const outcome = client.propose(set('a'));
  const message = await next();
  assert.ok(message.kind === 'propose');
  raft.postMessage({ kind: 'rejected', batch: message.batch, count: 1, reason: { code: 'leadership-lost' } });
  assert.deepEqual(await outcome, { ok: false, code: 'leadership-lost' });
  raft.postMessage({ kind: 'committed-own', batch: message.batch, firstIndex: 7, count: 1, term: 2 });
  const reached = client.barrier();
  const question = await next();
  assert.ok(question.kind === 'barrier');
  raft.postMessage({ kind: 'barrier-reached', request: question.request, index: 0 });
  assert.equal(await reached, false, 'nor is a barrier reached whose term ended');
  assert.match(fatal.join(), /answered before/);
  assert.deepEqual(applied, []);
});

test('without a leader a command waits, goes out when one is elected, and gives up at the hold time', async () => {
  leadership.setRole(Role.candidate, 3, false);
  assert.deepEqual(await client.propose(set('late')), { ok: false, code: 'no-leader' });
  const waiting = client.propose(set('soon'));
  leadership.setRole(Role.leader, 3, true);
  raft.postMessage({ kind: 'role', role: 'leader', term: 3, leaderAddress: 'x', leaderId: 'y' });
  const message = await next();
  assert.ok(message.kind === 'propose');
  raft.postMessage({ kind: 'committed-own', batch: message.batch, firstIndex: 4, count: 1, term: 3 });
  assert.equal((await waiting).ok, true);
});

/** What a command is answered in the turn that it is proposed in; null when it waits. */
function answeredAtOnce(key: string): Promise<unknown> {
  return Promise.race([client.propose(set(key)), Promise.resolve(null)]);
}

function fill(count: number): Promise<unknown>[] {
  return Array.from({ length: count }, () => client.propose(set('k')));
}

test('beyond 65,536 commands that wait for the log, further ones are refused until some are through', async () => {
  const batches: { batch: number; count: number }[] = [];
  raft.on('message', (message: StateToRaft) => {
    if (message.kind === 'propose') batches.push(message);
  });
  const [oldest] = fill(65_536);
  assert.deepEqual(await answeredAtOnce('one too many'), { ok: false, code: 'queue-full' });
  while (batches.reduce((sum, { count }) => sum + count, 0) < 65_536) await once(raft, 'message');
  const [first, second] = batches;
  assert.ok(first !== undefined && second !== undefined, 'a batch of a few MiB is sent at once');

  raft.postMessage({ kind: 'rejected', batch: first.batch, count: first.count, reason: { code: 'leadership-lost' } });
  assert.deepEqual(await oldest, { ok: false, code: 'leadership-lost' });
  assert.equal(await answeredAtOnce('fits again'), null);
  fill(first.count - 1);
  assert.deepEqual(await answeredAtOnce('one too many'), { ok: false, code: 'queue-full' });

  raft.postMessage({ kind: 'committed-own', batch: second.batch, firstIndex: 7, count: second.count, term: 2 });
  raft.postMessage({ kind: 'barrier-reached', request: 1, index: 8 });
  await client.barrier();
  assert.equal(applied.length, second.count, 'what was refused is not in it');
  assert.equal(await answeredAtOnce('fits again'), null);
});

test('of commands that wait for a leader no more are held either', async () => {
  leadership.setRole(Role.candidate, 3, false);
  // More than may wait: a machine that stands still in the middle ends the waiting of some.
  const held = fill(66_000);
  assert.deepEqual(await answeredAtOnce('one too many'), { ok: false, code: 'no-leader' });
  client.stop();
  await Promise.all(held);
});

test('who asks for a leader hears of one at once, when it is elected, or at the hold time that there is none', async () => {
  leadership.setUnboundedLease(true);
  const now = () => performance.now();
  assert.equal(await client.awaitLeader(now()), null);
  leadership.setRole(Role.candidate, 3, false);
  assert.equal(await client.awaitLeader(now()), 'no-leader');
  const waiting = client.awaitLeader(now());
  leadership.setRole(Role.leader, 3, true);
  raft.postMessage({ kind: 'role', role: 'leader', term: 3, leaderAddress: 'x', leaderId: 'y' });
  assert.equal(await waiting, null);
  leadership.setRole(Role.candidate, 4, false);
  const late = client.awaitLeader(now());
  client.stop();
  assert.equal(await late, 'stopping');
});

test('what recovery brings back is decoded, applied at its indexes, and credited', async () => {
  const packed = [set('x'), set('y')].map((command) => encodeCommand(command));
  const bytes = Buffer.concat(
    packed.map((command) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(command.length);
      return Buffer.concat([length, command]);
    }),
  );
  const entries = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const message = { kind: 'committed', indexes: Float64Array.of(3, 5), through: 6, term: 2, entries } as const;
  raft.postMessage({ ...message, isAnswered: false });
  raft.postMessage({ ...message, indexes: Float64Array.of(7, 8), through: 9, isAnswered: true });
  assert.deepEqual(await next(), { kind: 'applied', index: 9, bytes: 2 * bytes.length });
  raft.postMessage({ ...message, indexes: Float64Array.of(10, 11), through: 11, isAnswered: true });
  assert.deepEqual(await next(), { kind: 'applied', index: 11, bytes: bytes.length });
  assert.deepEqual(applied, [
    [3, 'x'],
    [5, 'y'],
    [7, 'x'],
    [8, 'y'],
    [10, 'x'],
    [11, 'y'],
  ]);
});

test('an entry that cannot be applied is fatal', async () => {
  const outcome = client.propose(set('bad'));
  const message = await next();
  assert.ok(message.kind === 'propose');
  raft.postMessage({ kind: 'committed-own', batch: message.batch, firstIndex: 7, count: 1, term: 2 });
  assert.deepEqual(await outcome, { ok: false, code: 'leadership-lost' });
  assert.match(fatal.join(), /not to be applied/);
});

test('a snapshot is sent within its credit', async () => {
  const half = SNAPSHOT_WINDOW_BYTES / 2;
  snapshotChunks = Array.from({ length: 4 }, () => new Uint8Array(half));
  const seen: string[] = [];
  raft.on('message', (message: StateToRaft) => seen.push(message.kind));
  raft.postMessage({ kind: 'take-snapshot', request: 5 });
  // A barrier behind it shows that everything that may be sent was sent.
  raft.postMessage({ kind: 'barrier-reached', request: 1, index: 1 });
  await client.barrier();
  await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(() => setImmediate(resolve)))));
  const chunks = () => seen.filter((kind) => kind === 'snapshot-chunk').length;
  assert.ok(chunks() <= 2, `${chunks()} chunks without credit`);
  raft.postMessage({ kind: 'snapshot-credit', request: 5, bytes: SNAPSHOT_WINDOW_BYTES });
  raft.postMessage({ kind: 'snapshot-credit', request: 5, bytes: SNAPSHOT_WINDOW_BYTES });
  while (!seen.includes('snapshot-end')) await once(raft, 'message');
  assert.equal(chunks(), 4);
});

test('only so many commands wait for the log; room comes with each answer', async () => {
  const MOST = 65_536;
  const sent: StateToRaft[] = [];
  raft.on('message', (message: StateToRaft) => sent.push(message));
  const outcomes = Array.from({ length: MOST }, () => client.propose(set('k')));
  assert.deepEqual(await client.propose(set('one too many')), { ok: false, code: 'queue-full' });
  const count = (): number => sent.reduce((sum, message) => sum + (message.kind === 'propose' ? message.count : 0), 0);
  while (count() < MOST) await once(raft, 'message');
  const [first] = sent;
  assert.ok(first?.kind === 'propose');
  raft.postMessage({ kind: 'committed-own', batch: first.batch, firstIndex: 1, count: 1, term: 2 });
  await outcomes[0];
  let isRefused = false;
  void client.propose(set('fits')).then(() => {
    isRefused = true;
  });
  assert.deepEqual(await client.propose(set('one too many')), { ok: false, code: 'queue-full' });
  assert.equal(isRefused, false);
  while (count() < MOST + 1) await once(raft, 'message');
});

test('once stopping, nothing new is taken', async () => {
  client.stop();
  assert.deepEqual(await client.propose(set('a')), { ok: false, code: 'stopping' });
});

test('a log entry of an unknown type stops the server', async () => {
  const { port1, port2 } = new MessageChannel();
  const problems: string[] = [];
  const events = { started: () => {}, role: () => {}, fatal: (text: string) => problems.push(text) };
  const logger = new Logger('agent', new LogSink('error', () => {}));
  openReplica({ port: port2, leadership: new Leadership().buffer }, events, 10, logger, new Metrics());
  const entry = Buffer.from([0x03, 0, 0, 0, 0x3f, 0x81, 0xc0]);
  const entries = entry.buffer.slice(entry.byteOffset, entry.byteOffset + entry.length);
  port1.postMessage({
    kind: 'committed',
    indexes: Float64Array.of(12),
    through: 12,
    term: 2,
    entries,
    isAnswered: true,
  });
  await waitFor(() => problems.length > 0, 'the server to give up');
  port1.close();
  assert.match(problems.join(), /log entry 12 is of an unknown type/);
});
