// The query string as Go's net/url reads it: pairs separated by `&`, `+` is a blank, a `;` or a malformed escape anywhere
// makes the whole query undecodable (spec/http.md, section 1, step 5).

import type { QueryParameters } from './endpoint.js';
import { percentDecode } from './target.js';

const NONE: readonly string[] = [];

class ParsedQuery implements QueryParameters {
  readonly #pairs: readonly string[];

  /** Names and values in turn. */
  constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
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
    const values: string[] = [];
    for (let at = 0; at < this.#pairs.length; at += 2) {
      if (this.#pairs[at] === name) values.push(this.#pairs[at + 1] ?? '');
    }
    return values.length === 0 ? NONE : values;
  }
}

export const EMPTY_QUERY: QueryParameters = new ParsedQuery(NONE);

/** Null when it can't be decoded. `text` is what stands behind the `?`, one character per byte. */
export function parseQuery(text: string): QueryParameters | null {
  if (text === '') return EMPTY_QUERY;
  if (text.includes(';')) return null;
  const pairs: string[] = [];
  const encoded = /[%+\x80-\xff]/.test(text);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    if (!encoded) {
      pairs.push(name, value);
      continue;
    }
    const plainName = decode(name);
    const plainValue = decode(value);
    if (plainName === null || plainValue === null) return null;
    pairs.push(plainName, plainValue);
  }
  return new ParsedQuery(pairs);
}

function decode(text: string): string | null {
  return percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text);
}
