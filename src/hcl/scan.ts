// The words of an HCL text: identifiers, strings, heredocs, numbers, punctuation; comments are skipped. The first version of
// the language, as far as configuration files use it (spec/agent.md, "HCL1 subset").

export type TokenKind =
  | 'IDENT'
  | 'STRING'
  | 'NUMBER'
  | 'BOOL'
  | 'LBRACE'
  | 'RBRACE'
  | 'LBRACK'
  | 'RBRACK'
  | 'ASSIGN'
  | 'COMMA'
  | 'EOF';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Thrown while scanning or parsing, caught in parse.ts; the message is the one users see. */
export class HclError extends Error {}

export function errorAt(at: { readonly line: number; readonly column: number }, why: string): HclError {
  return new HclError(`At ${at.line}:${at.column}: ${why}`);
}

const PUNCTUATION: { readonly [character: string]: TokenKind } = {
  '{': 'LBRACE',
  '}': 'RBRACE',
  '[': 'LBRACK',
  ']': 'RBRACK',
  '=': 'ASSIGN',
  ',': 'COMMA',
};
const NUMBER = /[-+]?(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)/y;
const IDENTIFIER = /[\p{L}_][\p{L}\p{N}_.:-]*/uy;
const ESCAPES: { readonly [character: string]: string } = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

export class Scanner {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  next(): Token {
    this.#skipBlanks();
    const text = this.#text;
    const character = text[this.#at];
    if (character === undefined) return this.#token('EOF', '', 1);
    const punctuation = PUNCTUATION[character];
    if (punctuation !== undefined) {
      const token = this.#token(punctuation, character);
      this.#at += 1;
      return token;
    }
    if (character === '"') return this.#string();
    if (text.startsWith('<<', this.#at)) return this.#heredoc();
    const number = this.#match(NUMBER);
    if (number !== null) return number;
    const word = this.#match(IDENTIFIER, 'IDENT');
    if (word === null) throw errorAt(this.#position(), 'illegal character');
    return word.text === 'true' || word.text === 'false' ? { ...word, kind: 'BOOL' } : word;
  }

  #position(): { line: number; column: number } {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #token(kind: TokenKind, text: string, columnOffset = 0): Token {
    const { line, column } = this.#position();
    return { kind, text, line, column: column + columnOffset };
  }

  #match(pattern: RegExp, kind: TokenKind = 'NUMBER'): Token | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return null;
    const token = this.#token(kind, found);
    this.#at += found.length;
    return token;
  }

  #newline(): void {
    this.#line += 1;
    this.#lineStart = this.#at + 1;
  }

  #skipBlanks(): void {
    const text = this.#text;
    for (;;) {
      const character = text[this.#at];
      if (character === '\n') {
        this.#newline();
        this.#at += 1;
      } else if (character === ' ' || character === '\t' || character === '\r') {
        this.#at += 1;
      } else if (character === '#' || text.startsWith('//', this.#at)) {
        const end = text.indexOf('\n', this.#at);
        this.#at = end < 0 ? text.length : end;
      } else if (text.startsWith('/*', this.#at)) {
        const start = this.#position();
        const end = text.indexOf('*/', this.#at + 2);
        if (end < 0) throw errorAt(start, 'comment not terminated');
        for (; this.#at < end + 2; this.#at += 1) if (text[this.#at] === '\n') this.#newline();
      } else {
        return;
      }
    }
  }

  /** `${…}` stays as it is, quotes inside it included. */
  #string(): Token {
    const text = this.#text;
    const token = this.#token('STRING', '');
    let out = '';
    let braces = 0;
    this.#at += 1;
    for (;;) {
      const character = text[this.#at];
      if (character === undefined || (character === '\n' && braces === 0)) {
        throw errorAt(this.#position(), 'literal not terminated');
      }
      if (character === '"' && braces === 0) break;
      if (braces === 0 && character === '\\') {
        out += this.#escape();
        continue;
      }
      if (text.startsWith('${', this.#at)) {
        braces += 1;
        out += '${';
        this.#at += 2;
        continue;
      }
      if (braces > 0 && character === '{') braces += 1;
      if (braces > 0 && character === '}') braces -= 1;
      if (character === '\n') this.#newline();
      out += character;
      this.#at += 1;
    }
    this.#at += 1;
    return { ...token, text: out };
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const digits = letter === 'u' ? 4 : letter === 'U' ? 8 : letter === 'x' ? 2 : 0;
    const hex = this.#text.slice(this.#at + 2, this.#at + 2 + digits);
    const code = Number.parseInt(hex, 16);
    if (digits === 0 || hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex) || code > 0x10ffff) {
      throw errorAt(this.#position(), 'illegal char escape');
    }
    this.#at += 2 + digits;
    // Half a character stands for U+FFFD.
    return String.fromCodePoint(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code);
  }

  #heredoc(): Token {
    const start = this.#token('STRING', '');
    const header = /<<(-?)([\p{L}\p{N}_.-]+)\r?\n/uy;
    header.lastIndex = this.#at;
    const found = header.exec(this.#text);
    if (found === null) throw errorAt(start, 'heredoc is missing its anchor');
    const [all, dash, anchor] = found;
    const lines: string[] = [];
    let at = this.#at + all.length;
    this.#line += 1;
    for (;;) {
      if (at >= this.#text.length) throw errorAt(start, 'heredoc not terminated');
      const end = this.#text.indexOf('\n', at);
      const stop = end < 0 ? this.#text.length : end;
      const line = this.#text.slice(at, stop).replace(/\r$/, '');
      if (line.trim() === anchor) {
        this.#lineStart = at;
        this.#at = stop;
        return { ...start, text: (dash === '-' ? unindent(lines) : lines).map((text) => `${text}\n`).join('') };
      }
      lines.push(line);
      this.#line += 1;
      at = stop + 1;
    }
  }
}

/** Drops what all lines have in common at their start; if one begins at the margin, nothing. */
function unindent(lines: readonly string[]): readonly string[] {
  const depth = Math.min(...lines.map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0));
  return lines.map((line) => line.slice(depth));
}
