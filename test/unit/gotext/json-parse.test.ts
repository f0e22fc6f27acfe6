import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../../src/gotext/json-parse.js';
import { scanJson } from '../../../src/gotext/json-scan.js';
import type { JsonParsed } from '../../../src/gotext/json-value.js';

function errorOf(parsed: JsonParsed): string {
  assert.ok(!parsed.ok);
  return parsed.error;
}

test('syntax errors have the texts of encoding/json', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{bad', "invalid character 'b' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"', `invalid character '"' after object key:value pair`],
    ['{"a":x}', "invalid character 'x' looking for beginning of value"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['txue', "invalid character 'x' in literal true (expecting 'r')"],
    ['nulL', "invalid character 'L' in literal null (expecting 'l')"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['é', "invalid character 'Ã' looking for beginning of value"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['[01]', "invalid character '1' after array element"],
    ['1e999', 'json: cannot unmarshal number 1e999 into Go value of type float64'],
    [`${'['.repeat(10_001)}1${']'.repeat(10_001)}`, 'exceeded max depth'],
    [`${'{"a":'.repeat(10_001)}1${'}'.repeat(10_001)}`, 'exceeded max depth'],
  ];
  for (const [text, error] of cases) {
    assert.equal(errorOf(parseJson(text, 'decoder')), error);
    assert.equal(errorOf(parseJson(text, 'unmarshal')), error);
  }
});

test('an end too early is told apart by the mode', () => {
  for (const text of ['', ' \n']) {
    assert.equal(errorOf(parseJson(text, 'decoder')), 'EOF');
    assert.equal(errorOf(parseJson(text, 'unmarshal')), 'unexpected end of JSON input');
  }
  for (const text of ['{', '{"a"', '{"a":', '[1', '"abc', 'tru', '-', '1.', '1e', '"\\u12', '"\\']) {
    assert.equal(errorOf(parseJson(text, 'decoder')), 'unexpected EOF', text);
    assert.equal(errorOf(parseJson(text, 'unmarshal')), 'unexpected end of JSON input', text);
  }
});

test('only unmarshal minds what follows the value', () => {
  assert.deepEqual(parseJson('{"a":1} x', 'decoder'), { ok: true, value: { a: 1 } });
  assert.deepEqual(parseJson('1x', 'decoder'), { ok: true, value: 1 });
  assert.equal(errorOf(parseJson('{} x', 'unmarshal')), "invalid character 'x' after top-level value");
});

test('large integers keep every digit', () => {
  assert.deepEqual(parseJson('[18446744073709551615,-9007199254740993,9007199254740991]', 'unmarshal'), {
    ok: true,
    value: [18446744073709551615n, -9007199254740993n, 9007199254740991],
  });
});

test('the deepest text that Go takes is taken', () => {
  assert.ok(parseJson('['.repeat(10_000) + ']'.repeat(10_000), 'unmarshal').ok);
  assert.ok(parseJson(`["${'['.repeat(30_000)}\\"","\\\\",[]]`, 'unmarshal').ok);
});

test('a key __proto__ is a key', () => {
  for (const parsed of [parseJson('{"__proto__":{"x":1}}', 'decoder'), scanJson('{"__proto__":{"x":1}}', 'decoder')]) {
    assert.ok(parsed.ok);
    assert.deepEqual(Object.keys(parsed.value as object), ['__proto__']);
    assert.equal((parsed.value as { x?: number }).x, undefined);
  }
});

test('the exact scanner agrees with JSON.parse', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', ' ', '\n'), (text, tail) => {
      const scanned = scanJson(tail + text + tail, 'unmarshal');
      assert.ok(scanned.ok);
      // -0 and integers beyond 2^53 are the differences that are meant; the generator makes doubles.
      assert.deepEqual(
        JSON.stringify(scanned.value, (_, v) => (typeof v === 'bigint' ? Number(v) : v)),
        JSON.stringify(JSON.parse(text)),
      );
    }),
  );
});

test('every text is taken by both or refused by both', () => {
  const unit = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '1',
    '0',
    '-',
    '.',
    'e',
    't',
    'true',
    'null',
    '\\',
    'u',
    ' ',
    'a',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12, size: 'max' }), (text) => {
      let isValid = true;
      try {
        JSON.parse(text);
      } catch {
        isValid = false;
      }
      assert.equal(scanJson(text, 'unmarshal').ok, isValid, text);
    }),
    { numRuns: 3000 },
  );
});

test('half a character stands for U+FFFD, in values and in keys, as in Go', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['"a\\ud800b"', 'a\ufffdb'],
    ['"\\udcff"', '\ufffd'],
    ['"\\uD83D\\uDE00"', '\u{1f600}'],
    ['"\\ude00\\ud83d"', '\ufffd\ufffd'],
    ['"\\ud800\\ud83d\\ude00"', '\ufffd\u{1f600}'],
    ['"\\\\ud800"', '\\ud800'],
    ['{"\\ud800":1,"\\udfff":2}', { '\ufffd': 2 }],
    ['[{"a":["x\\uDBFF"]}]', [{ a: ['x\ufffd'] }]],
  ];
  for (const [text, value] of cases) {
    for (const mode of ['decoder', 'unmarshal'] as const) assert.deepEqual(parseJson(text, mode), { ok: true, value });
  }
});
