import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addChecksum } from '../../../../../src/main/gossip/wire/checksum.js';
import { joinMessages } from '../../../../../src/main/gossip/wire/compound.js';
import { compress } from '../../../../../src/main/gossip/wire/compression.js';
import { removeLabel } from '../../../../../src/main/gossip/wire/label.js';
import { openPacket, sealPacket } from '../../../../../src/main/gossip/wire/packet.js';
import { readMessages } from '../../../../../src/main/gossip/wire/packet-messages.js';
import type { Protection } from '../../../../../src/main/gossip/wire/protection.js';
import { protectionWith } from '../protection.js';
import { fromHex, readVectors, toHex, type VectorFile } from '../vectors.js';

function protectionOf(keys: readonly string[], label = '', more: Partial<Protection> = {}): Protection {
  return protectionWith({ label: Buffer.from(label), isCompressing: false, ...more }, ...keys.map(fromHex));
}

interface Decoded {
  readonly typeName: string;
  readonly body?: object;
  readonly hex?: string;
  readonly inner?: Decoded;
  readonly parts?: readonly Decoded[];
}
interface PacketCase {
  readonly name: string;
  readonly hex: string;
  readonly plainHex: string;
  readonly outerLayers: readonly string[];
  readonly decoded: Decoded;
}
interface LivePackets extends VectorFile<PacketCase> {
  readonly key: string;
  readonly label: string;
}

/** The recorded tree without its layers. */
function leaves(decoded: Decoded): Decoded[] {
  if (decoded.parts !== undefined) return decoded.parts.flatMap(leaves);
  return decoded.inner === undefined ? [decoded] : leaves(decoded.inner);
}

const live = readVectors<PacketCase, LivePackets>('live-packets');

function protectionFor({ outerLayers }: PacketCase): Protection {
  const isEncrypted = outerLayers.some((layer) => layer.startsWith('encrypt'));
  return protectionOf(isEncrypted ? [live.key] : [], outerLayers.includes('label') ? live.label : '');
}

test('every packet that three Serf nodes sent is read as recorded', () => {
  assert.ok(live.cases.length >= 134);
  for (const item of live.cases) {
    const opened = openPacket(fromHex(item.hex), protectionFor(item));
    assert.ok(opened.ok, item.name);
    const { messages, problems } = readMessages(opened.packet);
    assert.deepEqual(problems, [], item.name);
    const recorded = leaves(item.decoded);
    assert.deepEqual(
      messages.map((message) => message.type),
      recorded.map((leaf) => leaf.typeName),
      item.name,
    );
    messages.forEach((message, i) => {
      const leaf = recorded[i];
      if (message.type !== 'user') assert.deepEqual(message.body, leaf?.body, item.name);
      else if (leaf?.hex !== undefined) assert.equal(`08${toHex(message.payload)}`, leaf.hex, item.name);
    });
  }
});

const SUSPECT = fromHex('0383a446726f6da56e6f646531ab496e6361726e6174696f6e02a44e6f6465a56e6f646532');
const KEY = '0123456789abcdef0123456789abcdef';

test('what is sealed opens again, whatever the layers', () => {
  const long = joinMessages(Array.from({ length: 20 }, () => SUSPECT))[0] ?? SUSPECT;
  for (const keys of [[], [KEY]]) {
    for (const label of ['', 'blue']) {
      for (const isCompressing of [false, true]) {
        for (const withChecksum of [false, true]) {
          for (const encryptionVersion of [0, 1] as const) {
            const protection = protectionOf(keys, label, { isCompressing, encryptionVersion });
            const opened = openPacket(sealPacket(long, protection, withChecksum), protection);
            assert.ok(opened.ok);
            assert.equal(readMessages(opened.packet).messages.length, 20);
          }
        }
      }
    }
  }
});

test('compression is used only where it makes a packet shorter', () => {
  const protection = protectionOf([], '', { isCompressing: true });
  assert.deepEqual(sealPacket(SUSPECT, protection, false), SUSPECT);
  const long = new Uint8Array(600).fill(8);
  assert.equal(sealPacket(long, protection, false)[0], 9);
});

test('another label, another key, no key: dropped', () => {
  const blue = sealPacket(SUSPECT, protectionOf([KEY], 'blue'), false);
  const drop = (protection: Protection, datagram = blue) => {
    const opened = openPacket(datagram, protection);
    return opened.ok ? 'opened' : opened.problem;
  };
  assert.equal(drop(protectionOf([KEY], 'blue')), 'opened');
  assert.equal(drop(protectionOf([KEY], 'green')), 'label is not ours');
  assert.equal(drop(protectionOf([KEY])), 'label is not ours');
  assert.equal(drop(protectionOf([KEY], 'blue', { skipInboundLabelCheck: true })), 'label is not ours');
  // Something in front took the header off: the configured label still authenticates.
  assert.equal(drop(protectionOf([KEY], 'blue', { skipInboundLabelCheck: true }), blue.subarray(6)), 'opened');
  assert.equal(drop(protectionOf(['07'.repeat(16)], 'blue')), 'No installed keys could decrypt the message');
  assert.equal(drop(protectionOf([KEY], 'blue'), Buffer.from('f400', 'hex')), 'bad label header');
  assert.equal(drop(protectionOf([]), new Uint8Array(65537)), 'packet is larger than limit');
  assert.equal(drop(protectionOf([]), new Uint8Array(65536)), 'opened');
});

