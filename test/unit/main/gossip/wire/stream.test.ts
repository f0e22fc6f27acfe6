import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PushPullNode } from '../../../../../src/main/gossip/wire/messages.js';
import type { Protection } from '../../../../../src/main/gossip/wire/protection.js';
import { StreamReader, type StreamState } from '../../../../../src/main/gossip/wire/stream.js';
import { encodeStreamMessage, type StreamMessage } from '../../../../../src/main/gossip/wire/stream-messages.js';
import { sealStream, withLabel } from '../../../../../src/main/gossip/wire/stream-sealing.js';
import { protectionWith } from '../protection.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface Side {
  readonly hex: string;
  readonly plainHex?: string;
  readonly layers?: readonly string[];
  readonly header?: { readonly Join: boolean; readonly Nodes: number; readonly UserStateLen: number };
  readonly nodes?: readonly PushPullNode[];
  readonly userStateHex?: string;
  readonly body?: { readonly Error?: string; readonly SeqNo?: number };
  readonly error?: string;
}
interface StreamCase {
  readonly name: string;
  readonly key?: string;
  readonly label?: string;
  readonly request: Side;
  readonly response: Side;
}

function protectionOf(key: string, label: string, more: Partial<Protection> = {}): Protection {
  return protectionWith({ label: Buffer.from(label), ...more }, ...(key === '' ? [] : [fromHex(key)]));
}

/** The last state after reading `bytes` in pieces of `size`. */
function readAll(reader: StreamReader, bytes: Uint8Array, size = bytes.length): StreamState {
  let state: StreamState = { kind: 'waiting' };
  for (let at = 0; at < bytes.length; at += size) {
    state = reader.push(bytes.subarray(at, at + size));
    while (state.kind === 'pause') state = reader.advance();
    if (state.kind !== 'waiting') return state;
  }
  return state;
}

function contentOf(state: StreamState): StreamMessage {
  assert.equal(state.kind, 'message', JSON.stringify(state));
  return (state as { readonly message: StreamMessage }).message;
}

function checkPushPull(state: StreamState, side: Side, name: string): void {
  const message = contentOf(state);
  assert.ok(message.type === 'pushPull', name);
  const { body } = message;
  assert.equal(body.isJoin, side.header?.Join, name);
  assert.deepEqual(body.nodes, side.nodes ?? [], name);
  assert.equal(body.userState?.length ?? 0, side.header?.UserStateLen, name);
  if (side.userStateHex !== undefined)
    assert.equal(toHex(body.userState ?? new Uint8Array(0)), side.userStateHex, name);
  assert.equal(toHex(encodeStreamMessage(message)), side.plainHex, name);
}

const recorded = readVectors<StreamCase>('streams').cases;

test('every recorded push/pull is read from both sides, in pieces of any size, and encodes to the same bytes', () => {
  const exchanges = recorded.filter(({ name }) => name.startsWith('push/pull') && !name.includes('cut off'));
  assert.ok(exchanges.length >= 9);
  for (const { name, key, label, request, response } of exchanges) {
    const protection = protectionOf(key ?? '', label ?? '');
    for (const size of [1, 7, 4096]) {
      if (request.nodes !== undefined) {
        checkPushPull(readAll(new StreamReader(protection, true), fromHex(request.hex), size), request, name);
      }
      checkPushPull(readAll(new StreamReader(protection, false), fromHex(response.hex), size), response, name);
    }
  }
});

test('the streams of three Serf nodes are read', () => {
  const file = readVectors<StreamCase, { readonly key: string; readonly label: string; cases: StreamCase[] }>(
    'live-streams',
  );
  assert.ok(file.cases.length >= 6);
  for (const { name, request, response } of file.cases) {
    const isProtected = name.startsWith('encrypted');
    const protection = protectionOf(isProtected ? file.key : '', isProtected ? file.label : '');
    checkPushPull(readAll(new StreamReader(protection, true), fromHex(request.hex)), request, name);
    checkPushPull(readAll(new StreamReader(protection, false), fromHex(response.hex)), response, name);
  }
});

/** What the acceptor says to a request that isn't a push/pull: an answer's plain bytes, '' for closing at once. */
function acceptorAnswer(request: Uint8Array, protection: Protection): string {
  const reader = new StreamReader(protection, true);
  const state = readAll(reader, request);
  if (state.kind === 'refused' && state.isAnswered) {
    return toHex(encodeStreamMessage({ type: 'error', text: state.problem }));
  }
  if (state.kind !== 'message') return '';
  const { message } = state;
  if (message.type !== 'ping' || message.body.Node !== 'node2') return '';
  return toHex(encodeStreamMessage({ type: 'ack', body: { SeqNo: message.body.SeqNo, Payload: null } }));
}

