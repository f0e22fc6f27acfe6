// A JSON parser with the errors of Go's encoding/json: which character was refused, and where. It is the slow path of
// json-parse.ts, taken for texts that JSON.parse refuses, for integers beyond 2^53 and for text after the first value.
// Iterative, because Go allows 10000 levels and a call stack does not.

import { DecimalNumber } from './json-decimal.js';
import type { JsonParsed, WrittenJson, WrittenParsed } from './json-value.js';
import { quoteCharacter } from './quote.js';

const MAX_DEPTH = 10_000;

type Container =
  | { readonly kind: 'array'; readonly value: WrittenJson[] }
  | { readonly kind: 'object'; readonly value: { [key: string]: WrittenJson }; key: string };

/** What the scanner reports: an error text, or that the text ended too early. */
type Failure = { readonly kind: 'error'; readonly text: string } | { readonly kind: 'end' };

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A property that may be called `__proto__`, which plain assignment would take for the prototype. */
export function setProperty<T>(target: { [key: string]: T }, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else target[key] = value;
}

/**
 * Half a character stands for U+FFFD, as in Go. It must not get further: text is bytes in the log, where it can't be, and
 * what is applied from the parsed value would differ from what is applied from the log.
 */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

class Scanner {
  at = 0;
  failure: Failure | null = null;
  readonly #text: string;
  readonly #keepsDecimals: boolean;

  constructor(text: string, keepsDecimals: boolean) {
    this.#text = text;
    this.#keepsDecimals = keepsDecimals;
  }

  /** Refuses the character at the current place, or the end of the text. */
  refuse(context: string): null {
    if (this.failure !== null) return null;
    const rune = this.#text.codePointAt(this.at);
    if (rune === undefined) this.failure = { kind: 'end' };
    else {
      // Go looks at bytes: of a character beyond ASCII it names the first byte of its UTF-8 form.
      const named = rune < 0x80 ? rune : (Buffer.from(String.fromCodePoint(rune))[0] ?? rune);
      this.failure = { kind: 'error', text: `invalid character ${quoteCharacter(named)} ${context}` };
    }
    return null;
  }

