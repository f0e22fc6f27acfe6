// Values nobody means well by: JSON texts for a field of a body, and texts for parameters and paths.

import type { Random } from '../../random.js';
import type { Sample } from './rows.js';

const DEEP = (levels: number, open: string, close: string): string => open.repeat(levels) + close.repeat(levels);

/** JSON texts, some of them no JSON at all. */
const LITERALS: readonly string[] = [
  ...['0', '-0', '-1', '1', '80.0', '8e3', '1e15', '1e30', '-1e30', '1e308', '1e400', '0.1', '-0.5', '1e-400'],
  ...[31, 32, 53, 63, 64].flatMap((bits) => [-1n, 0n, 1n].map((by) => String((1n << BigInt(bits)) + by))),
  ...['-2147483649', '-9007199254740993', '-9223372036854775808', '-9223372036854775809', '9'.repeat(400)],
  ...['null', 'true', 'false', '""', '{}', '[]', '[null]', '{"":""}', '[[]]', '{"a":null}', '"\\u0000"', '" "'],
  ...['"\\ud800"', '"\\udfff\\ud800"', '"\\ud83d\\ude00"', '"\\uffff"', '"__proto__"', '"constructor"', '"*"', '"."'],
  ...['{"__proto__":"x"}', '{"__proto__":{"a":1}}', '{"constructor":["x"]}', '{"hasOwnProperty":1}'],
  ...['"passing"', '"critical"', '"release"', '"10s"', '"-10s"', '"2562047h47m16s"', '"1e9s"', '"0"', '"10"', '"10y"'],
  ...['"00000000-0000-4000-8000-000000000000"', '"127.0.0.1"', '"::"', '"0.0.0.0:99999"', '"http://[::1"', '"=="'],
  ...[
    DEEP(65, '[', ']'),
    DEEP(64, '{"a":', '}').replace('{"a":}', '{"a":1}'),
    DEEP(600, '[', ']'),
    DEEP(10_000, '[', ']'),
  ],
  ...[DEEP(10_001, '[', ']'), '['.repeat(20_000), '{"a":'.repeat(5000), '"unended', 'nul', '1 2', ''],
  JSON.stringify('x'.repeat(70_000)),
  JSON.stringify('\u2028"\\/<&>\u0001'.repeat(300)),
];

/** Much of the same, up to 2 MB, where such a value stands. */
const REPEATED_LISTS: readonly (() => string)[] = [
  () => `[${'1,'.repeat(900_000)}1]`,
  () => `[${'{},'.repeat(150_000)}{}]`,
  () => `[${'"",'.repeat(600_000)}""]`,
];
const REPEATED_MEMBERS = () => `{${Array.from({ length: 60_000 }, (_, i) => `"k${i}":"v"`).join(',')}}`;
const LONG_TEXT = () => JSON.stringify('y'.repeat(1_900_000));
const REPEATED_LIST_ONE_IN = 8;
const REPEATED_MEMBERS_ONE_IN = 30;
const LONG_TEXT_ONE_IN = 150;

const TEXTS: readonly string[] = [
  ...['', '0', '-1', '1', '00', '1e3', '8.0', 'x', 'true', 'nil', ' ', '+1', '0x10', '1_0', '.', '..', '/', '//', '*'],
  ...[31, 32, 53, 63, 64].flatMap((bits) => [-1n, 0n, 1n].map((by) => String((1n << BigInt(bits)) + by))),
  ...['9'.repeat(5000), '1'.repeat(300), '10s', '-10s', '1h1h1h', '2562047h48m', '1000000000h', '1ns', '.s', '1e9s'],
  ...[
    '%00',
    '%ff',
    '%c3%28',
    '%ed%a0%80',
    '%f4%90%80%80',
    '%2e%2e%2f',
    '%25',
    '%',
    '%zz',
    '%3B',
    '%0d%0aX:%20y',
    '%7f',
  ],
  ...[
    '__proto__',
    '__proto__:x',
    'constructor:x',
    'a:b',
    ':',
    'a=b',
    'Node==x',
    'ServiceTags contains ""',
    '((((',
    'x in',
  ],
  ...['_agent', 'consul', 'serfHealth', 'passing', 'x'.repeat(3000), '%F0%9F%98%80'.repeat(100), '"', "'", '<script>'],
];

/** One JSON text, in the place of `sample`. */
export function hostileLiteral(random: Random, sample: Sample): string {
  if (Array.isArray(sample)) {
    if (random.below(REPEATED_LIST_ONE_IN) === 0) {
      return REPEATED_LISTS[random.below(REPEATED_LISTS.length)]?.() ?? '';
    }
  } else if (typeof sample === 'object' && sample !== null) {
    if (random.below(REPEATED_MEMBERS_ONE_IN) === 0) return REPEATED_MEMBERS();
  } else if (random.below(LONG_TEXT_ONE_IN) === 0) {
    return LONG_TEXT();
  }
  return LITERALS[random.below(LITERALS.length)] ?? '';
}

/** A text for a path or a query, some of it encoded well and some badly. */
export function hostileText(random: Random): string {
  return TEXTS[random.below(TEXTS.length)] ?? '';
}

/** What a header can hold of them. */
export function hostileHeader(random: Random): string {
  return HEADERS[random.below(HEADERS.length)] ?? '';
}

const HEADERS: readonly string[] = [
  ...TEXTS.filter((text) => /^[\x20-\x7e]*$/.test(text)),
  ...[
    'max-age=1',
    'max-age=99999999999',
    'max-age=-1',
    'must-revalidate',
    'stale-if-error=',
    'Bearer ',
    'Bearer x',
    ',,,',
  ],
];
