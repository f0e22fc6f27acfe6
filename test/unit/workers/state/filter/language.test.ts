import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseExpression } from '../../../../../src/filter/parser.js';
import { unquote } from '../../../../../src/filter/unquote.js';
import { compileFilter } from '../../../../../src/workers/state/filter/compile.js';
import {
  checkFields,
  memberFields,
  nodeFields,
  serviceFields,
} from '../../../../../src/workers/state/filter/fields.js';

const alpha = { Node: 'alpha', Address: '10.9.0.1', Meta: { zone: 'a', ['__proto__']: 'x' } };

function errorOf(text: string, fields = nodeFields): string {
  const filter = compileFilter(text, fields);
  assert.ok(!filter.ok);
  return filter.reason;
}

function holds(text: string, item: object = alpha, fields = nodeFields): boolean {
  const filter = compileFilter(text, fields);
  assert.ok(filter.ok, filter.ok ? '' : filter.error);
  return filter.matches(item);
}

test('chains of many thousand terms neither recurse nor take quadratic time', () => {
  const terms = Array.from({ length: 2000 }, (_, index) => `Node == n${index}`);
  assert.equal(holds(terms.join(' or ')), false);
  assert.equal(holds([...terms, 'Node == alpha'].join(' or ')), true);
  assert.equal(holds(terms.join(' and ').replaceAll('==', '!=')), true);
  assert.equal(holds(`${'not '.repeat(16_000)}Node == alpha`), true);
  assert.equal(holds(`${'not '.repeat(16_001)}Node == alpha`), false);
  assert.match(errorOf(`Node == "${'\\q'.repeat(1000)}"${' and Node == "\\q"'.repeat(2000)}`), /invalid syntax/);
});

test('a text and its matches are taken up to a bound, and what a busy client asks is far below', () => {
  const matches = (count: number) => Array.from({ length: count }, (_, index) => `Node == n${index}`).join(' or ');
  assert.equal(holds(matches(2048)), false);
  assert.match(errorOf(matches(2049)), /^1:\d+ \(\d+\): rule "match": more than 2048 matches$/);
  // Two thousand instances by their UUIDs, one more than once.
  const uuids = Array.from({ length: 1000 }, () => `ID == "00000000-1111-2222-3333-444444444444"`).join(' or ');
  assert.equal(holds(uuids), false);
  assert.equal(holds(`${' '.repeat(65_523)}Node == alpha`), true);
  const tooLong = '1:1 (0): expression has 65537 bytes, at most 65536 are taken';
  assert.equal(errorOf(`${' '.repeat(65_524)}Node == alpha`), tooLong);
  assert.equal(errorOf(`Node == "${'é'.repeat(32_763)}a"`), tooLong, 'bytes count');
});

test('the patterns of a filter share what one may have', () => {
  assert.equal(holds('Node matches "x{1000}"'), false);
  assert.match(
    errorOf('Node matches "x{1000}" or Node matches "y{5}"'),
    /"y\{5\}": patterns of the expression too large/,
  );
  const small = (count: number) => Array.from({ length: count }, (_, index) => `Node matches n${index}`).join(' or ');
  assert.equal(holds(small(100)), false);
  assert.match(errorOf(small(200)), /patterns of the expression too large together/);
});

test('what is kept of filters is bounded in bytes', () => {
  const large = (index: number) => `Node matches "${index}x{900}"`;
  const first = compileFilter(large(0), nodeFields);
  assert.equal(compileFilter(large(0), nodeFields), first);
  for (let index = 1; index < 12; index++) compileFilter(large(index), nodeFields);
  assert.notEqual(compileFilter(large(0), nodeFields), first);
});

