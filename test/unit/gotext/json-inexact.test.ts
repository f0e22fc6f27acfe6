import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isInexactAsWritten } from '../../../src/gotext/json-inexact.js';

const SAYS = /[0-9]{16}|(?:^|[:,[])[ \t\r\n]*-?[0-9]+[.eE]|\\u[dD][89a-fA-F]/;

const piece = fc.constantFrom(
  ...[':', ',', '[', ' ', '\t', '\r', '\n', '-', '--', '1', '0', '12', '123456789012345', '.', 'e', 'E', '+', '"', 'a'],
  ...['\\', '\\u', '\\uD8', '\\ud', '8', '9', 'a', 'F', 'g', 'é', '\ud800', '{', '}', ']', 'x.1', 'N', 'u', 'd'],
);

test('a text is read exactly where the regular expression says so', () => {
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.json(),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      assert.equal(isInexactAsWritten(text), SAYS.test(text), JSON.stringify(text));
    }),
    { numRuns: 5_000 },
  );
});