test('bad requests and pings get the recorded answers', () => {
  const requests = recorded.filter(
    ({ name, request }) => !name.startsWith('push/pull') && request.header === undefined,
  );
  assert.ok(requests.length >= 15);
  for (const { name, key, request, response } of requests) {
    const answer = acceptorAnswer(fromHex(request.hex), protectionOf(key ?? '', ''));
    assert.equal(answer, response.plainHex ?? response.hex, name);
  }
});

test('the recorded refused joins are refused with the same text', () => {
  const refusals = recorded.filter(({ name }) => name.startsWith('refused'));
  assert.equal(refusals.length, 4);
  const acceptors = {
    'refused: acceptor has encryption, caller does not': ['a0'.repeat(16), ''],
    'refused: caller has encryption, acceptor does not': ['', ''],
    'refused: another key': ['b0'.repeat(16), ''],
    'refused: another label': ['', 'green'],
  } as const;
  const texts = refusals.map(({ name, request }) => {
    const [key, label] = acceptors[name as keyof typeof acceptors];
    const state = readAll(new StreamReader(protectionOf(key, label), true), fromHex(request.hex));
    return state.kind === 'refused' ? [state.problem, state.isAnswered] : null;
  });
  assert.deepEqual(texts, [
    ['Encryption is configured but remote state is not encrypted', true],
    ['Remote state is encrypted and encryption is not configured', true],
    ['No installed keys could decrypt the message', true],
    ['label is not ours', false],
  ]);
});

test('a push/pull that is cut off waits for the rest, and is refused where its length was known', () => {
  const cut = recorded.find(({ name }) => name.startsWith('push/pull cut off'));
  assert.ok(cut !== undefined);
  const plain = protectionOf('', '', { isCompressing: false });
  assert.equal(readAll(new StreamReader(plain, true), fromHex(cut.request.hex)).kind, 'waiting');
  const key = '11'.repeat(16);
  const message: StreamMessage = { type: 'user', payload: new Uint8Array(100) };
  const short = encodeStreamMessage(message).subarray(0, 60);
  // The same content in a frame that is complete.
  const sealed = sealStream({ type: 'error', text: 'x' }, protectionOf(key, '', { isCompressing: false }));
  assert.equal(readAll(new StreamReader(protectionOf(key, ''), false), sealed).kind, 'message');
  assert.equal(readAll(new StreamReader(plain, false), short).kind, 'waiting');
});

function nodes(count: number): PushPullNode[] {
  return Array.from({ length: count }, (_, i) => ({
    Name: `node-${i}`,
    Addr: Uint8Array.of(10, 0, i >> 8, i & 255),
    Port: 8301,
    Meta: new Uint8Array(200).fill(i),
    Incarnation: i,
    State: i % 4,
    Vsn: Uint8Array.of(1, 5, 2, 2, 5, 4),
  }));
}

test('any message survives any layers and any pieces', () => {
  const messages: StreamMessage[] = [
    { type: 'ping', body: { SeqNo: 5, Node: 'n', SourceAddr: null, SourcePort: 0, SourceNode: '' } },
    { type: 'user', payload: new Uint8Array(5000).fill(3) },
    { type: 'error', text: 'no' },
    { type: 'pushPull', body: { isJoin: true, nodes: nodes(30), userState: Buffer.from('state') } },
    { type: 'pushPull', body: { isJoin: false, nodes: [], userState: null } },
  ];
  const setup = fc.record({
    message: fc.constantFrom(...messages),
    key: fc.constantFrom('', '22'.repeat(16), '33'.repeat(32)),
    label: fc.constantFrom('', 'blue'),
    isCompressing: fc.boolean(),
    encryptionVersion: fc.constantFrom(0 as const, 1 as const),
    isDialled: fc.boolean(),
    size: fc.integer({ min: 1, max: 3000 }),
  });
  fc.assert(
    fc.property(setup, ({ message, key, label, isCompressing, encryptionVersion, isDialled, size }) => {
      const protection = protectionOf(key, label, { isCompressing, encryptionVersion });
      const answer = sealStream(message, protection);
      const sealed = isDialled ? withLabel(answer, protection) : answer;
      const read = contentOf(readAll(new StreamReader(protection, isDialled), sealed, size));
      assert.equal(toHex(encodeStreamMessage(read)), toHex(encodeStreamMessage(message)));
    }),
    { numRuns: 150 },
  );
});

