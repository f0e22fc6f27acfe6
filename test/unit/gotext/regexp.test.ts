import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRegexp, estimateRegexpSize } from '../../../src/gotext/regexp.js';

const TOO_LARGE = 'error parsing regexp: expression too large';

test('matches anywhere, in the syntax of RE2', () => {
  const compiled = compileRegexp('v[0-9]+');
  assert.ok(compiled.ok);
  assert.deepEqual([compiled.re.test('api-v12'), compiled.re.test('api')], [true, false]);
});

test('refuses with the texts of Go', () => {
  for (const [expression, error] of [
    ['(', 'error parsing regexp: missing closing ): `(`'],
    ['[a', 'error parsing regexp: missing closing ]: `[a`'],
    ['x'.repeat(8193), TOO_LARGE],
  ] as const) {
    assert.deepEqual(compileRegexp(expression), { ok: false, error });
  }
});

test('short expressions that stand for huge programs are refused without being compiled', () => {
  for (const expression of [
    'x{1000}'.repeat(1100),
    '(x{30}){33}'.repeat(700),
    '((x{10}){10}){10}'.repeat(400),
    String.raw`\pL{1000}`.repeat(800),
    String.raw`\Q[\E(x{1000}y{1000}){3,10}`,
    `[]a](${'[^[:alpha:]]{900}'.repeat(20)})`,
  ]) {
    assert.deepEqual(compileRegexp(expression), { ok: false, error: TOO_LARGE }, expression.slice(0, 40));
  }
});

test('usual expressions are far from the limit', () => {
  for (const expression of ['^web-[0-9]{1,3}$', '(?i)api|web', 'x{1000}', String.raw`\x{1000}{2}`, 'a{,2}', '{5}']) {
    assert.ok(estimateRegexpSize(expression) < 3000, expression);
  }
});

const atom = fc.constantFrom(
  'x',
  '.',
  '[a-z]',
  '[]a]',
  '[^[:alpha:]x]',
  '\\d',
  '\\pL',
  '\\x{41}',
  '\\Q[(\\E',
  '^',
  '{',
  '\\[',
);
const repetition = fc.constantFrom('', '', '*', '+?', '?', '{3}', '{0,4}', '{2,}', '{7,9}', '{0}');
const expressions = fc.letrec<{ sequence: string; item: string }>((tie) => ({
  sequence: fc.array(tie('item'), { maxLength: 5 }).map((items) => items.join('')),
  item: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(atom, repetition).map(([one, times]) => one + times),
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?i:'), tie('sequence'), repetition)
      .map(([open, inner, times]) => `${open}${inner})${times}`),
    fc.tuple(tie('sequence'), tie('sequence')).map(([a, b]) => `(?:${a}|${b})`),
  ),
})).sequence;

test('the estimate is never far below the size of the program', () => {
  fc.assert(
    fc.property(expressions, (expression) => {
      const compiled = compileRegexp(expression);
      if (!compiled.ok) return;
      const size = compiled.re.programSize();
      assert.ok(
        size <= 2 * estimateRegexpSize(expression) + 10,
        `${expression}: ${size}, not ${estimateRegexpSize(expression)}`,
      );
    }),
    { numRuns: 2000 },
  );
});
