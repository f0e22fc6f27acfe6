// The filter language as endpoints use it: text and a table of fields in, a test of items or the error that the client
// sees out (spec/filter.md). Compiled filters are kept, since pollers send the same text again and again.

import type { Expression } from './expression.js';
import type { FieldTable } from './fields.js';
import { holdsWhenAbsent, prepareTest } from './operators.js';
import { parseExpression } from './parser.js';
import { bindSelector, type Test, walk } from './selectors.js';

export type Filter =
  | { readonly ok: true; matches(item: object): boolean }
  | {
      readonly ok: false;
      /** The whole text of the HTTP error. */
      readonly error: string;
      /** A `syntax` error is one of the text alone; `binding` of a field, an operator or a value. */
      readonly stage: 'syntax' | 'binding';
      /** The text without its prefix, for the answers that have none. */
      readonly reason: string;
    };

const PREFIX = 'Failed to create boolean expression evaluator: ';
/** Filters kept per table of fields, and the longest text that is kept. */
const MAX_KEPT = 256;
const MAX_KEPT_LENGTH = 2048;

type Bound = { readonly ok: true; readonly test: Test } | { readonly ok: false; readonly error: string };

function bind(expression: Expression, fields: FieldTable): Bound {
  if (expression.kind === 'match') {
    const selector = bindSelector(expression.selector, fields);
    if (!selector.ok) return selector;
    const { steps, type } = selector.bound;
    const prepared = prepareTest(expression, type);
    if (!prepared.ok) return prepared;
    return { ok: true, test: walk(steps, prepared.test, holdsWhenAbsent(expression.operator)) };
  }
  if (expression.kind === 'not') {
    const operand = bind(expression.operand, fields);
    return operand.ok ? { ok: true, test: (item) => !operand.test(item) } : operand;
  }
  const tests: Test[] = [];
  for (const term of expression.terms) {
    const bound = bind(term, fields);
    if (!bound.ok) return bound;
    tests.push(bound.test);
  }
  if (expression.kind === 'and') return { ok: true, test: (item) => tests.every((test) => test(item)) };
  return { ok: true, test: (item) => tests.some((test) => test(item)) };
}

function refuse(stage: 'syntax' | 'binding', reason: string): Filter {
  return { ok: false, error: PREFIX + reason, stage, reason };
}

function compile(text: string, fields: FieldTable): Filter {
  const parsed = parseExpression(text);
  if (!parsed.ok) return refuse('syntax', parsed.error);
  const bound = bind(parsed.expression, fields);
  return bound.ok ? { ok: true, matches: bound.test } : refuse('binding', bound.error);
}

const kept = new WeakMap<FieldTable, Map<string, Filter>>();

/** The filter of a non-empty expression over items with these fields. */
export function compileFilter(text: string, fields: FieldTable): Filter {
  let filters = kept.get(fields);
  if (filters === undefined) {
    filters = new Map();
    kept.set(fields, filters);
  }
  const known = filters.get(text);
  if (known !== undefined) {
    // Put last: the map's order is that of use.
    filters.delete(text);
    filters.set(text, known);
    return known;
  }
  const filter = compile(text, fields);
  if (text.length > MAX_KEPT_LENGTH) return filter;
  filters.set(text, filter);
  if (filters.size > MAX_KEPT) {
    for (const oldest of filters.keys()) {
      filters.delete(oldest);
      break;
    }
  }
  return filter;
}
