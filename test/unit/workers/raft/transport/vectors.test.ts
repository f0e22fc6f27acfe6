// Every recorded request and answer between two stock servers is read, and written again as the same bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode, encode, written } from '../../../../../src/msgpack/codec.js';
import { type Kind, textOrBinary } from '../../../../../src/msgpack/kinds.js';
import { term } from '../../../../../src/workers/raft/core/entry.js';
import { decodeAnswer } from '../../../../../src/workers/raft/transport/answers.js';
import { packEntries } from '../../../../../src/workers/raft/transport/entries.js';
import { FrameBuffer } from '../../../../../src/workers/raft/transport/frame-buffer.js';
import {
  type WireEntry,
  wireAppend,
  wireAppendAnswer,
  wireHeader,
  wireInstall,
  wireInstallAnswer,
  wirePreVote,
  wirePreVoteAnswer,
  wireVote,
  wireVoteAnswer,
} from '../../../../../src/workers/raft/transport/messages.js';
import { decodeRequest, encodeRequest } from '../../../../../src/workers/raft/transport/requests.js';
import { readJson } from '../../../../data.js';

interface Item {
  readonly typeByte: number;
  readonly rpc: string;
  readonly kind?: string;
  readonly requestHex: string;
  readonly responseHex: string | null;
  readonly responseError: string | null;
  readonly response: { readonly ID?: string | null } | null;
  readonly request: { readonly ProtocolVersion: number; readonly ID: string; readonly Addr: string };
}

type AnyKind = Kind<unknown>;
const KINDS: { readonly [rpc: string]: { readonly request: AnyKind; readonly answer: AnyKind } } = {
  AppendEntries: { request: wireAppend as AnyKind, answer: wireAppendAnswer as AnyKind },
  RequestVote: { request: wireVote as AnyKind, answer: wireVoteAnswer as AnyKind },
  RequestPreVote: { request: wirePreVote as AnyKind, answer: wirePreVoteAnswer as AnyKind },
  InstallSnapshot: { request: wireInstall as AnyKind, answer: wireInstallAnswer as AnyKind },
  TimeoutNow: { request: wireHeader as AnyKind, answer: wireHeader as AnyKind },
};
const { items } = readJson('raft/rpc.json') as { items: readonly Item[] };
const receiver = { id: 'me', term: term(1), idAt: () => null };

function kindsOf({ rpc }: Item) {
  return KINDS[rpc] ?? assert.fail(rpc);
}

function value<T>(read: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  assert.ok(read.ok);
  return read.value;
}

