// The query string as Go's net/url reads it: pairs separated by `&`, `+` is a blank, a `;` or a malformed escape anywhere
// makes the whole query undecodable (spec/http.md, section 1, step 5).

import { percentDecode } from '../engine/target.js';
import { nameBit, type QueryParameters } from '../message/request.js';

/** Anything that has to be decoded, or makes the query undecodable. */
const ENCODED = /[%+;\x80-\xff]/;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const NONE: readonly string[] = [];

/** A query without escapes is searched as it stands: most are asked for two or three names only. */
class PlainQuery implements QueryParameters {
  readonly #text: string;
  #nameBits = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get nameBits(): number {
    if (this.#nameBits === 0) this.#nameBits = bitsOf(this.#text);
    return this.#nameBits;
  }

  has(name: string): boolean {
    return this.#find(name, 0) >= 0;
  }

  first(name: string): string {
    const at = this.#find(name, 0);
    return at < 0 ? '' : this.#value(at + name.length);
  }

  all(name: string): readonly string[] {
    let values: string[] | null = null;
    for (let at = this.#find(name, 0); at >= 0; at = this.#find(name, at + 1)) {
      values ??= [];
      values.push(this.#value(at + name.length));
    }
    return values ?? NONE;
  }

  /** Where the name stands as a whole name, at or behind `from`; -1 = nowhere. */
  #find(name: string, from: number): number {
    const text = this.#text;
    for (let at = text.indexOf(name, from); at >= 0; at = text.indexOf(name, at + 1)) {
      if (at > 0 && text.charCodeAt(at - 1) !== AMPERSAND) continue;
      const end = at + name.length;
      if (end === text.length) return at;
      const next = text.charCodeAt(end);
      if (next === EQUALS || next === AMPERSAND) return at;
    }
    return -1;
  }

  #value(nameEnd: number): string {
    if (this.#text.charCodeAt(nameEnd) !== EQUALS) return '';
    const end = this.#text.indexOf('&', nameEnd);
    return this.#text.slice(nameEnd + 1, end < 0 ? undefined : end);
  }
}

/** Of a query without escapes. */
function bitsOf(text: string): number {
  let bits = 0;
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('&', start);
    if (end < 0) end = text.length;
    const equals = text.indexOf('=', start);
    const nameEnd = equals < 0 || equals > end ? end : equals;
    if (nameEnd > start) bits |= nameBit(text.charCodeAt(start), nameEnd - start);
    start = end + 1;
  }
  return bits;
}

class DecodedQuery implements QueryParameters {
  readonly nameBits: number;
  /** Names and values in turn. */
  readonly #pairs: readonly string[];

  constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
    let bits = 0;
    for (let at = 0; at < pairs.length; at += 2) {
      const name = pairs[at] as string;
      if (name !== '') bits |= nameBit(name.charCodeAt(0), name.length);
    }
    this.nameBits = bits;
  }

  has(name: string): boolean {
    for (let at = 0; at < this.#pairs.length; at += 2) if (this.#pairs[at] === name) return true;
    return false;
  }

  first(name: string): string {
    for (let at = 0; at < this.#pairs.length; at += 2) if (this.#pairs[at] === name) return this.#pairs[at + 1] ?? '';
    return '';
  }

  all(name: string): readonly string[] {
    return this.#pairs.filter((_value, at) => at % 2 === 1 && this.#pairs[at - 1] === name);
  }
}

export const EMPTY_QUERY: QueryParameters = new PlainQuery('');

/** Null when it can't be decoded. `text` is what stands behind the `?`, one character per byte. */
export function parseQuery(text: string): QueryParameters | null {
  if (text === '') return EMPTY_QUERY;
  if (!ENCODED.test(text)) return new PlainQuery(text);
  if (text.includes(';')) return null;
  const pairs: string[] = [];
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === null || value === null) return null;
    pairs.push(name, value);
  }
  return new DecodedQuery(pairs);
}

function decode(text: string): string | null {
  return percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text);
}
