// Regular expressions from requests and from the network: RE2's syntax, matched in linear time, so that none can hold the
// thread; refused with Go's texts.

import { RE2JS } from 're2js';

export type Compiled = { readonly ok: true; readonly re: RE2JS } | { readonly ok: false; readonly error: string };

/** Longer ones are refused as too large before they cost anything; a compiled program may be many times the size. */
const MAX_LENGTH = 8192;

/** `re.test` finds a match anywhere in the text. */
export function compileRegularExpression(expression: string): Compiled {
  if (expression.length > MAX_LENGTH) return { ok: false, error: 'error parsing regexp: expression too large' };
  try {
    return { ok: true, re: RE2JS.compile(expression) };
  } catch (error) {
    if (error instanceof RangeError) {
      return { ok: false, error: 'error parsing regexp: expression nests too deeply' };
    }
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
