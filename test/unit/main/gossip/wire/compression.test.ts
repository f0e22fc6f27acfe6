import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compress, decompress } from '../../../../../src/main/gossip/wire/compression.js';
import { crc32 } from '../../../../../src/wasm/crc.js';
import { type LzwResult, lzwCompress, lzwDecompress } from '../../../../../src/wasm/lzw.js';
import { LzwDecoder, LzwEncoder } from '../../../../../src/wasm/lzw-pieces.js';
import { seeded } from '../core/rig.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface CompressCase {
  readonly name: string;
  readonly hex?: string;
  readonly inputHex?: string;
  readonly base64?: string;
  readonly inputBase64?: string;
  readonly inputCRC32?: string;
  readonly outputCRC32?: string;
  readonly error?: string;
  readonly decompressed?: string;
}

function bytesOf(hex: string | undefined, base64: string | undefined): Uint8Array | null {
  if (hex !== undefined) return fromHex(hex);
  return base64 === undefined ? null : Uint8Array.from(Buffer.from(base64, 'base64'));
}

test('recorded messages unpack, and pack to the recorded bytes', () => {
  const { cases } = readVectors<CompressCase>('compress');
  assert.ok(cases.length >= 16);
  for (const item of cases) {
    const message = bytesOf(item.hex, item.base64);
    assert.ok(message !== null, item.name);
    const unpacked = decompress(message, 1, 1 << 20);
    if (item.error !== undefined) {
      assert.deepEqual(unpacked, { ok: false, problem: item.error }, item.name);
      continue;
    }
    assert.ok(unpacked.ok, item.name);
    const input = bytesOf(item.inputHex ?? item.decompressed, item.inputBase64);
    assert.ok(input !== null, item.name);
    assert.equal(toHex(unpacked.message), toHex(input), item.name);
    if (item.decompressed === undefined) assert.equal(toHex(compress(input)), toHex(message), item.name);
    if (item.inputCRC32 !== undefined) assert.equal(crc32(input), Number.parseInt(item.inputCRC32, 16), item.name);
  }
});

/** Text-like input, so that the table fills and starts anew. */
const words = fc
  .array(fc.constantFrom('node', 'role=consul', '10.0.0.', 'dc1', '\u0000\u0000', 'x', '7', 'vsn'), {
    maxLength: 9000,
    size: 'max',
  })
  .map((parts) => Uint8Array.from(Buffer.from(parts.join(''))));

test('whatever is packed unpacks to itself', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 9000, size: 'max' }), words), (input) => {
      const unpacked = lzwDecompress(lzwCompress(input), input.length);
      assert.ok(unpacked.ok);
      assert.equal(Buffer.compare(unpacked.bytes, input), 0);
    }),
    { numRuns: 150 },
  );
});

test('the limit holds to the byte, a bomb included', () => {
  const bomb = lzwCompress(new Uint8Array(3_000_000));
  assert.ok(bomb.length < 12_000);
  assert.deepEqual(lzwDecompress(bomb, 2_999_999), { ok: false, problem: 'too-large' });
  assert.deepEqual(lzwDecompress(bomb, 0), { ok: false, problem: 'too-large' });
  const whole = lzwDecompress(bomb, 3_000_000);
  assert.ok(whole.ok && whole.bytes.length === 3_000_000 && whole.bytes.every((byte) => byte === 0));
});

test('any cut is noticed', () => {
  const packed = lzwCompress(Buffer.from('alive alive alive suspect dead alive'.repeat(20)));
  for (let length = 0; length < packed.length; length += 1) {
    assert.deepEqual(lzwDecompress(packed.subarray(0, length), 1e6), { ok: false, problem: 'truncated' });
  }
});

test('arbitrary bytes are unpacked or refused, within the limit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000, size: 'max' }), fc.nat(20000), (input, most) => {
      const unpacked = lzwDecompress(input, most);
      if (unpacked.ok) assert.ok(unpacked.bytes.length <= most);
      else assert.ok(['truncated', 'invalid-code', 'too-large'].includes(unpacked.problem));
    }),
    { numRuns: 1000 },
  );
});

/** Packs in pieces of `size` bytes. */
function packInPieces(input: Uint8Array, size: number): Uint8Array {
  const encoder = new LzwEncoder();
  const parts: Uint8Array[] = [];
  for (let start = 0; start < input.length; start += size)
    parts.push(...encoder.push(input.subarray(start, start + size)));
  return Buffer.concat([...parts, encoder.end()]);
}

function unpackInSteps(input: Uint8Array, most: number): { readonly result: LzwResult; readonly steps: number } {
  const decoder = new LzwDecoder(input, most);
  for (let steps = 1; ; steps += 1) {
    const result = decoder.step();
    if (result !== null) return { result, steps };
  }
}

test('packing in pieces of any size gives the same bytes as in one go, unpacking in steps the same result', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 9000, size: 'max' }), words),
      fc.integer({ min: 1, max: 5000 }),
      (input, size) => {
        const packed = lzwCompress(input);
        assert.equal(Buffer.compare(packInPieces(input, size), packed), 0);
        for (const most of [input.length, Math.max(0, input.length - 1)]) {
          assert.deepEqual(unpackInSteps(packed, most).result, lzwDecompress(packed, most));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('long inputs cross the windows of the pieces, bombs the steps of the output', () => {
  const random = seeded(3);
  const long = Uint8Array.from({ length: 700_000 }, (_, i) => (i % 3 === 0 ? random() * 256 : i & 15));
  const packed = lzwCompress(long);
  assert.ok(packed.length > 3 * 65536);
  assert.equal(Buffer.compare(packInPieces(long, 200_000), packed), 0);
  const unpacked = unpackInSteps(packed, 1e6);
  assert.ok(unpacked.result.ok && Buffer.compare(unpacked.result.bytes, long) === 0);
  assert.ok(unpacked.steps > 3);
  const bomb = lzwCompress(new Uint8Array(3_000_000));
  const exploded = unpackInSteps(bomb, 3_000_000);
  assert.ok(exploded.result.ok && exploded.result.bytes.length === 3_000_000 && exploded.steps > 4);
  assert.deepEqual(unpackInSteps(bomb, 2_999_999).result, { ok: false, problem: 'too-large' });
  assert.deepEqual(unpackInSteps(packed.subarray(0, 70_000), 1e6).result, { ok: false, problem: 'truncated' });
});

test('arbitrary bytes give the same in steps', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000, size: 'max' }), fc.nat(20000), (input, most) => {
      assert.deepEqual(unpackInSteps(input, most).result, lzwDecompress(input, most));
    }),
    { numRuns: 200 },
  );
});
