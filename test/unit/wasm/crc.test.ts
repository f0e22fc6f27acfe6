// Checksums against zlib's and published check values.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { Crc64, crc32, wasmCrc32 } from '../../../src/wasm/crc.js';

const digits = Buffer.from('123456789');

/** Bit by bit, from the definition. */
function slowCrc64(bytes: Uint8Array): bigint {
  let crc = (1n << 64n) - 1n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n;
  }
  return crc ^ ((1n << 64n) - 1n);
}

describe('CRC-32', () => {
  it('has the published check value', () => {
    assert.equal(crc32(digits), 0xcbf43926);
    assert.equal(wasmCrc32(digits), 0xcbf43926);
    assert.equal(crc32(new Uint8Array(0)), 0);
  });

  it("equals zlib's for all lengths, seeds and places", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 700, size: 'max' }),
        fc.nat(0xffffffff),
        fc.nat(20),
        (bytes, seed, skip) => {
          const part = bytes.subarray(Math.min(skip, bytes.length - 1));
          assert.equal(crc32(part, seed), zlib.crc32(part, seed));
          assert.equal(wasmCrc32(part, seed), zlib.crc32(part, seed));
        },
      ),
    );
  });

  it('takes buffers larger than its own', () => {
    const bytes = new Uint8Array(300_001).map((_, index) => index * 31);
    assert.equal(wasmCrc32(bytes), zlib.crc32(bytes));
    assert.equal(crc32(bytes.subarray(1000), crc32(bytes.subarray(0, 1000))), zlib.crc32(bytes));
  });
});

describe('CRC-64', () => {
  it('has the published check value of CRC-64/XZ', () => {
    assert.equal(new Crc64().update(digits).digest(), 0x995dc9bbdf1939fan);
    assert.equal(new Crc64().digest(), 0n);
  });

  it('equals the definition, however the bytes are split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), fc.nat(200), (bytes, cut) => {
        const crc = new Crc64().update(bytes.subarray(0, cut)).update(bytes.subarray(cut));
        assert.equal(crc.digest(), slowCrc64(bytes));
        assert.equal(Buffer.from(crc.digestBytes()).readBigUInt64BE(), slowCrc64(bytes));
      }),
    );
  });

  it('takes buffers larger than its own', () => {
    const bytes = new Uint8Array(300_001).map((_, index) => index * 31);
    const parts = new Crc64();
    for (let at = 0; at < bytes.length; at += 1000) parts.update(bytes.subarray(at, at + 1000));
    assert.equal(new Crc64().update(bytes).digest(), parts.digest());
  });
});
