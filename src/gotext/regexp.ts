// Regular expressions as Go's regexp package takes them, from requests and from the network. They match in linear time; what
// could still hold a thread is a short expression that stands for a huge program (`x{1000}` many times over), so its size is
// estimated before it is compiled.

import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

export type CompiledRegexp = { readonly ok: true; readonly re: RE2JS } | { readonly ok: false; readonly error: string };

/** The engine is large, and most agents never see an expression: it is loaded with the first one. */
const load = createRequire(import.meta.url);
let engine: typeof RE2JS | null = null;

const MAX_LENGTH = 8192;
/** Steps of a program; one of this size takes some hundredths of a second to compile. Go's largest `x{1000}` is one. */
export const MAX_REGEXP_SIZE = 2000;
const TOO_LARGE = { ok: false, error: 'error parsing regexp: expression too large' } as const;

const COUNTED = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;
/** What is one step whatever it looks like: quoted text aside, an escape with its braces, or a class. */
const ESCAPE = /\\(?:[xpP]\{[^}]{0,40}\}|.)/suy;
const CLASS = /\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]/suy;
const QUOTED = /\\Q.*?(?:\\E|$)/suy;
/** A group costs steps of its own. */
const GROUP_STEPS = 2;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** An upper bound, within a few steps for each atom, of the program's size. Broken expressions give some number. */
export function estimateRegexpSize(expression: string): number {
  /** Sizes of the groups around the present one, up to where that began. */
  const outer: number[] = [];
  let size = 0;
  /** Size of the atom that a repetition would repeat. */
  let atom = 0;
  const take = (steps: number): void => {
    atom = steps;
    size += steps;
  };
  for (let at = 0; at < expression.length && size <= MAX_REGEXP_SIZE; at += 1) {
    const character = expression.charAt(at);
    if (character === '(') {
      outer.push(size);
      size = 0;
    } else if (character === ')') {
      const group = size + GROUP_STEPS;
      size = outer.pop() ?? 0;
      take(group);
    } else if (character === '{') {
      const counted = matchAt(COUNTED, expression, at);
      if (!counted) {
        take(1);
        continue;
      }
      const [whole, least, most] = counted;
      const copies = Math.max(1, Number(least), Number(most ?? 0) || 0);
      // An optional copy has a step to skip it.
      const repeated = atom * copies + copies;
      size += repeated - atom;
      atom = repeated;
      at += whole.length - 1;
    } else if (character === '*' || character === '+' || character === '?') {
      size += 1;
      atom += 1;
    } else {
      const quoted = matchAt(QUOTED, expression, at);
      const single = quoted ?? matchAt(ESCAPE, expression, at) ?? matchAt(CLASS, expression, at);
      // A class that nothing ends: the expression is broken.
      if (single === null && character === '[') break;
      take(quoted ? quoted[0].length : 1);
      if (single) at += single[0].length - 1;
    }
  }
  return outer.reduce((sum, around) => sum + around, size);
}

/** Whether nothing is wrong with an expression but its size. */
export function isTooLarge(compiled: CompiledRegexp): boolean {
  return compiled === TOO_LARGE;
}

/** `re.test` finds a match anywhere in a text. Errors have Go's texts. */
export function compileRegexp(expression: string): CompiledRegexp {
  if (expression.length > MAX_LENGTH || estimateRegexpSize(expression) > MAX_REGEXP_SIZE) return TOO_LARGE;
  try {
    engine ??= (load('re2js') as typeof import('re2js')).RE2JS;
    return { ok: true, re: engine.compile(expression) };
  } catch (error) {
    if (error instanceof RangeError) {
      return { ok: false, error: 'error parsing regexp: expression nests too deeply' };
    }
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
