// HCL to plain values, in the form its first version has them: every block is a list of one more object, a label is one more
// key, a scalar given twice is the last one. A text that starts with `{` is JSON.

import { parseJson } from '../gotext/json-parse.js';
import { setProperty } from '../gotext/json-scan.js';
import type { JsonParsed, JsonValue } from '../gotext/json-value.js';
import type { Token, TokenKind } from './scan.js';
import { errorAt, HclError, Scanner } from './scan.js';

type Fields = { [key: string]: JsonValue };

/** Deeper nesting than any configuration has; guards the stack. */
const MAX_DEPTH = 200;

export function parseHcl(text: string): JsonParsed {
  if (/^\s*\{/.test(text)) return parseJson(text, 'unmarshal');
  try {
    return { ok: true, value: new Parser(text).file() };
  } catch (error) {
    if (error instanceof HclError) return { ok: false, error: error.message };
    throw error;
  }
}

class Parser {
  readonly #scanner: Scanner;
  #token: Token;
  #depth = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
    this.#token = this.#scanner.next();
  }

  file(): Fields {
    const fields: Fields = {};
    while (this.#token.kind !== 'EOF') {
      // A key without its value at the very end of a text is dropped silently.
      if (!this.#item(fields)) return fields;
      if (this.#token.kind === 'COMMA') this.#advance();
    }
    return fields;
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#scanner.next();
    return token;
  }

  /** One `key = value` or block; false at the end of the text in place of a value. */
  #item(fields: Fields): boolean {
    const keys = this.#keys();
    if (keys === null) return false;
    const last = keys.pop() ?? '';
    let at = fields;
    for (const key of keys) {
      const inner: Fields = {};
      append(at, key, inner);
      at = inner;
    }
    if (this.#token.kind === 'LBRACE') {
      append(at, last, this.#object());
      return true;
    }
    this.#advance();
    if (this.#token.kind === 'EOF') return false;
    setProperty(at, last, this.#value());
    return true;
  }

  /** The keys before `=` or `{`; the token that ends them isn't taken. */
  #keys(): string[] | null {
    const keys: string[] = [];
    for (;;) {
      const { kind, text } = this.#token;
      if (kind === 'IDENT' || kind === 'STRING' || (kind === 'BOOL' && keys.length === 0)) {
        keys.push(text);
        this.#advance();
      } else if (kind === 'LBRACE' && keys.length > 0) {
        return keys;
      } else if (kind === 'ASSIGN' && keys.length === 1) {
        return keys;
      } else if (kind === 'ASSIGN' && keys.length > 1) {
        throw errorAt(this.#token, 'nested object expected: LBRACE got: ASSIGN');
      } else if (kind === 'EOF') {
        if (keys.length === 0 || this.#depth === 0) return null;
        throw errorAt(this.#token, 'object expected closing RBRACE got: EOF');
      } else {
        throw errorAt(this.#token, `expected: IDENT | STRING | ASSIGN | LBRACE got: ${kind}`);
      }
    }
  }

  #object(): Fields {
    this.#enter('LBRACE');
    const fields: Fields = {};
    while (this.#token.kind !== 'RBRACE') {
      if (this.#token.kind === 'EOF') throw errorAt(this.#token, 'object expected closing RBRACE got: EOF');
      if (!this.#item(fields)) throw errorAt(this.#token, 'object expected closing RBRACE got: EOF');
      if (this.#token.kind === 'COMMA') this.#advance();
    }
    this.#leave();
    return fields;
  }

  #list(): JsonValue[] {
    this.#enter('LBRACK');
    const out: JsonValue[] = [];
    for (;;) {
      if (this.#token.kind === 'RBRACK') break;
      out.push(this.#value());
      const separator = this.#token;
      if (separator.kind === 'COMMA') this.#advance();
      else if (separator.kind !== 'RBRACK') {
        throw errorAt(separator, `error parsing list, expected comma or list end, got: ${separator.kind}`);
      }
    }
    this.#leave();
    return out;
  }

  #enter(kind: TokenKind): void {
    if (this.#depth >= MAX_DEPTH) throw errorAt(this.#token, `nested too deeply at ${kind}`);
    this.#depth += 1;
    this.#advance();
  }

  #leave(): void {
    this.#depth -= 1;
    this.#advance();
  }

  #value(): JsonValue {
    const token = this.#token;
    switch (token.kind) {
      case 'STRING':
        return this.#advance().text;
      case 'BOOL':
        return this.#advance().text === 'true';
      case 'NUMBER':
        this.#advance();
        return numberOf(token.text);
      case 'LBRACK':
        return this.#list();
      case 'LBRACE':
        return [this.#object()];
      default:
        throw errorAt(token, `Unknown token: ${token.line}:${token.column} ${token.kind} ${token.text}`.trimEnd());
    }
  }
}

/** Hexadecimal, octal with a leading zero, decimal or float. */
function numberOf(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return negative ? -value : value;
}

function append(fields: Fields, key: string, value: JsonValue): void {
  const known = Object.hasOwn(fields, key) ? fields[key] : undefined;
  // The list is this parser's own: a copy for each block would cost the square of their number.
  if (Array.isArray(known)) (known as JsonValue[]).push(value);
  else setProperty(fields, key, [value]);
}