/** Who answered; '' where it doesn't say so. */
function answererOf({ response }: Item): string {
  return response?.ID ?? '';
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('recorded requests are read and written as the same bytes', () => {
  assert.ok(items.length > 25);
  for (const item of items) {
    const { request } = kindsOf(item);
    const read = value(decode(request, Buffer.from(item.requestHex, 'hex'), 1));
    assert.equal(hex(encode(request, read, item.typeByte)), item.requestHex);
  }
});

test('recorded answers are read and written as the same bytes', () => {
  for (const item of items) {
    if (item.responseHex === null || item.responseHex === undefined || item.response === null) continue;
    const { answer } = kindsOf(item);
    const bytes = Buffer.from(item.responseHex, 'hex');
    const error = decode(textOrBinary, bytes);
    assert.ok(error.ok);
    const read = value(decode(answer, bytes, error.next));
    const again = written((writer) => {
      writer.text(error.value);
      answer.write(writer, read);
    });
    assert.equal(hex(again), item.responseHex);
  }
});

test('what the core makes of a recorded request, and sends on, is the same request', () => {
  let seen = 0;
  for (const item of items) {
    // These are refused, or hold what no lictor server sends.
    if (item.request.ProtocolVersion !== 3 || 'note' in item) continue;
    const decoded = decodeRequest(Buffer.from(item.requestHex, 'hex'), 7, receiver);
    if (decoded.kind !== 'request') continue;
    const self = { id: item.request.ID, address: item.request.Addr };
    assert.equal(hex(encodeRequest(decoded.request, self)), item.requestHex);
    seen += 1;
  }
  assert.ok(seen >= 20, `${seen} requests`);
});

test('recorded answers are understood as answers to their requests', () => {
  const kinds = new Map<string, number>();
  for (const item of items) {
    if (item.responseHex === null || item.responseHex === undefined || item.request.ProtocolVersion !== 3) continue;
    const decoded = decodeRequest(Buffer.from(item.requestHex, 'hex'), 7, { ...receiver, id: answererOf(item) });
    if (decoded.kind !== 'request') continue;
    const answer = decodeAnswer(Buffer.from(item.responseHex, 'hex'), decoded.request);
    assert.equal(answer.kind, 'answer');
    const kind = answer.kind === 'answer' ? (answer.message?.kind ?? 'none') : '';
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  assert.deepEqual([...kinds.keys()].sort(), [
    'append-answer',
    'heartbeat-answer',
    'install-answer',
    'none',
    'pre-vote-answer',
    'vote-answer',
  ]);
});

test('an answer of another server, which has come to where the one that was asked used to be, counts for nobody', () => {
  const refused = new Set<string>();
  for (const item of items) {
    const id = answererOf(item);
    const decoded = decodeRequest(Buffer.from(item.requestHex, 'hex'), 7, receiver);
    if (id === '' || decoded.kind !== 'request') continue;
    const answer = decodeAnswer(Buffer.from(item.responseHex ?? '', 'hex'), decoded.request);
    assert.deepEqual(answer, { kind: 'garbage', problem: `an answer of ${id}` });
    refused.add(decoded.request.kind);
  }
  assert.deepEqual([...refused].sort(), ['append', 'heartbeat', 'pre-vote', 'vote']);
});

test('a request of a version that is not spoken is refused by the stock text', () => {
  const item = items.find(({ request }) => request.ProtocolVersion === 4) ?? assert.fail();
  const decoded = decodeRequest(Buffer.from(item.requestHex, 'hex'), 1, receiver);
  assert.deepEqual(decoded, { kind: 'refused', error: item.responseError, type: 1, skip: 0 });
});

test('the last term that there is is not taken: nobody could stand after it', () => {
  const heartbeat = { kind: 'heartbeat', from: 'b', to: 'me', sentMs: 1, readRound: 0 } as const;
  const asked = (of: number) => encodeRequest({ ...heartbeat, term: term(of) }, { id: 'b', address: 'b:1' });
  const decoded = decodeRequest(asked(Number.MAX_SAFE_INTEGER), 1, receiver);
  assert.ok(decoded.kind === 'garbage');
  assert.match(decoded.problem, /Term/);
  assert.equal(decodeRequest(asked(2 ** 52), 1, receiver).kind, 'request');
});

test('messages are found whole, wherever the stream is cut', () => {
  const whole = Buffer.concat(items.map(({ requestHex }) => Buffer.from(requestHex, 'hex')));
  for (const size of [1, 7, 64, 1000, whole.length]) {
    const frames = new FrameBuffer(1, 1, 1 << 20);
    const found: string[] = [];
    for (let at = 0; at < whole.length; at += size) {
      frames.push(Buffer.from(whole.subarray(at, at + size)));
      for (let message = frames.next(); message !== null; message = frames.next()) found.push(hex(message));
    }
    assert.equal(frames.problem, null);
    assert.deepEqual(
      found,
      items.map(({ requestHex }) => requestHex),
    );
  }
});

test('what is too large, has too many values or is no msgpack is refused before it is whole', () => {
  const refusals: readonly [string, string][] = [
    ['00db7fffffff', 'message is too large'],
    ['0082a16bdb7fffffff', 'message is too large'],
    ['00dd7fffffff', 'too many values'],
    [`0092${'dcffff'.padEnd(2 * 65_538, 'c0')}93`, 'too many values'],
    ['00c1', 'no msgpack'],
  ];
  for (const [bytes, problem] of refusals) {
    const frames = new FrameBuffer(1, 1, 1 << 20);
    frames.push(Buffer.from(bytes, 'hex'));
    assert.equal(frames.next(), null);
    assert.equal(frames.problem, problem);
  }
});

const DATED = Buffer.from('010000000edfb3e0f02c47fa66ffff', 'hex');

function wire(Index: number, Extensions: Uint8Array | null, AppendedAt: Uint8Array | null = DATED): WireEntry {
  return { Index, Term: 3, Type: 0, Data: Buffer.from(`data ${Index}`), Extensions, AppendedAt };
}

test('an entry with extensions has a run of its own, as has one of another time', () => {
  const beside = Buffer.from('08011802', 'hex');
  const entries = [wire(1, null), wire(2, Buffer.alloc(0)), wire(3, beside), wire(4, beside), wire(5, null)];
  const runs = packEntries([...entries, wire(6, null, null)], null);
  assert.ok(typeof runs !== 'string');
  assert.deepEqual(
    runs.map(({ firstIndex, count, extensions }) => [firstIndex, count, extensions && hex(extensions)]),
    [
      [1, 2, undefined],
      [3, 1, '08011802'],
      [4, 1, '08011802'],
      [5, 1, undefined],
      [6, 1, undefined],
    ],
  );
  assert.equal(runs[0]?.appendedAtRest?.nanoseconds, 0x2c47fa66 % 1_000_000);
  assert.equal(runs[4]?.appendedAtMs, 0);
});

const anyEntry = fc.record({
  data: fc.uint8Array({ maxLength: 40 }),
  extensions: fc.option(fc.uint8Array({ minLength: 1, maxLength: 20 })),
  seconds: fc.integer({ min: 1_600_000_000, max: 2_000_000_000 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  zone: fc.integer({ min: -720, max: 720 }),
});

test('whatever entries a leader sends leave this server as the same bytes', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 8 }), (fields) => {
      const Entries = fields.map(({ data, extensions, seconds, nanoseconds, zone }, i): WireEntry => {
        const time = Buffer.alloc(15);
        time[0] = 1;
        time.writeBigInt64BE(BigInt(seconds) + 62_135_596_800n, 1);
        time.writeUInt32BE(nanoseconds, 9);
        time.writeInt16BE(zone, 13);
        const Data = data.length === 0 ? null : data;
        return { Index: i + 5, Term: 2, Type: 0, Data, Extensions: extensions, AppendedAt: time };
      });
      const self = { id: 'leader', address: '10.0.0.1:8300' };
      const header = { ProtocolVersion: 3, ID: self.id, Addr: self.address, Term: 2, Leader: self.address };
      const sent = encode(wireAppend, { ...header, PrevLogEntry: 4, PrevLogTerm: 1, Entries, LeaderCommitIndex: 4 }, 0);
      const decoded = decodeRequest(sent, 7, receiver);
      assert.ok(decoded.kind === 'request');
      assert.equal(hex(encodeRequest(decoded.request, self)), hex(sent));
    }),
  );
});

