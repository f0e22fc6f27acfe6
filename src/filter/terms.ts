// The lower half of the filter grammar: strings, numbers, selectors, values and one match (spec/filter.md, section 1).
// Each rule is tried at most once per position and remembered, so an expression costs time linear in its length
// although the grammar's alternatives begin alike.

import type { Match, Operator } from './expression.js';
import type { End, Scanner } from './scanner.js';
import { unquote } from './unquote.js';

interface Found<T> {
  readonly value: T;
  readonly end: End;
}
type Outcome<T> = Found<T> | null;

const SELECTOR_FIRST: readonly (readonly [Operator, string | readonly string[]])[] = [
  ['Equal', '=='],
  ['Not Equal', '!='],
  ['In', ['contains']],
  ['Not In', ['not', 'contains']],
  ['Matches', ['matches']],
  ['Not Matches', ['not', 'matches']],
];

const LETTER = /[a-zA-Z]/y;
const NAME_REST = /[a-zA-Z0-9_]*/y;
const NONZERO = /[1-9]/y;
const DIGITS = /[0-9]*/y;

/** A rule that remembers its outcome at each position. */
function remembered<T>(rule: (at: number) => Outcome<T>): (at: number) => Outcome<T> {
  const outcomes = new Map<number, Outcome<T>>();
  return (at) => {
    const known = outcomes.get(at);
    if (known !== undefined) return known;
    const outcome = rule(at);
    outcomes.set(at, outcome);
    return outcome;
  };
}

export class Terms {
  readonly #scan: Scanner;
  readonly match: (at: number) => Outcome<Match>;
  readonly #selector: (at: number) => Outcome<readonly string[]>;
  readonly #value: (at: number) => Outcome<string>;
  readonly #string: (at: number) => Outcome<string>;

  constructor(scan: Scanner) {
    this.#scan = scan;
    this.match = remembered((at) => this.#readMatch(at));
    this.#selector = remembered((at) => this.#readSelector(at));
    this.#value = remembered((at) => this.#readValue(at));
    this.#string = remembered((at) => this.#readString(at));
  }

  #readString(at: number): Outcome<string> {
    const scan = this.#scan;
    for (const mark of ['`', '"'] as const) {
      const start = scan.literal(at, mark);
      if (start === null) continue;
      const close = scan.text.indexOf(mark, start);
      if (close === -1) return scan.mistake(scan.text.length, 'string', 'Unterminated string literal');
      const content = scan.text.slice(start, close);
      const value = mark === '`' ? content.replaceAll('\r', '') : unquote(content);
      // A bad escape spoils the expression, yet the string ends where it ends.
      if (value === null) scan.mistake(at, 'string', 'invalid syntax');
      return { value: value ?? '', end: close + 1 };
    }
    return null;
  }

  #readNumber(at: number): Outcome<string> {
    const scan = this.#scan;
    const start = scan.literal(at, '-') ?? at;
    let end = scan.literal(start, '0');
    if (end === null) {
      end = scan.oneOf(start, NONZERO, '[1-9]');
      if (end === null) return null;
      end = scan.many(end, DIGITS, '[0-9]');
    }
    const point = scan.literal(end, '.');
    if (point !== null) {
      const decimals = scan.many(point, DIGITS, '[0-9]');
      if (decimals > point) end = decimals;
    }
    const isWhole = scan.blanks(end) ?? scan.end(end) ?? scan.literal(end, ')');
    if (isWhole === null) return scan.mistake(end, 'number', 'Invalid number literal');
    return { value: scan.text.slice(at, end), end };
  }

  #readIdentifier(at: number): End | null {
    const first = this.#scan.oneOf(at, LETTER, '[a-zA-Z]');
    return first === null ? null : this.#scan.many(first, NAME_REST, '[a-zA-Z0-9_]');
  }

  #readIndex(at: number): Outcome<string> {
    const scan = this.#scan;
    const open = scan.literal(at, '[');
    if (open === null) return null;
    const start = scan.optionalBlanks(open);
    const key = this.#string(start);
    if (key === null) return scan.mistake(start, 'index', 'Invalid index');
    const close = scan.optionalBlanks(key.end);
    const end = scan.literal(close, ']');
    if (end === null) return scan.mistake(close, 'index', 'Unclosed index expression');
    return { value: key.value, end };
  }

  #readSelector(at: number): Outcome<readonly string[]> {
    const first = this.#readIdentifier(at);
    if (first === null) return null;
    const text = this.#scan.text;
    const segments = [text.slice(at, first)];
    let end = first;
    for (;;) {
      const dot = this.#scan.literal(end, '.');
      const name = dot === null ? null : this.#readIdentifier(dot);
      if (dot !== null && name !== null) {
        segments.push(text.slice(dot, name));
        end = name;
        continue;
      }
      const index = this.#readIndex(end);
      if (index === null) return { value: segments, end };
      segments.push(index.value);
      end = index.end;
    }
  }

  #readValue(at: number): Outcome<string> {
    const selector = this.#selector(at);
    if (selector !== null) return { value: selector.value.join('.'), end: selector.end };
    return this.#readNumber(at) ?? this.#string(at);
  }

  #readSelectorFirst(at: number): Outcome<Match> {
    const scan = this.#scan;
    const left = this.#selector(at);
    if (left === null) return null;
    const selector = left.value;
    for (const [operator, form] of SELECTOR_FIRST) {
      let end: End | null;
      if (typeof form === 'string') {
        end = scan.literal(scan.optionalBlanks(left.end), form);
        if (end !== null) end = scan.optionalBlanks(end);
      } else end = scan.words(left.end, form);
      if (end === null) continue;
      const right = this.#value(end);
      if (right === null) break;
      return { value: { kind: 'match', selector, operator, value: right.value }, end: right.end };
    }
    for (const [operator, last] of [
      ['Is Empty', ['empty']],
      ['Is Not Empty', ['not', 'empty']],
    ] as const) {
      const end = this.#emptyTest(left.end, last);
      if (end !== null) return { value: { kind: 'match', selector, operator, value: '' }, end };
    }
    return null;
  }

  /** `_ "is" _ … "empty"`, without white space asked for at its end. */
  #emptyTest(at: number, words: readonly string[]): End | null {
    const scan = this.#scan;
    let end = scan.words(at, ['is']);
    for (const [index, word] of words.entries()) {
      if (end !== null && index > 0) end = scan.blanks(end);
      if (end !== null) end = scan.literal(end, word);
    }
    return end;
  }

  #readMatch(at: number): Outcome<Match> {
    const selectorFirst = this.#readSelectorFirst(at);
    if (selectorFirst !== null) return selectorFirst;
    const left = this.#value(at);
    if (left === null) return null;
    for (const [operator, words] of [
      ['In', ['in']],
      ['Not In', ['not', 'in']],
    ] as const) {
      const end = this.#scan.words(left.end, words);
      if (end === null) continue;
      const right = this.#selector(end);
      if (right === null) return this.#scan.mistake(end, 'match', 'Invalid selector');
      return { value: { kind: 'match', selector: right.value, operator, value: left.value }, end: right.end };
    }
    return null;
  }
}
