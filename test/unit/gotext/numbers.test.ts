import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGoBool, parseGoFloat, parseGoInt, parseGoUint } from '../../../src/gotext/numbers.js';
import { quote, quoteCharacter } from '../../../src/gotext/quote.js';

test('booleans have twelve spellings and one error', () => {
  for (const text of ['1', 't', 'T', 'true', 'TRUE', 'True']) {
    assert.deepEqual(parseGoBool(text), { ok: true, value: true });
  }
  for (const text of ['0', 'f', 'F', 'false', 'FALSE', 'False']) {
    assert.deepEqual(parseGoBool(text), { ok: true, value: false });
  }
  for (const text of ['yes', '', 'tRUE', '2']) {
    const error = `strconv.ParseBool: parsing "${text}": invalid syntax`;
    assert.deepEqual(parseGoBool(text), { ok: false, error });
  }
});

test('unsigned integers use all 64 bits', () => {
  assert.deepEqual(parseGoUint('0'), { ok: true, value: 0 });
  assert.deepEqual(parseGoUint('007'), { ok: true, value: 7 });
  assert.deepEqual(parseGoUint('18446744073709551615'), { ok: true, value: 18446744073709551615n });
  const error = 'strconv.ParseUint: parsing "18446744073709551616": value out of range';
  assert.deepEqual(parseGoUint('18446744073709551616'), { ok: false, error });
  for (const text of ['', 'x', '-1', '+1', '1.5', ' 1', '0x10', '1_0']) {
    assert.deepEqual(parseGoUint(text), { ok: false, error: `strconv.ParseUint: parsing "${text}": invalid syntax` });
  }
  assert.deepEqual(parseGoUint('256', 8), {
    ok: false,
    error: 'strconv.ParseUint: parsing "256": value out of range',
  });
});

test('signed integers end at their bits', () => {
  assert.deepEqual(parseGoInt('-9223372036854775808'), { ok: true, value: -9223372036854775808n });
  assert.equal(parseGoInt('9223372036854775808').ok, false);
  assert.deepEqual(parseGoInt('+12'), { ok: true, value: 12 });
  assert.deepEqual(parseGoInt('a', 64, 10, 'Atoi'), {
    ok: false,
    error: 'strconv.Atoi: parsing "a": invalid syntax',
  });
});

test('base 0 takes prefixes and underscores', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0x50', 80],
    ['0120', 80],
    ['0o120', 80],
    ['0b1', 1],
    ['1_000', 1000],
    ['-0x10', -16],
    ['0', 0],
    ['0x_1', 1],
  ];
  for (const [text, value] of cases) assert.deepEqual(parseGoInt(text, 64, 0), { ok: true, value }, text);
  for (const text of ['08', '1__0', '_1', '1_', '0x', '0b2', 'x', '', '1e3']) {
    assert.equal(parseGoInt(text, 64, 0).ok, false, text);
  }
});

test('a megabyte of digits is out of range, not work', () => {
  const parsed = parseGoInt('9'.repeat(1_000_000));
  assert.ok(!parsed.ok);
  assert.match(parsed.error, /value out of range$/);
});

test('floats are decimal, infinite or nothing', () => {
  assert.deepEqual(parseGoFloat('1.5e3'), { ok: true, value: 1500 });
  assert.deepEqual(parseGoFloat('-inf'), { ok: true, value: -Infinity });
  assert.deepEqual(parseGoFloat('1e400'), {
    ok: false,
    error: 'strconv.ParseFloat: parsing "1e400": value out of range',
  });
  assert.equal(parseGoFloat('').ok, false);
});

test('text is quoted as %q does', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain', '"plain"'],
    ['say "hi"\\', '"say \\"hi\\"\\\\"'],
    ['\n\t\u0000\u007f', '"\\n\\t\\x00\\x7f"'],
    ['é世', '"é世"'],
    ['\u00a0\u2028', '"\\u00a0\\u2028"'],
    ['\ud800', '"\\ufffd"'],
    ['😀\u{e0001}', '"😀\\U000e0001"'],
  ];
  for (const [text, quoted] of cases) assert.equal(quote(text), quoted);
  assert.equal(quoteCharacter(0x7d), "'}'");
  assert.equal(quoteCharacter(0x27), "'\\''");
  assert.equal(quoteCharacter(0x22), "'\"'");
  assert.equal(quoteCharacter(0x0a), "'\\n'");
});
