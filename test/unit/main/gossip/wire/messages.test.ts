import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALIVE } from '../../../../../src/main/gossip/wire/message-types.js';
import * as messages from '../../../../../src/main/gossip/wire/messages.js';
import { decode, encode, type Read } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface Codec {
  readonly encode: (value: unknown, type: number | null) => Uint8Array;
  readonly decode: (bytes: Uint8Array, offset: number) => Read<unknown>;
}

function codec<T>(kind: Kind<T>): Codec {
  return {
    encode: (value, type) => encode(kind, value as T, type),
    decode: (bytes, offset) => decode(kind, bytes, offset),
  };
}

const node = codec(messages.pushPullNode);
const codecs: { readonly [type: number]: Codec } = {
  0: codec(messages.ping),
  1: codec(messages.indirectPing),
  2: codec(messages.ack),
  3: codec(messages.accusation),
  4: codec(messages.alive),
  5: codec(messages.accusation),
  6: codec(messages.pushPullHeader),
  8: codec(messages.userHeader),
  11: codec(messages.nack),
  13: codec(messages.remoteError),
};

interface MessageCase {
  readonly name: string;
  readonly hex: string;
  readonly type?: number;
  readonly decoded: unknown;
}

test('every recorded message decodes and encodes to the recorded bytes', () => {
  const { cases } = readVectors<MessageCase>('messages');
  assert.ok(cases.length >= 25);
  for (const { name, hex, type, decoded } of cases) {
    const body = type === undefined ? node : codecs[type];
    assert.ok(body !== undefined, name);
    assert.equal(toHex(body.encode(decoded, type ?? null)), hex, name);
    const read = body.decode(fromHex(hex), type === undefined ? 0 : 1);
    assert.ok(read.ok, name);
    assert.deepEqual(read.value, decoded, name);
    assert.equal(read.next, hex.length / 2, name);
  }
});

test('how long an alive message is is known without writing it, unless the name is beyond ASCII', () => {
  const lengths = fc.oneof(fc.nat(40), fc.nat(600), fc.constantFrom(31, 32, 65_535, 65_536));
  const bytes = fc.option(lengths.map((length) => new Uint8Array(length)));
  const numbers = (most: number) => fc.oneof(fc.nat(most), fc.constantFrom(0, 0x7f, 0x80, 0xff, 0x100, 0xffff, most));
  const message = fc.record({
    Incarnation: fc.oneof(numbers(0xffff_ffff), fc.constant(0x10000)),
    Node: fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 600 }),
      lengths.map((length) => 'n'.repeat(length)),
      fc.string({ unit: 'binary' }),
      fc.constant('\udc80'),
    ),
    Addr: bytes,
    Port: numbers(0xffff),
    Meta: bytes,
    Vsn: bytes,
  });
  fc.assert(
    fc.property(message, (body) => {
      const isAscii = Buffer.byteLength(body.Node) === body.Node.length;
      assert.equal(messages.aliveLength(body), isAscii ? encode(messages.alive, body, ALIVE).length : null);
    }),
  );
});

interface AcceptanceCase {
  readonly name: string;
  readonly hex: string;
  readonly accepted: boolean;
  readonly decoded?: { readonly [field: string]: unknown };
}

test('what the stock decoder takes is taken, what it refuses is refused', () => {
  const { cases } = readVectors<AcceptanceCase>('codec-acceptance');
  assert.ok(cases.length >= 23);
  for (const { name, hex, accepted, decoded } of cases) {
    const type = name.startsWith('suspect') ? 3 : decoded !== undefined && 'Vsn' in decoded ? 4 : 2;
    const read = codecs[type]?.decode(fromHex(hex), 0);
    assert.ok(read !== undefined);
    assert.equal(read.ok, accepted, name);
    if (read.ok) assert.deepEqual(read.value, decoded, name);
  }
});

const octets = fc.uint8Array({ maxLength: 300, size: 'max' });
const aliveMessage = fc.record(
  {
    Incarnation: fc.nat(0xffffffff),
    Node: fc.string({ unit: 'binary', maxLength: 80, size: 'max' }),
    Addr: fc.option(fc.uint8Array({ minLength: 4, maxLength: 16, size: 'max' })),
    Port: fc.nat(65535),
    Meta: fc.option(octets),
    Vsn: fc.option(fc.uint8Array({ minLength: 6, maxLength: 6 })),
  },
  { noNullPrototype: true },
);

test('any alive message survives encoding, and no prefix of it is taken for one', () => {
  fc.assert(
    fc.property(aliveMessage, (message) => {
      const bytes = encode(messages.alive, message);
      const read = decode(messages.alive, bytes);
      assert.ok(read.ok);
      assert.deepEqual(read.value, message);
      for (let length = 0; length < bytes.length; length += 7) {
        const cut = decode(messages.alive, bytes.subarray(0, length));
        assert.ok(!cut.ok && cut.problem === 'truncated' && cut.wanted > length);
      }
    }),
    { numRuns: 200 },
  );
});

test('node names are bytes: what is not UTF-8 comes back as it was', () => {
  const name = fromHex('82a46e6f6465c0a44e6f6465a3ff41fe');
  const read = decode(messages.ping, name);
  assert.ok(read.ok);
  assert.ok(toHex(encode(messages.ping, read.value)).includes('a44e6f6465a3ff41fe'));
});

test('unknown fields of any kind are passed over, however deep', () => {
  const deep = '91'.repeat(50000);
  const read = decode(messages.nack, fromHex(`83a17a${deep}c0a1798103cb4000000000000000a55365714e6f07`));
  assert.ok(read.ok);
  assert.deepEqual(read.value, { SeqNo: 7 });
});

test('a length that the bytes do not cover allocates nothing', () => {
  // Bytes, an array of integers, a map, each of four thousand million elements.
  for (const hex of [
    '82a75061796c6f6164dbffffffff',
    '82a75061796c6f6164ddffffffff',
    'dfffffffff',
    '81a178dfffffffff',
  ]) {
    const read = decode(messages.ack, fromHex(hex));
    assert.ok(!read.ok, hex);
  }
});

test('arbitrary bytes are decoded or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
      for (const body of Object.values(codecs)) {
        const read = body.decode(bytes, 0);
        if (read.ok) assert.ok(read.next <= bytes.length);
      }
    }),
    { numRuns: 2000 },
  );
});
