import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64 } from '../../../src/gotext/base64.js';

const corrupt = (at: number) => ({ ok: false, error: `illegal base64 data at input byte ${at}` });

test('what was encoded is decoded, line breaks or not', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(20), fc.constantFrom('', '\n', '\r\n'), (bytes, at, lineBreak) => {
      const text = Buffer.from(bytes).toString('base64');
      const decoded = decodeBase64(text.slice(0, at) + lineBreak + text.slice(at));
      assert.deepEqual(decoded, { ok: true, value: bytes });
    }),
  );
});

test('an error names the place of what does not fit', () => {
  for (const [text, at] of [
    ['short', 4],
    ['x', 0],
    ['YQ', 0],
    ['YWJjYQ', 4],
    ['YW-j', 2],
    ['Y===', 1],
    ['=', 0],
    ['YQ=', 3],
    ['YQ=a', 2],
    ['AAA=AAAA', 4],
    ['AAAAAA=', 7],
    ['YWJjZA=====', 8],
    ['YQ==YQ==', 4],
    ['YWI=x', 4],
    ['\u00e9', 0],
    ['YWJj\u00e9', 4],
  ] as const) {
    assert.deepEqual(decodeBase64(text), corrupt(at), text);
  }
});

test('the bytes stand in a buffer of their own', () => {
  const decoded = decodeBase64('YWJj');
  assert.ok(decoded.ok);
  assert.equal(decoded.value.buffer.byteLength, 3);
});
