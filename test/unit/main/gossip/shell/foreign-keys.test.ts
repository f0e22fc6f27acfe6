// What comes to the port of an encrypted pool from who hasn't its key, or was recorded there before: over real sockets, and nothing
// changes by it. Each of them is tried with the pool's own key first, so that it would change something if it were heard.

import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { ALIVE, DEAD, PING } from '../../../../../src/main/gossip/wire/message-types.js';
import { accusation, alive, type PushPullNode, ping } from '../../../../../src/main/gossip/wire/messages.js';
import { openPacket, sealPacket } from '../../../../../src/main/gossip/wire/packet.js';
import type { Protection } from '../../../../../src/main/gossip/wire/protection.js';
import { StreamReader } from '../../../../../src/main/gossip/wire/stream.js';
import { sealStream } from '../../../../../src/main/gossip/wire/stream-sealing.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import { VERSIONS } from '../core/rig.js';
import { protectionWith } from '../protection.js';
import { type Member, member, sees } from './rig.js';

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const OTHER = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const OURS = (): Protection => protectionWith({}, KEY);
const FOREIGN: readonly (readonly [string, Protection])[] = [
  ['another key', protectionWith({}, OTHER)],
  ['no key', protectionWith()],
];
/** Nobody is asked, so that nothing but what is sent here changes anything. */
const QUIET = { probeIntervalMs: 1e9, gossipIntervalMs: 1e9 };

function aliveOf(Node: string, Incarnation: number): Uint8Array {
  const body = { Incarnation, Node, Addr: Uint8Array.of(127, 0, 0, 1), Port: 9, Meta: null, Vsn: VERSIONS };
  return encode(alive, body, ALIVE);
}

async function peer(t: TestContext, { address }: Member): Promise<Socket> {
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  socket.connect(address.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Resolves when everything that was sent before has been read: the answer to a ping with the pool's key is back. */
async function heard(socket: Socket, protection: Protection): Promise<void> {
  const body = { SeqNo: 5, Node: 'a', SourceAddr: null, SourcePort: 0, SourceNode: '' };
  socket.send(sealPacket(encode(ping, body, PING), protection, true));
  const [answer] = (await once(socket, 'message')) as [Buffer];
  assert.ok(openPacket(answer, protection).ok);
}

function names({ core }: Member): readonly string[] {
  return core.nodes.map(({ name, state, incarnation }) => `${name} ${state} ${incarnation}`).sort();
}

test('packets with another key, without one, cut off or changed are nothing', async (t) => {
  const a = await member(t, 'a', { protection: OURS(), settings: QUIET });
  const socket = await peer(t, a);
  const sealed = sealPacket(aliveOf('known', 1), OURS(), true);
  socket.send(sealed);
  await heard(socket, OURS());
  assert.ok(sees(a, 'known', 'alive'), 'with the key it is heard');
  const before = names(a);
  for (const [what, protection] of FOREIGN) {
    socket.send(sealPacket(aliveOf(what, 1), protection, true));
    socket.send(sealPacket(encode(accusation, { Incarnation: 9, Node: 'known', From: 'x' }, DEAD), protection, true));
  }
  const next = sealPacket(aliveOf('next', 1), OURS(), true);
  for (let length = 1; length < next.length; length += 1) socket.send(next.subarray(0, length));
  for (let at = 1; at < next.length; at += 1) {
    const changed = Uint8Array.from(next);
    changed[at] = (changed[at] ?? 0) ^ 1;
    socket.send(changed);
  }
  await heard(socket, OURS());
  assert.deepEqual(names(a), before);
});

test('a packet that is sent again is news of yesterday', async (t) => {
  const a = await member(t, 'a', { protection: OURS(), settings: QUIET });
  const socket = await peer(t, a);
  const joined = sealPacket(aliveOf('x', 1), OURS(), true);
  const died = sealPacket(encode(accusation, { Incarnation: 1, Node: 'x', From: 'y' }, DEAD), OURS(), true);
  socket.send(joined);
  socket.send(died);
  await heard(socket, OURS());
  assert.ok(sees(a, 'x', 'dead'));
  const dead = names(a);
  for (let i = 0; i < 20; i += 1) socket.send(joined);
  await heard(socket, OURS());
  assert.deepEqual(names(a), dead, 'it is not alive by an old word');
  socket.send(sealPacket(aliveOf('x', 2), OURS(), true));
  await heard(socket, OURS());
  const back = names(a);
  for (let i = 0; i < 20; i += 1) socket.send(died);
  await heard(socket, OURS());
  assert.deepEqual(names(a), back, 'nor dead');
});

const NEWCOMER: PushPullNode = {
  Name: 'newcomer',
  Addr: Uint8Array.of(127, 0, 0, 1),
  Port: 9,
  Meta: null,
  Incarnation: 1,
  State: 0,
  Vsn: VERSIONS,
};

/** Sends these bytes and the end of the stream; resolves with what came until the other side's. */
async function stream(t: TestContext, { address }: Member, bytes: Uint8Array): Promise<Buffer> {
  const socket = connect({ host: '127.0.0.1', port: address.port, allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise((resolve) => {
    socket.on('end', resolve);
    socket.on('close', resolve);
  });
  socket.end(bytes);
  await closed;
  socket.destroy();
  return Buffer.concat(chunks);
}

test('states with another key, without one or cut off are not merged, nor answered with ours', async (t) => {
  const a = await member(t, 'a', { protection: OURS(), settings: QUIET });
  const state = (name: string) => ({
    type: 'pushPull' as const,
    body: { isJoin: true, nodes: [{ ...NEWCOMER, Name: name }], userState: null },
  });
  const isState = (answer: Uint8Array): boolean => {
    const read = new StreamReader(OURS(), false).push(answer);
    return read.kind === 'message' && read.message.type === 'pushPull';
  };
  const before = names(a);
  for (const [what, protection] of FOREIGN) {
    const answer = await stream(t, a, sealStream(state(what), protection));
    assert.equal(answer.length > 0 && isState(answer), false, what);
  }
  const whole = sealStream(state('known'), OURS());
  for (const length of [1, 4, 5, 6, 30, whole.length - 1]) await stream(t, a, whole.subarray(0, length));
  assert.deepEqual(names(a), before);
  assert.ok(isState(await stream(t, a, whole)));
  await a.until(() => sees(a, 'known', 'alive'));
  const after = names(a);
  await stream(t, a, whole);
  await stream(t, a, sealStream(state('last'), OURS()));
  await a.until(() => sees(a, 'last', 'alive'));
  assert.deepEqual(
    names(a).filter((name) => !name.startsWith('last')),
    after,
    'a second time it says nothing new',
  );
});

test('whatever the packet, and however it is changed or cut, it opens with the key that it was sealed with as it was, or not at all', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (message, at, flip, isCut) => {
      const protection = protectionWith({ isCompressing: false }, KEY);
      const sealed = sealPacket(message, protection, false);
      assert.equal(openPacket(sealed, protectionWith({}, OTHER)).ok, false);
      // The first byte names the version; what comes of another one is told in docs/security.md.
      const place = 1 + (at % (sealed.length - 1));
      const changed = Uint8Array.from(isCut ? sealed.subarray(0, place) : sealed);
      if (!isCut) changed[place] = (changed[place] ?? 0) ^ flip;
      assert.equal(openPacket(changed, protection).ok, false);
    }),
  );
});