  /** The next character that isn't white space; NaN at the end. */
  peek(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at++;
    }
  }

  string(): string | null {
    const text = this.#text;
    let out = '';
    let isWellFormed = true;
    let from = ++this.at;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 0x22) {
        out += text.slice(from, this.at++);
        return isWellFormed ? out : wellFormed(out);
      }
      if (code < 0x20 || Number.isNaN(code)) return this.refuse('in string literal');
      if (code !== 0x5c) {
        this.at++;
        continue;
      }
      out += text.slice(from, this.at++);
      const letter = text[this.at] ?? '';
      const plain = ESCAPES.get(letter);
      if (plain !== undefined) out += plain;
      else if (letter === 'u') {
        for (let digit = 0; digit < 4; digit++) {
          this.at++;
          if (!isHex(text.charCodeAt(this.at))) return this.refuse('in \\u hexadecimal character escape');
        }
        const unit = Number.parseInt(text.slice(this.at - 3, this.at + 1), 16);
        if (unit >= 0xd800 && unit <= 0xdfff) isWellFormed = false;
        out += String.fromCharCode(unit);
      } else return this.refuse('in string escape code');
      from = ++this.at;
    }
  }

  #digits(context: string): boolean {
    if (!isDigit(this.#text.charCodeAt(this.at))) {
      this.refuse(context);
      return false;
    }
    while (isDigit(this.#text.charCodeAt(this.at))) this.at++;
    return true;
  }

  number(): number | bigint | DecimalNumber | null {
    const text = this.#text;
    const start = this.at;
    if (text[this.at] === '-') this.at++;
    if (text[this.at] === '0') this.at++;
    else if (!this.#digits('in numeric literal')) return null;
    let integral = true;
    if (text[this.at] === '.') {
      integral = false;
      this.at++;
      if (!this.#digits('after decimal point in numeric literal')) return null;
    }
    if (text[this.at] === 'e' || text[this.at] === 'E') {
      integral = false;
      this.at++;
      if (text[this.at] === '+' || text[this.at] === '-') this.at++;
      if (!this.#digits('in exponent of numeric literal')) return null;
    }
    const literal = text.slice(start, this.at);
    const value = Number(literal);
    // No type of any message holds more than 64 bits; a literal of a megabyte of digits never becomes a bigint.
    if (integral && !Number.isSafeInteger(value) && literal.length <= 40) return BigInt(literal);
    if (Number.isFinite(value)) {
      return !integral && this.#keepsDecimals && Number.isInteger(value) ? new DecimalNumber(value, literal) : value;
    }
    this.failure = { kind: 'error', text: `json: cannot unmarshal number ${literal} into Go value of type float64` };
    return null;
  }

  literal(word: 'true' | 'false' | 'null'): boolean {
    for (let index = 1; index < word.length; index++) {
      this.at++;
      if (this.#text[this.at] !== word[index]) {
        this.refuse(`in literal ${word} (expecting '${word[index]}')`);
        return false;
      }
    }
    this.at++;
    return true;
  }
}

/** One value that isn't a container; `undefined` after a failure. */
function scalar(scanner: Scanner, code: number): WrittenJson | undefined {
  if (code === 0x22) return scanner.string() ?? undefined;
  if (code === 0x2d || isDigit(code)) return scanner.number() ?? undefined;
  if (code === 0x74) return scanner.literal('true') ? true : undefined;
  if (code === 0x66) return scanner.literal('false') ? false : undefined;
  if (code === 0x6e) return scanner.literal('null') ? null : undefined;
  scanner.refuse('looking for beginning of value');
  return undefined;
}

/** Reads a key and its colon into `container`; false after a failure. */
function readKey(scanner: Scanner, container: Extract<Container, { kind: 'object' }>): boolean {
  if (scanner.peek() !== 0x22) {
    scanner.refuse('looking for beginning of object key string');
    return false;
  }
  const key = scanner.string();
  if (key === null) return false;
  container.key = key;
  if (scanner.peek() !== 0x3a) {
    scanner.refuse('after object key');
    return false;
  }
  scanner.at++;
  return true;
}

/** Parses the first value of `text`; what follows it is left to the caller, from `scanner.at` on. */
function firstValue(scanner: Scanner): WrittenJson | undefined {
  const stack: Container[] = [];
  for (;;) {
    let value: WrittenJson | undefined;
    const code = scanner.peek();
    if (code === 0x7b || code === 0x5b) {
      if (stack.length >= MAX_DEPTH) {
        scanner.failure = { kind: 'error', text: 'exceeded max depth' };
        return undefined;
      }
      scanner.at++;
      const next = scanner.peek();
      if (code === 0x7b && next !== 0x7d) {
        const container: Container = { kind: 'object', value: {}, key: '' };
        if (!readKey(scanner, container)) return undefined;
        stack.push(container);
        continue;
      }
      if (code === 0x5b && next !== 0x5d) {
        stack.push({ kind: 'array', value: [] });
        continue;
      }
      scanner.at++;
      value = code === 0x7b ? {} : [];
    } else value = scalar(scanner, code);
    if (value === undefined) return undefined;

    // The value is complete: put it into its container, and close every container that ends here.
    for (;;) {
      const container = stack[stack.length - 1];
      if (container === undefined) return value;
      if (container.kind === 'array') container.value.push(value);
      else setProperty(container.value, container.key, value);
      const mark = scanner.peek();
      if (mark === 0x2c) {
        scanner.at++;
        if (container.kind === 'object' && !readKey(scanner, container)) return undefined;
        break;
      }
      if (mark !== (container.kind === 'array' ? 0x5d : 0x7d)) {
        scanner.refuse(container.kind === 'array' ? 'after array element' : 'after object key:value pair');
        return undefined;
      }
      scanner.at++;
      value = container.value;
      stack.pop();
    }
  }
}

/** The slow, exact way: errors as Go words them, unsafe integers as bigint. */
export function scanJson(text: string, mode: 'decoder' | 'unmarshal'): JsonParsed {
  return scan(new Scanner(text, false), mode) as JsonParsed;
}

/** As {@link scanJson}, with whole numbers that are no integers to Go told apart. */
export function scanWrittenJson(text: string, mode: 'decoder' | 'unmarshal'): WrittenParsed {
  return scan(new Scanner(text, true), mode);
}

function scan(scanner: Scanner, mode: 'decoder' | 'unmarshal'): WrittenParsed {
  const empty = Number.isNaN(scanner.peek());
  const value = firstValue(scanner);
  if (value !== undefined && mode === 'unmarshal' && !Number.isNaN(scanner.peek())) {
    scanner.refuse('after top-level value');
  }
  const failure = scanner.failure;
  if (value !== undefined && failure === null) return { ok: true, value };
  if (failure?.kind === 'error') return { ok: false, error: failure.text };
  if (mode === 'unmarshal') return { ok: false, error: 'unexpected end of JSON input' };
  return { ok: false, error: empty ? 'EOF' : 'unexpected EOF' };
}
