import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { STREAM_LIMITS, type StreamLimits } from '../../../../../src/main/gossip/shell/inbound-limits.js';
import type { PushPullNode } from '../../../../../src/main/gossip/wire/messages.js';
import type { Protection } from '../../../../../src/main/gossip/wire/protection.js';
import { StreamReader } from '../../../../../src/main/gossip/wire/stream.js';
import type { StreamMessage } from '../../../../../src/main/gossip/wire/stream-messages.js';
import { sealStream } from '../../../../../src/main/gossip/wire/stream-sealing.js';
import { protectionWith } from '../protection.js';
import { fromHex, readVectors } from '../vectors.js';
import { type Member, member, sees } from './rig.js';

interface StreamCase {
  readonly name: string;
  readonly key?: string;
  readonly label?: string;
  readonly compression?: boolean;
  readonly request: { readonly hex: string };
  readonly response: {
    readonly hex: string;
    readonly header?: { readonly Join: boolean };
    readonly nodes?: readonly PushPullNode[];
    readonly userStateHex?: string;
    readonly body?: { readonly Error?: string; readonly SeqNo?: number };
  };
}

function dial(t: TestContext, { address }: Member, localAddress = '127.0.0.1'): Socket {
  const socket = connect({ host: '127.0.0.1', port: address.port, localAddress, allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  return socket;
}

/** All that comes until the other side closes. */
async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => {
    socket.on('end', resolve);
    socket.on('close', resolve);
  });
  return Buffer.concat(chunks);
}

function answerOf(bytes: Uint8Array, protection: Protection): StreamMessage | null {
  if (bytes.length === 0) return null;
  const state = new StreamReader(protection, false).push(bytes);
  assert.ok(state.kind === 'message', JSON.stringify(state));
  return state.message;
}

const LIMITS = (limits: Partial<StreamLimits>) => ({ shell: { limits: { ...STREAM_LIMITS, ...limits } } });

const PING = { SourceAddr: null, SourcePort: 0, SourceNode: '' };

/** Whether the member answers a ping on a stream. */
async function answersPing(t: TestContext, to: Member, name: string, localAddress?: string): Promise<boolean> {
  const socket = dial(t, to, localAddress);
  socket.write(sealStream({ type: 'ping', body: { SeqNo: 7, Node: name, ...PING } }, protectionWith()));
  const answer = answerOf(await readAll(socket), protectionWith());
  socket.destroy();
  return answer?.type === 'ack' && answer.body.SeqNo === 7;
}

const recorded = readVectors<StreamCase>('streams').cases;

/** What the accepting side had when it wasn't what the caller had. Two of the refused cases don't say. */
const ACCEPTORS: { readonly [name: string]: { readonly key: string; readonly label: string } | null } = {
  'refused: acceptor has encryption, caller does not': null,
  'refused: another key': null,
  'refused: caller has encryption, acceptor does not': { key: '', label: '' },
  'refused: another label': { key: '', label: 'red' },
};

test('every recorded request gets the recorded answer over a socket, or none', async (t) => {
  let compared = 0;
  for (const { name, key = '', label = '', compression = true, request, response } of recorded) {
    const own = name in ACCEPTORS ? ACCEPTORS[name] : { key, label };
    if (own === null || own === undefined) continue;
    const [node] = response.nodes ?? [];
    const protection = protectionWith(
      { label: Buffer.from(own.label), isCompressing: compression, encryptionVersion: node?.Vsn?.[2] === 1 ? 0 : 1 },
      ...(own.key === '' ? [] : [fromHex(own.key)]),
    );
    const acceptor = await member(t, 'node2', {
      protection,
      localState: (isJoin) => Buffer.from(`state of node2 join=${isJoin}`),
      ...(node?.Vsn ? { versionBytes: node.Vsn } : {}),
    });
    acceptor.shell.run((nowMs) => acceptor.core.updateMeta(Buffer.from('meta-node2'), 1000, nowMs));
    const socket = dial(t, acceptor);
    socket.end(fromHex(request.hex));
    const bytes = await readAll(socket);
    const answer = answerOf(bytes, protection);
    compared += 1;
    if (response.hex === '') {
      assert.equal(answer, null, name);
    } else if (answer?.type === 'pushPull') {
      const { body } = answer;
      assert.equal(body.isJoin, response.header?.Join, name);
      assert.equal(Buffer.from(body.userState ?? []).toString('hex'), response.userStateHex, name);
      // The recorded acceptor of the last case knew the other already.
      const theirs = response.nodes?.filter(({ Name }) => Name === 'node2');
      const ours = body.nodes.map((one) => ({ ...one, Port: 24902, Incarnation: 1 }));
      assert.deepEqual(
        ours.map((one) => ({ ...one, Meta: Buffer.from(one.Meta ?? []).toString('hex') })),
        theirs?.map((one) => ({ ...one, Meta: Buffer.from(one.Meta ?? []).toString('hex') })),
        name,
      );
      // Theirs was merged after ours was sent.
      if (request.hex.length > 200) await acceptor.until(() => sees(acceptor, 'node1', 'alive'));
    } else if (answer?.type === 'error') {
      assert.equal(answer.text, response.body?.Error, name);
    } else {
      assert.ok(answer?.type === 'ack', name);
      assert.equal(answer.body.SeqNo, response.body?.SeqNo, name);
      assert.equal(answer.body.Payload, null, name);
    }
    if (name.startsWith('user message')) {
      const [user] = acceptor.events.filter(({ kind }) => kind === 'user');
      assert.ok(user?.kind === 'user' && Buffer.from(user.payload).toString() === 'hello', name);
    }
    await acceptor.shell.close();
  }
  assert.ok(compared >= 28);
});

