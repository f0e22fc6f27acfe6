import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../src/gotext/duration.js';

test('durations are read as Go reads them', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['-0', 0],
    ['0s', 0],
    ['10s', 10e9],
    ['1h30m', 5400e9],
    ['1.5s', 1.5e9],
    ['.5s', 0.5e9],
    ['1.s', 1e9],
    ['0.1s', 1e8],
    ['1.0000000001s', 1e9],
    ['-2m', -120e9],
    ['+3ms', 3e6],
    ['7us', 7e3],
    ['7\u00b5s', 7e3],
    ['7\u03bcs', 7e3],
    ['12ns', 12],
    ['87600h', 315360000e9],
    ['2540400h10m10.000000000s', 9145440610e9],
  ];
  for (const [text, ns] of cases) assert.deepEqual(parseDuration(text), { ok: true, ns }, text);
});

test('what is no duration gets the text of the time package', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'time: invalid duration ""'],
    ['10', 'time: missing unit in duration "10"'],
    ['x', 'time: invalid duration "x"'],
    ['-', 'time: invalid duration "-"'],
    ['.', 'time: invalid duration "."'],
    ['.s', 'time: invalid duration ".s"'],
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['1h2', 'time: missing unit in duration "1h2"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['1 s', 'time: unknown unit " s" in duration "1 s"'],
  ];
  for (const [text, error] of cases) assert.deepEqual(parseDuration(text), { ok: false, error }, text);
});

test('durations are written as Go writes them', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [1, '1ns'],
    [1100, '1.1\u00b5s'],
    [2_200_000, '2.2ms'],
    [250e6, '250ms'],
    [1.5e9, '1.5s'],
    [3600e9, '1h0m0s'],
    [60e9, '1m0s'],
    [5405.001e9, '1h30m5.001s'],
    [-1e9, '-1s'],
    [315360000e9, '87600h0m0s'],
  ];
  for (const [ns, text] of cases) assert.equal(formatDuration(ns), text);
});

test('a written duration reads back as itself', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (ns) => {
      assert.deepEqual(parseDuration(formatDuration(ns)), { ok: true, ns: ns === 0 ? 0 : ns });
    }),
  );
});

test('no text breaks the parser', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('1', '9', '.', 's', 'm', 'h', '-', 'n', 'u', ' ', 'é') }), (text) => {
      const parsed = parseDuration(text);
      if (parsed.ok) assert.ok(Number.isInteger(parsed.ns));
      else assert.match(parsed.error, /^time: /);
    }),
  );
});
