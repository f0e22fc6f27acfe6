// The words of JSON text: strings, numbers, literals, and which character was refused in Go's words. A string may be read in steps,
// however long it is.

import { DecimalNumber } from './json-decimal.js';
import { quoteCharacter } from './quote.js';

/** What the scanner reports: an error text, or that the text ended too early. */
type Failure = { readonly kind: 'error'; readonly text: string } | { readonly kind: 'end' };

/** Characters of a number. */
const MAX_LITERAL = 4096;

const MANY_BLANKS = 64;
const NO_BLANK = /[^ \n\r\t]/g;
const NO_DIGIT = /[^0-9]/g;

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

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/**
 * Half a character stands for U+FFFD, as in Go. It must not get further: text is bytes in the log, where it can't be, and
 * what is applied from the parsed value would differ from what is applied from the log.
 */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

export class Scanner {
  at = 0;
  failure: Failure | null = null;
  readonly #text: string;
  readonly #keepsDecimals: boolean;
  readonly #stride: number;
  /** Of the string that is being read: what was read before, what this step has read, and where it stands. */
  #pieces: string[] = [];
  #piece = '';
  #isWithin = false;
  #isOver = false;
  #isWellFormed = true;

  /** `stride`: how many characters of a string are read in one step. */
  constructor(text: string, keepsDecimals: boolean, stride = Number.POSITIVE_INFINITY) {
    this.#text = text;
    this.#keepsDecimals = keepsDecimals;
    this.#stride = stride;
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
    for (let end = this.at + MANY_BLANKS; ; this.at++) {
      const code = this.#text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      if (this.at === end) this.at = this.#next(NO_BLANK) - 1;
    }
  }

  /** Where the first character from the current place on stands that is none of a kind: quickly, for megabytes of them. */
  #next(isOther: RegExp): number {
    isOther.lastIndex = this.at;
    const found = isOther.test(this.#text);
    return found ? isOther.lastIndex - 1 : this.#text.length;
  }

  /**
   * Reads on in the string that begins at the current place, as far as one step goes; false when there is no more of it than
   * `string` may read at once.
   */
  readsOn(): boolean {
    if (this.#stride === Number.POSITIVE_INFINITY || !this.#readPiece(this.at + this.#stride)) return false;
    this.#pieces.push(this.#takePiece());
    return true;
  }

  /** The string that begins at the current place, or what is left of it. */
  string(): string | null {
    this.#readPiece(Number.POSITIVE_INFINITY);
    if (!this.#isOver) return null;
    const last = this.#takePiece();
    this.#isOver = false;
    this.#isWellFormed = true;
    if (this.#pieces.length === 0) return last;
    const all = this.#pieces.join('') + last;
    this.#pieces = [];
    return all;
  }

  /** True when the string goes on at `until`. */
  #readPiece(until: number): boolean {
    if (this.#isOver || this.failure !== null) return false;
    const text = this.#text;
    if (!this.#isWithin) this.at++;
    this.#isWithin = false;
    let out = this.#piece;
    let from = this.at;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 0x22) {
        this.#piece = out + text.slice(from, this.at++);
        this.#isOver = true;
        return false;
      }
      if (code < 0x20 || Number.isNaN(code)) {
        this.refuse('in string literal');
        return false;
      }
      if (this.at >= until) {
        this.#piece = out + text.slice(from, this.at);
        this.#isWithin = true;
        return true;
      }
      if (code !== 0x5c) {
        this.at++;
        continue;
      }
      out += text.slice(from, this.at++);
      const unescaped = this.#escape();
      if (unescaped === null) return false;
      out += unescaped;
      from = ++this.at;
    }
  }

  /** What stands behind a backslash; its last character is the current place afterwards. */
  #escape(): string | null {
    const text = this.#text;
    const letter = text[this.at] ?? '';
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) return plain;
    if (letter !== 'u') return this.refuse('in string escape code');
    for (let digit = 0; digit < 4; digit++) {
      this.at++;
      if (!isHex(text.charCodeAt(this.at))) return this.refuse('in \\u hexadecimal character escape');
    }
    const unit = Number.parseInt(text.slice(this.at - 3, this.at + 1), 16);
    if (unit >= 0xd800 && unit <= 0xdfff) this.#isWellFormed = false;
    return String.fromCharCode(unit);
  }

  /** What was read; the first half of a character waits for the other one while the string goes on. */
  #takePiece(): string {
    let piece = this.#piece;
    this.#piece = '';
    const last = piece.charCodeAt(piece.length - 1);
    if (!this.#isOver && last >= 0xd800 && last <= 0xdbff) {
      this.#piece = piece.slice(-1);
      piece = piece.slice(0, -1);
    }
    // In steps, too: a piece of the text would keep all of the text.
    if (this.#isWellFormed && this.#stride === Number.POSITIVE_INFINITY) return piece;
    return wellFormed(piece);
  }

  #digits(context: string): boolean {
    if (!isDigit(this.#text.charCodeAt(this.at))) {
      this.refuse(context);
      return false;
    }
    this.at = this.#next(NO_DIGIT);
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
    // Of a megabyte of digits nothing is made.
    const value = literal.length > MAX_LITERAL ? Number.POSITIVE_INFINITY : Number(literal);
    // No type of any message holds more than 64 bits; a literal of a megabyte of digits never becomes a bigint.
    if (integral && !Number.isSafeInteger(value) && literal.length <= 40) return BigInt(literal);
    if (Number.isFinite(value)) {
      return !integral && this.#keepsDecimals && Number.isInteger(value) ? new DecimalNumber(value, literal) : value;
    }
    this.failure = {
      kind: 'error',
      text: `json: cannot unmarshal number ${literal.slice(0, MAX_LITERAL)} into Go value of type float64`,
    };
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