test('silent, slow and garbage connections end, at the deadline at the latest, and nobody else notices', async (t) => {
  const a = await member(t, 'a', { settings: { streamTimeoutMs: 150 } });
  const silent = dial(t, a);
  const slow = dial(t, a);
  const endless = dial(t, a);
  const garbage = dial(t, a);
  const header = sealStream({ type: 'user', payload: Buffer.alloc(300) }, protectionWith({ isCompressing: false }));
  let sent = 0;
  const dripping = setInterval(() => {
    slow.write(header.subarray(sent, sent + 1));
    sent += 1;
  }, 10);
  // A push/pull that promises many nodes, each of which is nil: one byte, for as long as the other side takes them.
  endless.write(fromHex('0683a44a6f696ec2a54e6f646573ce00030000ac5573657253746174654c656e00'));
  const flooding = setInterval(() => endless.write(Buffer.alloc(100, 0xc0)), 10);
  garbage.write(Buffer.alloc(100_000, 0xee));
  const closed = Promise.all([silent, slow, endless, garbage].map((socket) => readAll(socket)));
  assert.ok(await answersPing(t, a, 'a'));
  const answers = await closed;
  clearInterval(dripping);
  clearInterval(flooding);
  assert.deepEqual(
    answers.map(({ length }) => length),
    [0, 0, 0, 0],
  );
  assert.ok(sent > 3 && sent < header.length);
  assert.equal(a.logged.filter((line) => line.includes('i/o timeout')).length, 2);
});

test('connections beyond the limits are closed at once, and others take the places that become free', async (t) => {
  const a = await member(t, 'a', LIMITS({ open: 3, openFromOneSource: 2 }));
  const [first, second] = [dial(t, a), dial(t, a)];
  await a.until(() => a.logged.filter((line) => line.includes('Stream connection from=127')).length === 2);
  assert.equal(await answersPing(t, a, 'a'), false);
  const third = dial(t, a, '127.0.0.2');
  await a.until(() => a.logged.some((line) => line.includes('memberlist: Stream connection from=127.0.0.2')));
  assert.equal(await answersPing(t, a, 'a', '127.0.0.3'), false);
  for (const socket of [first, second, third]) socket.end();
  await Promise.all([first, second, third].map((socket) => readAll(socket)));
  assert.ok(await answersPing(t, a, 'a'));
});

test('push/pulls beyond the limit are closed without an answer', async (t) => {
  const a = await member(t, 'a', LIMITS({ pushPulls: 0 }));
  const b = await member(t, 'b');
  assert.deepEqual(await b.shell.join([a.text]), { joined: 0, errors: [`Failed to join ${a.text}: EOF`] });
  assert.ok(a.logged.some((line) => line.includes('Too many pending push/pull requests')));
  assert.equal(a.core.node('b'), undefined);
});

test('the bytes held for all connections together are limited', async (t) => {
  const a = await member(t, 'a', LIMITS({ heldBytes: 1024 * 1024 }));
  const plain = protectionWith({ isCompressing: false });
  const long = sealStream({ type: 'user', payload: Buffer.alloc(2 * 1024 * 1024) }, plain);
  const socket = dial(t, a);
  socket.write(long);
  assert.equal((await readAll(socket)).length, 0);
  const bomb = dial(t, a);
  bomb.write(sealStream({ type: 'user', payload: Buffer.alloc(8 * 1024 * 1024) }, protectionWith()));
  assert.equal((await readAll(bomb)).length, 0);
  assert.equal(a.logged.filter((line) => line.includes('too many bytes are held')).length, 2);
  assert.equal(a.events.filter(({ kind }) => kind === 'user').length, 0);
  assert.ok(await answersPing(t, a, 'a'));
});

test('a large state is exchanged in both directions, encrypted', async (t) => {
  const key = Uint8Array.from({ length: 24 }, (_, i) => i);
  const settings = { probeIntervalMs: 1e9, gossipIntervalMs: 1e9 };
  const a = await member(t, 'a', { settings, protection: protectionWith({}, key) });
  const b = await member(t, 'b', { settings, protection: protectionWith({}, key) });
  const nodes = (prefix: string): PushPullNode[] =>
    Array.from({ length: 3000 }, (_, i) => ({
      Name: `${prefix}${i}`,
      Addr: Uint8Array.of(127, 1, i >> 8, i & 255),
      Port: 1,
      Meta: Buffer.from(`${prefix} ${i * 7919} `.repeat(15)),
      Incarnation: 1,
      State: 0,
      Vsn: Uint8Array.of(1, 5, 2, 2, 5, 4),
    }));
  for (const [side, prefix] of [
    [a, 'x'],
    [b, 'y'],
  ] as const) {
    side.shell.run((nowMs) => side.core.merge({ isJoin: false, nodes: nodes(prefix), userState: null }, nowMs));
  }
  assert.deepEqual(await a.shell.exchange(b.address, 'b', false), { ok: true });
  assert.equal(a.core.nodes.length, 6002);
  await b.until(() => b.core.nodes.length === 6002);
  assert.equal(Buffer.from(a.core.node('y77')?.meta ?? []).toString(), `y ${77 * 7919} `.repeat(15));
});
