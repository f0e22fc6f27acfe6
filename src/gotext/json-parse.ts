// JSON text to values, with the outcome and the error texts of Go's encoding/json (spec/http.md section 4). JSON.parse
// does the work whenever it gives the same result; the rest goes to the exact scanner of json-scan.ts.

import { isInexactAsWritten } from './json-inexact.js';
import { scanJson, scanWrittenJson } from './json-scan.js';
import type { JsonParsed, JsonValue, WrittenParsed } from './json-value.js';

/**
 * Digits that may not survive a double, an exponent that may be infinite, an escape that may be half of a character: the
 * exact scanner decides.
 */
const INEXACT = /[0-9]{16}|[0-9][eE][+-]?[0-9]{3}|\\u[dD][89a-fA-F]/;
const MAX_DEPTH = 10_000;

/** Whether containers nest deeper than Go allows. `text` is valid JSON. */
function isTooDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      do {
        at = text.indexOf('"', at + 1);
      } while (isEscaped(text, at));
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

/**
 * The first value of `text`. Mode `decoder` is json.Decoder: what follows the value is ignored, an empty text is `EOF`, a
 * cut one `unexpected EOF`. Mode `unmarshal` is json.Unmarshal: nothing may follow, both are `unexpected end of JSON input`.
 */
export function parseJson(text: string, mode: 'decoder' | 'unmarshal'): JsonParsed {
  return INEXACT.test(text) ? scanJson(text, mode) : parsePlain(text, mode);
}

/** {@link parseJson} for who has to know how a number was written. */
export function parseWrittenJson(text: string, mode: 'decoder' | 'unmarshal' = 'decoder'): WrittenParsed {
  return isInexactAsWritten(text) ? scanWrittenJson(text, mode) : parsePlain(text, mode);
}

function parsePlain(text: string, mode: 'decoder' | 'unmarshal'): JsonParsed {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return scanJson(text, mode);
  }
  return isTooDeep(text) ? { ok: false, error: 'exceeded max depth' } : { ok: true, value };
}