test('plaintext passes a keyring only where incoming packets are not verified', () => {
  assert.equal(openPacket(SUSPECT, protectionOf([KEY])).ok, false);
  assert.equal(openPacket(SUSPECT, protectionOf([KEY], '', { verifyIncoming: false })).ok, true);
  const sent = sealPacket(SUSPECT, protectionOf([KEY], '', { verifyOutgoing: false }), false);
  assert.deepEqual(sent, SUSPECT);
});

test('a checksum counts only outermost; a part that is refused leaves the others', () => {
  const [packet] = joinMessages([SUSPECT, addChecksum(SUSPECT), fromHex('2a80'), fromHex('03ff'), SUSPECT]);
  const { messages, problems } = readMessages(packet ?? SUSPECT);
  assert.equal(messages.length, 2);
  assert.deepEqual(problems, [
    'message type 12 is not supported',
    'message type 42 is not supported',
    'message of type 3 is malformed',
  ]);
});

test('what nests too deep, has too many parts or unpacks to too much is not followed', () => {
  let nested: Uint8Array = SUSPECT;
  for (let i = 0; i < 9; i += 1) nested = compress(nested);
  assert.deepEqual(readMessages(nested), { messages: [], problems: ['packet nests too deep'] });

  const empties = joinMessages(Array.from({ length: 255 }, () => SUSPECT))[0] ?? SUSPECT;
  const [many] = joinMessages(Array.from({ length: 200 }, () => compress(empties)));
  const reading = readMessages(many ?? SUSPECT);
  assert.ok(reading.messages.length <= 4096);
  assert.ok(reading.problems.length > 0 && reading.problems.length <= 8);

  const bomb = compress(new Uint8Array(900_000).fill(8));
  const [bombs] = joinMessages([bomb, bomb, SUSPECT]);
  const opened = readMessages(bombs ?? SUSPECT);
  assert.deepEqual(
    opened.messages.map((message) => message.type),
    ['user', 'suspect'],
  );
  assert.ok(opened.problems[0]?.startsWith('decompressed message is larger than limit'));
});

/** Nonce, ciphertext and tag. The version byte before them only tells of padding: AES-GCM doesn't cover it. */
function sealedPart(datagram: Uint8Array): Buffer {
  const unlabelled = removeLabel(datagram);
  assert.ok(unlabelled.ok);
  return Buffer.from(unlabelled.rest.subarray(1));
}

test('an encryption version changed on the way opens to the same bytes but for padding, or not at all', () => {
  const protection = protectionOf([KEY]);
  const asVersion0 = (message: Uint8Array) => {
    const datagram = Uint8Array.from(sealPacket(message, protection, false));
    assert.equal(datagram[0], 1);
    datagram[0] = 0;
    return openPacket(datagram, protection);
  };
  const endsLikePadding = Buffer.concat([SUSPECT, Uint8Array.of(3, 2)]);
  assert.deepEqual(asVersion0(endsLikePadding), { ok: true, packet: Buffer.from(SUSPECT) });
  assert.equal(asVersion0(SUSPECT).ok, false);
});

test('mutated packets are read or refused, never thrown at; an encrypted one opens only as it was sealed', () => {
  const mutation = fc.record({
    item: fc.constantFrom(...live.cases),
    flips: fc.array(fc.record({ at: fc.nat(), bit: fc.nat(7) }), { minLength: 1, maxLength: 6 }),
    cut: fc.option(fc.nat(), { freq: 4 }),
  });
  fc.assert(
    fc.property(mutation, ({ item, flips, cut }) => {
      const original = fromHex(item.hex);
      let datagram = Uint8Array.from(original);
      for (const { at, bit } of flips)
        datagram[at % datagram.length] = (datagram[at % datagram.length] ?? 0) ^ (1 << bit);
      if (cut !== null) datagram = datagram.subarray(0, cut % (datagram.length + 1));
      const protection = protectionFor(item);
      const opened = openPacket(datagram, protection);
      if (!opened.ok) return;
      if (protection.keyring.primary !== null) assert.deepEqual(sealedPart(datagram), sealedPart(original));
      readMessages(opened.packet);
    }),
    { numRuns: 5000 },
  );
});
