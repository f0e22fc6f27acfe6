// The upper half of the filter grammar: `or`, `and`, `not`, parentheses (spec/filter.md, section 1). A PEG by hand: chains
// are loops, only parentheses recurse, and not without a bound; outcomes of a group are remembered by position because
// the grammar tries `(…)` both as the whole input and as a part of it.

import type { Expression, ParsedExpression } from './expression.js';
import { type End, Scanner } from './scanner.js';
import { Terms } from './terms.js';

/** Parentheses in parentheses. Upstream has no limit; nobody writes so many, and a call stack has its own. */
const MAX_DEPTH = 200;
/** Upstream has no limit for these either: a text of this length takes some milliseconds to parse. */
const MAX_BYTES = 64 * 1024;
const MAX_MATCHES = 2048;

type Outcome = { readonly expression: Expression; readonly end: End } | null;

class Parser {
  readonly #scan: Scanner;
  readonly #terms: Terms;
  readonly #groups = new Map<number, Outcome>();
  #depth = 0;
  #matches = 0;

  constructor(scan: Scanner) {
    this.#scan = scan;
    this.#terms = new Terms(scan);
  }

  /** `left WORD right`, right-associative, as a flat list. A word that no operand follows isn't part of the chain. */
  #chain(at: number, kind: 'and' | 'or', operand: (at: number) => Outcome): Outcome {
    const first = operand(at);
    if (first === null) return null;
    const terms = [first.expression];
    let end = first.end;
    for (;;) {
      const next = this.#scan.words(end, [kind]);
      const outcome = next === null ? null : operand(next);
      if (outcome === null) break;
      terms.push(outcome.expression);
      end = outcome.end;
    }
    return { expression: terms.length === 1 ? first.expression : { kind, terms }, end };
  }

  or(at: number): Outcome {
    return this.#chain(at, 'or', (start) => this.#chain(start, 'and', (inner) => this.#not(inner)));
  }

  /** A row of `not`, then a group. Where that fails, the last `not` may have been a field of that name, and so on back. */
  #not(at: number): Outcome {
    const starts = [at];
    let start = at;
    for (;;) {
      const word = this.#scan.literal(start, 'not');
      const next = word === null ? null : this.#scan.blanks(word);
      if (next === null) break;
      starts.push(next);
      start = next;
    }
    for (let index = starts.length - 1; index >= 0; index--) {
      const outcome = this.#group(starts[index] ?? at);
      if (outcome === null) continue;
      // Twice not is nothing: a long row of them must not become a deep tree.
      const expression: Expression =
        index % 2 === 1 ? { kind: 'not', operand: outcome.expression } : outcome.expression;
      return { expression, end: outcome.end };
    }
    return null;
  }

  #group(at: number): Outcome {
    const known = this.#groups.get(at);
    if (known !== undefined) return known;
    const outcome = this.#readGroup(at);
    this.#groups.set(at, outcome);
    return outcome;
  }

  #readGroup(at: number): Outcome {
    const scan = this.#scan;
    const open = scan.literal(at, '(');
    if (open !== null) return this.#parentheses(open);
    const match = this.#terms.match(at);
    if (match === null) return null;
    if (++this.#matches > MAX_MATCHES) return scan.mistake(at, 'match', `more than ${MAX_MATCHES} matches`);
    return { expression: match.value, end: match.end };
  }

  /** From behind an opening parenthesis to behind the closing one. */
  #parentheses(open: number): Outcome {
    const scan = this.#scan;
    if (this.#depth >= MAX_DEPTH) return scan.mistake(open, 'grouping', 'expression nests too deeply');
    this.#depth++;
    const inner = this.or(scan.optionalBlanks(open));
    this.#depth--;
    if (inner === null) return null;
    const close = scan.optionalBlanks(inner.end);
    const end = scan.literal(close, ')');
    if (end === null) return scan.mistake(close, 'grouping', 'Unmatched parentheses');
    return { expression: inner.expression, end };
  }

  input(): Outcome {
    const scan = this.#scan;
    const outcome = this.or(scan.optionalBlanks(0));
    if (outcome === null) return null;
    const end = scan.end(scan.optionalBlanks(outcome.end));
    return end === null ? null : outcome;
  }
}

/** Parses a whole expression. */
export function parseExpression(text: string): ParsedExpression {
  // UTF-8 has at most three bytes a unit.
  const bytes = 3 * text.length <= MAX_BYTES ? 0 : Buffer.byteLength(text);
  if (bytes > MAX_BYTES)
    return { ok: false, error: `1:1 (0): expression has ${bytes} bytes, at most ${MAX_BYTES} are taken` };
  const scan = new Scanner(text);
  const outcome = new Parser(scan).input();
  const error = scan.error(outcome !== null);
  if (outcome !== null && error === null) return { ok: true, expression: outcome.expression };
  return { ok: false, error: error ?? 'no match found' };
}

/** Why a text is no expression; null: it is one. */
export function expressionError(text: string): string | null {
  const parsed = parseExpression(text);
  return parsed.ok ? null : parsed.error;
}
