// Long JSON texts in steps: the same values and the same errors as in one go, however the text is cut; a bound of how many values
// there are; nothing of the text is kept alive by what was made of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import fc from 'fast-check';
import { decodeJson, struct } from '../../../src/gotext/json-decode.js';
import { dynamic, list, map, string } from '../../../src/gotext/json-kinds.js';
import { scanInSteps, scanWrittenJson, TOO_MANY_VALUES } from '../../../src/gotext/json-scan.js';
import { decodeJsonInSteps, MAX_VALUES } from '../../../src/gotext/json-steps.js';

const KIND = struct('Body', { Name: string, Tags: list(string), Meta: map(string), Any: dynamic });
const OPTIONS = { unknownFields: 'ignore' } as const;

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

function finished<T>(steps: Generator<undefined, T>): { readonly value: T; readonly steps: number } {
  for (let count = 1; ; count++) {
    const step = steps.next();
    if (step.done === true) return { value: step.value, steps: count };
  }
}

const decodeBytes = (bytes: Uint8Array) => finished(decodeJsonInSteps(bytes, KIND, OPTIONS));

/** JSON with many escapes, halves of characters, blanks, numbers written in all ways; or what it becomes with a place changed. */
const jsonText = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.array(fc.string({ unit: 'binary' })), fc.nat({ max: 3 }))
  .map(([value, texts, indent]) => JSON.stringify([value, texts], null, indent))
  .map((text) => text.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`));
const changedText = fc
  .tuple(jsonText, fc.nat(), fc.constantFrom('', '"', '\\', '\u0001', '{', ',', '1e999', '\\ud83d', ' ', '\\x'))
  .map(([text, place, put]) => text.slice(0, place % text.length) + put + text.slice((place % text.length) + 1));

test('what is scanned in steps is what is scanned at once', () => {
  const strides = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(fc.oneof(jsonText, changedText), strides, (text, stride) => {
      const inSteps = finished(scanInSteps(text, { maxValues: Number.POSITIVE_INFINITY, stride })).value;
      assert.deepEqual(inSteps, scanWrittenJson(text, 'decoder'));
    }),
    { numRuns: 1000 },
  );
});

test('characters of any length, and bytes that are none, come out the same wherever a piece ends', () => {
  const around = 128 * 1024;
  const piece = fc.oneof(
    fc.constantFrom('a', 'é', '€', '😀').map((text) => Buffer.from(text)),
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes.map((byte) => byte | 0x80))),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 4, maxLength: 12 }), fc.nat({ max: 20 }), (pieces, shift) => {
      const filler = 'x'.repeat(around - '{"Name":"'.length - shift);
      const bytes = Buffer.concat([Buffer.from(`{"Name":"${filler}`), ...pieces, Buffer.from('"}')]);
      assert.deepEqual(decodeBytes(bytes).value, decodeJson(bytes.toString(), KIND, OPTIONS));
    }),
    { numRuns: 200 },
  );
});

test('a long text is decoded in many steps, with the errors that it has in one', () => {
  const megabytes = 2 * 1024 * 1024;
  const tag = `"${'\\n'.repeat(1000)}"`;
  const long = `{"Tags":[${Array((megabytes / tag.length) | 0)
    .fill(tag)
    .join()}],"Name":"${'é'.repeat(megabytes)}"`;
  const { value, steps } = decodeBytes(Buffer.from(`${long}}`));
  assert.ok(value.ok);
  assert.equal(value.value.Name.length, megabytes);
  assert.equal(value.value.Tags?.[7], '\n'.repeat(1000));
  assert.ok(steps > 100, String(steps));
  for (const end of ['', '}'.repeat(0), 'x', ',"Meta":[]}', ',"Any":"\u0000"}', `,"Any":${'1'.repeat(5000)}}`]) {
    const bytes = Buffer.from(long + end);
    const atOnce = decodeJson(bytes.toString(), KIND, OPTIONS);
    assert.ok(!atOnce.ok);
    assert.deepEqual(decodeBytes(bytes).value, atOnce);
  }
});

test('there may be so many values and no more', () => {
  const tags = (count: number) => Buffer.from(`{"Tags":[${Array(count).fill('""').join()}]}`);
  // The object and the list are two of them.
  assert.ok(decodeBytes(tags(MAX_VALUES - 3)).value.ok);
  assert.deepEqual(decodeBytes(tags(MAX_VALUES)).value, { ok: false, error: TOO_MANY_VALUES });
  const nested = Buffer.from(`{"Any":${'[{"a":'.repeat(MAX_VALUES)}`);
  assert.equal(decodeBytes(nested).value.ok, false);
});

test('what was decoded keeps nothing of its text', () => {
  const blanks = ' '.repeat(2 * 1024 * 1024);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 20 }, (_, at) => {
    const decoded = decodeBytes(
      Buffer.from(`{"Name":"a name that is long enough, ${at}",${blanks}"Tags":["\\u00e9${'t'.repeat(30)}"]}`),
    );
    assert.ok(decoded.value.ok);
    return decoded.value.value;
  });
  collectGarbage();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(grown < 4 * 1024 * 1024, `${grown} bytes for ${kept.length}`);
});