test('parentheses nest up to a bound', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}Node == alpha${')'.repeat(depth)}`;
  assert.equal(holds(nested(200)), true);
  assert.match(errorOf(nested(201)), /^1:202 \(201\): rule "grouping": expression nests too deeply$/);
  assert.match(errorOf(nested(30_000)), /nests too deeply/);
});

test('several mistakes are all named, with bytes and characters counted', () => {
  assert.equal(
    errorOf('Node == "é\\q" or\nNode == "\\w"'),
    '1:9 (8): rule "string": invalid syntax\n2:9 (26): rule "string": invalid syntax',
  );
  assert.match(errorOf('Node == "é" x'), /^1:13 \(13\): no match found/);
  assert.equal(errorOf('a in "x"'), '1:6 (5): rule "match": Invalid selector');
});

test('a selector never leaves the item', () => {
  assert.equal(errorOf('constructor == x'), 'Selector "constructor" is not valid');
  assert.equal(holds('Meta.constructor == x'), false);
  assert.equal(holds('Meta.toString != x'), true);
  assert.equal(holds('constructor in Meta'), false);
  assert.equal(holds('Meta["__proto__"] == x'), true);
  assert.equal(holds('Meta["__proto__"] == x', { Meta: {} }), false);
});

test('fields that an item lacks have their zero value', () => {
  assert.equal(holds('Port == 0', {}, serviceFields), true);
  assert.equal(holds('Address == ""', {}, serviceFields), true);
  assert.equal(holds('EnableTagOverride == false', {}, serviceFields), true);
  assert.equal(holds('Weights.Passing == 0', { Weights: null }, serviceFields), true);
  assert.equal(holds('Tags is empty', { Tags: null }, serviceFields), true);
  assert.equal(holds('x in Tags', {}, serviceFields), false);
});

test('numbers keep their range', () => {
  const range = (value: string, name: string) =>
    `Failed to coerce value "${value}" for selector "Port": strconv.${name}: parsing "${value}": value out of range`;
  assert.equal(errorOf('Port == 9223372036854775808', serviceFields), range('9223372036854775808', 'ParseInt'));
  assert.equal(errorOf('Port == 65536', memberFields), range('65536', 'ParseUint'));
  assert.equal(holds('Port == 9223372036854775807', { Port: 1 }, serviceFields), false);
  assert.equal(holds('Port != 9223372036854775807', { Port: 1 }, serviceFields), true);
});

test('a pattern that would take exponential time elsewhere is answered at once', () => {
  assert.equal(holds('Output matches "^(a+)+$"', { Output: `${'a'.repeat(50_000)}b` }, checkFields), false);
  assert.match(errorOf(`Node matches "${'('.repeat(5000)}"`), /^Failed to compile regular expression/);
  assert.match(errorOf(`Node matches "${'a'.repeat(10_000)}"`), /expression too large$/);
  assert.match(errorOf('Node matches "((a{100}){100}){100}"'), /invalid repeat count|too large/);
});

test('escapes are those of Go', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['plain', 'plain'],
    ['a\\n\\t\\\\', 'a\n\t\\'],
    ['\\x41\\101\\u00e9\\U0001F600', 'AAé😀'],
    ['\\xc3\\xa9', 'é'],
    ["\\'", null],
    ['\\8', null],
    ['\\400', null],
    ['\\ud800', null],
    ['\\U00110000', null],
    ['\\x4', null],
    ['\\', null],
    ['a\nb', null],
  ];
  for (const [content, value] of cases) assert.equal(unquote(content), value, content);
});

test('the same text gives the same compiled filter, until many others came', () => {
  const first = compileFilter('Node == kept', nodeFields);
  assert.equal(compileFilter('Node == kept', nodeFields), first);
  assert.notEqual(compileFilter('Node == kept', serviceFields), first);
  for (let index = 0; index < 6000; index++) compileFilter(`Node == other${index}`, nodeFields);
  assert.notEqual(compileFilter('Node == kept', nodeFields), first);
});

test('no text breaks the parser', () => {
  const unit = fc.constantFrom(
    ...[
      '(',
      ')',
      ' ',
      '\n',
      'not ',
      ' and ',
      ' or ',
      'Node',
      'Meta',
      '.',
      '["',
      '"]',
      '"',
      '`',
      '\\',
      '==',
      ' != ',
      ' in ',
    ],
    ...[' is empty', ' is not empty', ' matches ', ' contains ', '1', '-', '0', 'a', 'é', '😀', '\ud800'],
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 30, size: 'max' }), (text) => {
      const parsed = parseExpression(text);
      if (!parsed.ok) assert.match(parsed.error, /^\d+:\d+ \(\d+\): /);
      const filter = compileFilter(text, nodeFields);
      if (filter.ok) assert.equal(typeof filter.matches(alpha), 'boolean');
    }),
    { numRuns: 2000 },
  );
});
