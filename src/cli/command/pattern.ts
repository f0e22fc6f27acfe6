// Regular expressions on the command line: RE2's syntax with Go's error texts, as the agent itself reads them.

import { RE2JS } from 're2js';

export type Compiled =
  | { readonly ok: true; readonly test: (text: string) => boolean }
  | { readonly ok: false; readonly error: string };

/** Searched anywhere in the text. */
export function compilePattern(expression: string): Compiled {
  try {
    const pattern = RE2JS.compile(expression);
    return { ok: true, test: (text) => pattern.matcher(text).find() };
  } catch (error) {
    return { ok: false, error: (error as Error).message };
  }
}
