// Snappy: what is packed comes back, also by a reading of the format that is written here anew; what nobody packed is refused, and
// nothing is believed of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { snappyCompress, snappyDecompress } from '../../../src/wasm/snappy.js';

const MOST = 1024 * 1024;

/** The format's description, byte by byte; throws for what isn't whole. */
function reference(packed: Uint8Array): Uint8Array {
  let at = 0;
  const little = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i += 1) value += (packed[at + i] ?? assert.fail('cut')) * 256 ** i;
    at += count;
    return value;
  };
  let size = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = little(1);
    size += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  const out: number[] = [];
  while (at < packed.length) {
    const tag = little(1);
    const upper = tag >> 2;
    if ((tag & 3) === 0) {
      const length = 1 + (upper < 60 ? upper : little(upper - 59));
      for (let i = 0; i < length; i += 1) out.push(little(1));
      continue;
    }
    const isNear = (tag & 3) === 1;
    const length = isNear ? 4 + (upper & 7) : 1 + upper;
    const offset = isNear ? (tag >> 5) * 256 + little(1) : little((tag & 3) === 2 ? 2 : 4);
    assert.ok(offset > 0 && offset <= out.length);
    for (let i = 0; i < length; i += 1) out.push(out[out.length - offset] ?? assert.fail());
  }
  assert.equal(out.length, size);
  return Uint8Array.from(out);
}

function unpack(packed: Uint8Array, most = MOST): Uint8Array {
  const plain = snappyDecompress(packed, most);
  assert.ok(typeof plain !== 'string', String(plain));
  return plain;
}

/** Bytes with much and with little in them that repeats, near and far. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 300 }))
        .map(([part, times]) => {
          return Uint8Array.from(Buffer.concat(Array.from({ length: times }, () => part)));
        }),
      fc.string({ maxLength: 300 }).map((text) => Uint8Array.from(Buffer.from(text))),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(Buffer.concat([...parts, ...parts])));

test('what is packed comes back, and is what the format says', () => {
  fc.assert(
    fc.property(content, (bytes) => {
      const packed = snappyCompress(bytes);
      assert.ok(packed.length <= bytes.length + bytes.length / 6 + 32);
      assert.deepEqual(unpack(packed), bytes);
      assert.deepEqual(reference(packed), bytes);
    }),
  );
});

test('any size comes back, those around a block and around what is too short for copies too', () => {
  for (const size of [0, 1, 14, 15, 16, 17, 31, 65_535, 65_536, 65_537, 65_551, 65_552, 200_000]) {
    for (const every of [1, 7, 251, 100_003]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => ((i % every) * 2_654_435_761) >>> 24);
      assert.deepEqual(unpack(snappyCompress(bytes)), bytes, `${size} bytes, ${every}`);
    }
  }
});

test('what repeats becomes short', () => {
  assert.ok(snappyCompress(Buffer.alloc(64_000, 'x')).length < 3_300);
  assert.ok(snappyCompress(Buffer.from('{"name":"web","port":80}'.repeat(100))).length < 200);
});

test('what the reference library packs is read', () => {
  const text = 'consul consul consul, a service that is passing is a service that is passing; '.repeat(3);
  const packed =
    'ea0118636f6e73756c20320700682c2061207365727669636520746861742069732070617373696e67010b00615e1d00003b3647000d0efe4e00fe4e00114e';
  assert.equal(Buffer.from(unpack(Buffer.from(packed, 'hex'))).toString(), text);
  const same = 'c8010078fe0100fe0100fe01000d01';
  assert.equal(Buffer.from(unpack(Buffer.from(same, 'hex'))).toString(), 'x'.repeat(200));
});

test('every form of a literal and of a copy is read', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['03 08 616263', 'abc'],
    ['03 f0 02 616263', 'abc'],
    ['03 f4 0200 616263', 'abc'],
    ['03 f8 020000 616263', 'abc'],
    ['03 fc 02000000 616263', 'abc'],
    ['07 08 616263 01 03', 'abcabca'],
    ['08 08 616263 12 0200', 'abcbcbcb'],
    ['06 08 616263 0b 03000000', 'abcabc'],
    ['00', ''],
  ];
  for (const [packed, text] of forms) {
    assert.equal(Buffer.from(unpack(Buffer.from(packed.replaceAll(' ', ''), 'hex'))).toString(), text, packed);
  }
});

test('a copy from before the beginning, of nothing, beyond the end, and a wrong length are refused', () => {
  for (const packed of [
    '',
    '80',
    'ffffffffff01',
    '80808080808000',
    '07 08 616263 01 04',
    '07 08 616263 01 00',
    '06 08 616263 01 03',
    '08 08 616263 01 03',
    '02 08 616263',
    '04 08 616263',
    '03 08 6162',
    '03 fc ffffffff 616263',
    '08 08 616263 12 02',
    '08 08 616263 0b 020000',
    '01',
  ]) {
    const bytes = Buffer.from(packed.replaceAll(' ', ''), 'hex');
    assert.equal(typeof snappyDecompress(bytes, MOST), 'string', packed);
  }
});

test('no more is unpacked than is allowed, whatever is claimed', () => {
  const bytes = Buffer.alloc(1000, 'y');
  const packed = snappyCompress(bytes);
  assert.deepEqual(Buffer.from(unpack(packed, 1000)), bytes);
  assert.equal(snappyDecompress(packed, 999), '1000 packed bytes, more than 999');
  assert.equal(snappyDecompress(Buffer.from('ffffffff0f', 'hex'), MOST), `4294967295 packed bytes, more than ${MOST}`);
});

test('nothing that is cut or damaged throws or becomes longer than it claims', () => {
  fc.assert(
    fc.property(content, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, cut, place, change) => {
      const packed = snappyCompress(bytes);
      assert.equal(typeof snappyDecompress(packed.subarray(0, cut % packed.length), MOST), 'string');
      const damaged = Uint8Array.from(packed);
      damaged[place % packed.length] = (damaged[place % packed.length] ?? 0) ^ change;
      const plain = snappyDecompress(damaged, MOST);
      let expected: Uint8Array | null = null;
      try {
        expected = reference(damaged);
      } catch {
        assert.equal(typeof plain, 'string');
      }
      if (expected !== null && expected.length <= MOST) assert.deepEqual(plain, expected);
      // It works on afterwards.
      assert.deepEqual(unpack(packed), bytes);
    }),
  );
});
