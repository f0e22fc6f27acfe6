// Damaged packets and streams by the hundred thousand (LICTOR_FUZZ_PACKETS, LICTOR_FUZZ_STREAMS say how many, LICTOR_SEED
// where to begin): nothing is thrown, nothing grows without bound, and what isn't authentic changes nothing.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { openPacket, sealPacket } from '../../../../src/main/gossip/wire/packet.js';
import type { Protection } from '../../../../src/main/gossip/wire/protection.js';
import { finish } from '../../../../src/main/gossip/wire/steps.js';
import { StreamReader, type StreamState } from '../../../../src/main/gossip/wire/stream.js';
import type { StreamMessage } from '../../../../src/main/gossip/wire/stream-messages.js';
import { sealStream, withLabel } from '../../../../src/main/gossip/wire/stream-sealing.js';
import { Random, runSeed } from '../../../random.js';
import { packetCorpus, streamCorpus } from './corpus.js';
import { mutated } from './mutator.js';
import { protectionOf, Target } from './target.js';

const seed = runSeed;
const packets = Number(process.env['LICTOR_FUZZ_PACKETS'] ?? 300_000);
const streams = Number(process.env['LICTOR_FUZZ_STREAMS'] ?? 3_000);
const MOST_PACKET_BYTES = 65_536;
const MOST_STREAM_BYTES = 1 << 20;
const CHECK_EVERY = 5_000;
const MOST_HEAP_GROWTH = 256 << 20;

/** Names the input that did it: the seed and the count repeat it. */
function attempt(what: string, count: number, bytes: Uint8Array, act: () => void): void {
  try {
    act();
  } catch (error) {
    const shown = Buffer.from(bytes.subarray(0, 2048)).toString('hex');
    throw new Error(`seed ${seed}, ${what} ${count}: ${String(error)}\n${shown}`, { cause: error });
  }
}

function checkHeap(atStart: number): void {
  const grown = process.memoryUsage().heapUsed - atStart;
  assert.ok(grown < MOST_HEAP_GROWTH, `the heap grew by ${grown >> 20} MB`);
}

test(`${packets} damaged packets end nothing and fill nothing`, () => {
  const random = new Random(seed);
  const corpus = packetCorpus();
  assert.ok(corpus.length > 100);
  const open = protectionOf(null);
  const target = new Target(random);
  const heapAtStart = process.memoryUsage().heapUsed;
  let delivered = 0;
  for (let i = 0; i < packets; i += 1) {
    const datagram = mutated(random, corpus, MOST_PACKET_BYTES);
    attempt('packet', i, datagram, () => {
      const opened = openPacket(datagram, open);
      if (opened.ok) {
        delivered += 1;
        target.receive(opened.packet);
      } else target.pass();
      if (i % CHECK_EVERY === 0) {
        target.check();
        checkHeap(heapAtStart);
      }
    });
  }
  target.check();
  assert.ok(delivered > packets / 4, `only ${delivered} got as far as the machine`);
  assert.ok(target.serf.memberCount > 3, 'the fuzzer found no way to add members');
});

test(`${packets / 10} damaged encrypted packets: what isn't authentic changes no member`, () => {
  const random = new Random(seed + 1);
  const key = protectionOf(Uint8Array.from(randomBytes(32)));
  const plain = packetCorpus();
  const sealed = plain.map((message, i) => Uint8Array.from(sealPacket(message, key, i % 2 === 0)));
  // The version byte alone isn't authenticated: what differs only there is the same packet.
  const genuine = new Set(sealed.map((datagram) => Buffer.from(datagram.subarray(1)).toString('latin1')));
  const target = new Target(random);
  const before = target.fingerprint();
  const healthy = sealed.find((datagram) => openPacket(datagram, key).ok);
  assert.notEqual(healthy, undefined);
  for (let i = 0; i < packets / 10; i += 1) {
    const datagram = mutated(random, i % 2 === 0 ? sealed : plain, MOST_PACKET_BYTES);
    if (genuine.has(Buffer.from(datagram.subarray(1)).toString('latin1'))) continue;
    attempt('packet', i, datagram, () => {
      const opened = openPacket(datagram, key);
      assert.equal(opened.ok, false, 'a packet that was changed passed');
    });
  }
  assert.equal(target.fingerprint(), before);
});

/** Feeds one direction of a connection in pieces, as a socket would. */
function read(random: Random, bytes: Uint8Array, protection: Protection): StreamMessage | null {
  const reader = new StreamReader(protection, true);
  let state: StreamState = { kind: 'waiting' };
  for (let at = 0; at < bytes.length && state.kind === 'waiting'; ) {
    const end = Math.min(bytes.length, at + 1 + random.below(4096));
    state = reader.push(bytes.subarray(at, end));
    at = end;
    while (state.kind === 'pause') state = reader.advance();
  }
  return state.kind === 'message' ? state.message : null;
}

function deliver(target: Target, message: StreamMessage): void {
  const { serf } = target;
  if (message.type === 'user') serf.receiveUser(message.payload, target.nowMs);
  if (message.type !== 'pushPull') return;
  finish(serf.ownState(message.body.isJoin).steps);
  const merging = serf.startMerge(message.body);
  while (merging.step(target.nowMs)) target.pass();
}

test(`${streams} damaged streams, plain and under a label`, () => {
  const random = new Random(seed + 2);
  const corpus = streamCorpus();
  assert.ok(corpus.length > 20);
  const target = new Target(random);
  const heapAtStart = process.memoryUsage().heapUsed;
  const protections = [protectionOf(null), protectionOf(null, 'blue')];
  let delivered = 0;
  for (let i = 0; i < streams; i += 1) {
    const bytes = mutated(random, corpus, MOST_STREAM_BYTES);
    attempt('stream', i, bytes, () => {
      const message = read(random, bytes, protections[i % 2] ?? protectionOf(null));
      if (message !== null) {
        delivered += 1;
        deliver(target, message);
      }
      target.pass();
      if (i % CHECK_EVERY === 0) {
        target.check();
        checkHeap(heapAtStart);
      }
    });
  }
  target.check();
  assert.ok(delivered > streams / 50, `only ${delivered} were read`);
});

test(`${streams} damaged encrypted streams: none is read`, () => {
  const random = new Random(seed + 3);
  const protection = protectionOf(Uint8Array.from(randomBytes(16)), 'blue');
  const messages: StreamMessage[] = [
    { type: 'user', payload: Uint8Array.from(randomBytes(300)) },
    { type: 'pushPull', body: { isJoin: true, nodes: [], userState: Uint8Array.from(randomBytes(700)) } },
  ];
  const sealed = messages.map((message) => Uint8Array.from(withLabel(sealStream(message, protection), protection)));
  for (const bytes of sealed) assert.notEqual(read(random, bytes, protection), null);
  // Behind label (6 bytes) and frame (5) comes the version byte, which isn't authenticated.
  const genuine = sealed.map((bytes) => Buffer.from(bytes.subarray(12)));
  for (let i = 0; i < streams; i += 1) {
    const bytes = mutated(random, sealed, MOST_STREAM_BYTES);
    const isGenuine = genuine.some((rest, j) => {
      const frame = Buffer.from(sealed[j] ?? []).subarray(0, 11);
      return rest.equals(bytes.subarray(12, 12 + rest.length)) && frame.equals(bytes.subarray(0, 11));
    });
    if (isGenuine) continue;
    attempt('stream', i, bytes, () => assert.equal(read(random, bytes, protection), null, 'a changed stream was read'));
  }
});