test('ten thousand nodes are read in steps', () => {
  const plain = protectionOf('', '', { isCompressing: false });
  const sealed = sealStream({ type: 'pushPull', body: { isJoin: true, nodes: nodes(10000), userState: null } }, plain);
  const reader = new StreamReader(plain, true);
  let pauses = 0;
  let state = reader.push(sealed);
  for (; state.kind === 'pause'; pauses += 1) state = reader.advance();
  const message = contentOf(state);
  assert.ok(pauses >= 4);
  assert.equal(message.type === 'pushPull' ? message.body.nodes.length : 0, 10000);
});

test('lengths beyond the limits are refused before their bytes come', () => {
  const plain = protectionOf('', '', { isCompressing: false });
  const tooLong = [
    ['06 83 a44a6f696e c3 a54e6f646573 ce00050000 ac5573657253746174654c656e 00', 'push/pull of 327680 nodes'],
    ['06 83 a44a6f696e c3 a54e6f646573 ff ac5573657253746174654c656e 00', 'push/pull of -1 nodes'],
    [
      '06 83 a44a6f696e c3 a54e6f646573 00 ac5573657253746174654c656e ce01500000',
      'push/pull with 22020096 bytes of user state',
    ],
    ['08 81 aa557365724d73674c656e ce01500000', 'user message of 22020096 bytes'],
    ['09 82 a4416c676f 00 a3427566 db02000000', 'stream is larger than limit'],
    [
      '06 83 a44a6f696e c3 a54e6f646573 01 ac5573657253746174654c656e 00 81 a44d657461 db00100000',
      'push/pull node is too long',
    ],
  ] as const;
  for (const [hex, problem] of tooLong) {
    const state = readAll(new StreamReader(plain, true), fromHex(hex.replaceAll(' ', '')));
    assert.deepEqual(state, { kind: 'refused', problem, isAnswered: false });
  }
});

test('damaged streams are read, waited for or refused, never thrown at', () => {
  const cases = recorded.filter(({ request }) => request.hex !== '');
  const mutation = fc.record({
    item: fc.constantFrom(...cases),
    flips: fc.array(fc.record({ at: fc.nat(), bit: fc.nat(7) }), { minLength: 1, maxLength: 5 }),
    size: fc.integer({ min: 1, max: 300 }),
  });
  fc.assert(
    fc.property(mutation, ({ item, flips, size }) => {
      const bytes = Uint8Array.from(fromHex(item.request.hex));
      for (const { at, bit } of flips) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit);
      const state = readAll(new StreamReader(protectionOf(item.key ?? '', item.label ?? ''), true), bytes, size);
      assert.ok(['message', 'waiting', 'refused'].includes(state.kind));
    }),
    { numRuns: 2000 },
  );
});

/** A push/pull of nodes that are nothing but an unknown field: `mark` begins its value, `size` times `fill` follow. */
function strangeNodes(nodes: number, mark: number, size: number, fill: number): Buffer {
  const header = Buffer.from('0683a44a6f696ec2a54e6f646573ce00000000ac5573657253746174654c656e00', 'hex');
  header.writeUInt32BE(nodes, 15);
  const field = Buffer.from([0x81, 0xa1, 0x78, mark, 0, 0, 0, 0]);
  field.writeUInt32BE(size, 4);
  return Buffer.concat([header, ...Array.from({ length: nodes }, () => [field, Buffer.alloc(size, fill)]).flat()]);
}
const [ARRAY, BINARY, NIL] = [0xdd, 0xc6, 0xc0];

test('a node is no longer than nodes are, even when all of it is there', () => {
  const read = (size: number): StreamState =>
    readAll(new StreamReader(protectionOf('', ''), true), strangeNodes(1, BINARY, size, 0));
  assert.equal(read(60_000).kind, 'message');
  assert.deepEqual(read(70_000), { kind: 'refused', problem: 'push/pull node is too long', isAnswered: false });
});

test('nodes are read in steps of their bytes, too', () => {
  const reader = new StreamReader(protectionOf('', ''), true);
  let pauses = 0;
  let state = reader.push(strangeNodes(40, ARRAY, 60_000, NIL));
  for (; state.kind === 'pause'; state = reader.advance()) pauses += 1;
  assert.equal(state.kind, 'message');
  assert.ok(pauses >= 10, String(pauses));
});
