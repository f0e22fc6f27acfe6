// All patterns of one filter share what one alone may have: a thousand small ones would cost as much as one that is too large.

import { type CompiledRegexp, compileRegexp, estimateRegexpSize, MAX_REGEXP_SIZE } from '../../../gotext/regexp.js';

/** What the smallest pattern costs, in steps of a program. */
const LEAST = 16;

export class RegexpBudget {
  #left = MAX_REGEXP_SIZE;

  /** Steps of the patterns so far, about. */
  get spent(): number {
    return MAX_REGEXP_SIZE - this.#left;
  }

  compile(pattern: string): CompiledRegexp {
    const size = Math.max(LEAST, estimateRegexpSize(pattern));
    // One that is too large by itself has its own error.
    if (size > this.#left && size <= MAX_REGEXP_SIZE) {
      return { ok: false, error: 'patterns of the expression too large together' };
    }
    this.#left -= size;
    return compileRegexp(pattern);
  }
}
