// Packed requests: which leave packed, and what is believed of those that come so.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { encode } from '../../../../../src/msgpack/codec.js';
import { bytes } from '../../../../../src/msgpack/kinds.js';
import { snappyCompress } from '../../../../../src/wasm/snappy.js';
import { type EntryRun, EntryType, logIndex, singlePayload, term } from '../../../../../src/workers/raft/core/entry.js';
import { RpcType } from '../../../../../src/workers/raft/transport/messages.js';
import { isPacked, MOST_PLAIN_BYTES, Packer, unpacked } from '../../../../../src/workers/raft/transport/packing.js';
import { encodeRequest, type Request } from '../../../../../src/workers/raft/transport/requests.js';

const LEADER = { id: 'leader', address: '10.0.0.1:8300' };

function request(...values: readonly (string | Uint8Array)[]): Uint8Array {
  const payload = Buffer.concat(values.map((value) => singlePayload(Buffer.from(value as string))));
  const about = { firstIndex: logIndex(2), count: values.length, term: term(2), type: EntryType.command };
  const runs: readonly EntryRun[] = values.length === 0 ? [] : [{ ...about, appendedAtMs: 1, payload }];
  const place = { from: 'leader', to: 'self', term: term(2), sentMs: 0 } as const;
  const append: Request = {
    ...place,
    kind: 'append',
    previous: { index: logIndex(1), term: term(2) },
    runs,
    commit: logIndex(1),
  };
  return encodeRequest(append, LEADER);
}

/** As nobody would pack it. */
function forged(plain: Uint8Array): Uint8Array {
  return encode(bytes, snappyCompress(plain), RpcType.packed);
}

test('values of text become less than half as long, and come back', () => {
  const text = 'passing: node web-12 at 10.0.0.12, '.repeat(29);
  const plain = request(...Array.from({ length: 64 }, (_, i) => `${i} ${text}`));
  const packed = new Packer().pack(plain);
  assert.ok(isPacked(packed) && packed.length < plain.length / 2, `${packed.length} of ${plain.length}`);
  assert.deepEqual(Buffer.from(unpacked(packed)), Buffer.from(plain));
  assert.equal(isPacked(plain), false);
});

test('what is short, too long, or gains nothing leaves as it is', () => {
  const packer = new Packer();
  for (const plain of [
    request(),
    request('x'.repeat(800)),
    request('x'.repeat(MOST_PLAIN_BYTES)),
    request(randomBytes(4000)),
  ]) {
    assert.equal(packer.pack(plain), plain);
    assert.equal(packer.pack(plain), plain);
  }
});

test('the same bytes for another follower are packed once, other bytes anew', () => {
  const packer = new Packer();
  const first = packer.pack(request('x'.repeat(2000)));
  assert.equal(packer.pack(request('x'.repeat(2000))), first);
  const other = packer.pack(request('y'.repeat(2000)));
  assert.deepEqual(Buffer.from(unpacked(other)), Buffer.from(request('y'.repeat(2000))));
});

test('any request comes back', () => {
  const packer = new Packer();
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { minLength: 1, maxLength: 6 }),
      (values) => {
        const plain = request(...values, ...values);
        const packed = packer.pack(plain);
        assert.deepEqual(Buffer.from(isPacked(packed) ? unpacked(packed) : packed), Buffer.from(plain));
      },
    ),
  );
});

test('what is no single plain request with entries is refused, with a reason', () => {
  const plain = request('x'.repeat(2000));
  const vote = Uint8Array.of(RpcType.vote, ...plain.subarray(1));
  const refusals: readonly (readonly [Uint8Array, RegExp])[] = [
    [Uint8Array.of(RpcType.packed, 0xa1, 0x61), /packed bytes/],
    [Uint8Array.of(RpcType.packed, 0x01), /./],
    [Uint8Array.of(RpcType.packed, 0xc0), /without a length/],
    [encode(bytes, snappyCompress(plain).subarray(1), RpcType.packed), /packed bytes/],
    [forged(vote), /unknown rpc type 1 in a packed request/],
    [forged(forged(plain)), /unknown rpc type 112/],
    [forged(new Uint8Array(0)), /unknown rpc type undefined/],
    [forged(Buffer.concat([plain, plain])), /not one message/],
    [forged(plain.subarray(0, -1)), /not one message/],
    [forged(Uint8Array.of(RpcType.append, 0xc1)), /no msgpack/],
    [forged(Buffer.from([RpcType.append, 0xdd, 0, 1, 0, 0, ...Buffer.alloc(70_000, 0xc0)])), /too many values|not one/],
    [forged(request('x'.repeat(MOST_PLAIN_BYTES))), /packed bytes, more than/],
  ];
  for (const [message, reason] of refusals) {
    const plainOf = unpacked(message);
    assert.ok(typeof plainOf === 'string' && reason.test(plainOf), `${String(plainOf).slice(0, 80)} for ${reason}`);
  }
});

test('damaged bytes never throw', () => {
  const packed = new Packer().pack(request('{"service":"web"}'.repeat(200)));
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), fc.nat(), (place, value, cut) => {
      const damaged = Uint8Array.from(packed);
      damaged[1 + (place % (packed.length - 1))] = value;
      unpacked(damaged);
      unpacked(damaged.subarray(0, 1 + (cut % packed.length)));
    }),
    { numRuns: 2000 },
  );
});