test("a time may come as msgpack's timestamp, or as something that nobody knows", () => {
  const self = { id: 'leader', address: '10.0.0.1:8300' };
  const header = { ProtocolVersion: 3, ID: self.id, Addr: self.address, Term: 3, Leader: self.address };
  const about = { ...header, PrevLogEntry: 4, PrevLogTerm: 1, LeaderCommitIndex: 4 };
  const sent = hex(encode(wireAppend, { ...about, Entries: [wire(5, null), wire(6, null)] }, 0));
  const times: readonly [string, number, number | undefined][] = [
    ['d6ff65920080', 1_704_067_200_000, undefined],
    ['d7ff1dcd650065920080', 1_704_067_200_125, undefined],
    ['d7ff0000000c65920080', 1_704_067_200_000, 3],
    ['c70cff077359400000000065920080', 1_704_067_200_125, undefined],
    ['d6ff00000000', 0, undefined],
    ['d60565920080', 0, undefined],
    ['c703ff010203', 0, undefined],
  ];
  for (const [time, ms, nanoseconds] of times) {
    const bytes = Buffer.from(sent.replaceAll(`af${hex(DATED)}`, time), 'hex');
    const frames = new FrameBuffer(1, 1, 1 << 20);
    frames.push(bytes);
    const decoded = decodeRequest(frames.next() ?? assert.fail(time), 7, receiver);
    assert.ok(decoded.kind === 'request' && decoded.request.kind === 'append', time);
    const { runs } = decoded.request;
    assert.deepEqual([runs.length, runs[0]?.count, runs[0]?.appendedAtMs], [1, 2, ms]);
    assert.equal(runs[0]?.appendedAtRest?.nanoseconds, nanoseconds);
  }
});

const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });

test('damaged messages, cut anywhere, never throw; who finds them holds no more than came', () => {
  fc.assert(
    fc.property(fc.constantFrom(...items), mutations, fc.integer({ min: 1, max: 200 }), (item, changes, size) => {
      const bytes = Buffer.from(item.requestHex, 'hex');
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const frames = new FrameBuffer(1, 1, 1 << 20);
      for (let at = 0; at < bytes.length; at += size) {
        frames.push(Buffer.from(bytes.subarray(at, at + size)));
        for (let message = frames.next(); message !== null; message = frames.next())
          decodeRequest(message, 1, receiver);
      }
      assert.ok(frames.size <= bytes.length);
      decodeRequest(bytes, 1, receiver);
    }),
    { numRuns: 2000 },
  );
});

test('an answer that is damaged never throws', () => {
  const answered = items.filter(({ responseHex }) => (responseHex ?? '') !== '');
  fc.assert(
    fc.property(fc.constantFrom(...answered), mutations, (item, changes) => {
      const decoded = decodeRequest(Buffer.from(item.requestHex, 'hex'), 7, { ...receiver, id: answererOf(item) });
      const bytes = Buffer.from(item.responseHex ?? '', 'hex');
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      if (decoded.kind === 'request') decodeAnswer(bytes, decoded.request);
    }),
    { numRuns: 1000 },
  );
});
