// The filter language as endpoints use it: text and a table of fields in, a test of items or the error that the client
// sees out (spec/filter.md). Compiled filters are kept, since pollers send the same text again and again.

import type { Expression } from '../../../filter/expression.js';
import { parseExpression } from '../../../filter/parser.js';
import type { FieldTable } from './fields.js';
import type { Filter } from './filter.js';
import { KeptFilters } from './kept-filters.js';
import { holdsWhenAbsent, prepareTest } from './operators.js';
import { RegexpBudget } from './regexp-budget.js';
import { bindSelector, type Test, walk } from './selectors.js';

const PREFIX = 'Failed to create boolean expression evaluator: ';

type Bound = { readonly ok: true; readonly test: Test } | { readonly ok: false; readonly error: string };

class Binder {
  readonly budget = new RegexpBudget();
  readonly #fields: FieldTable;
  matches = 0;

  constructor(fields: FieldTable) {
    this.#fields = fields;
  }

  bind(expression: Expression): Bound {
    if (expression.kind === 'match') {
      const selector = bindSelector(expression.selector, this.#fields);
      if (!selector.ok) return selector;
      const { steps, type, isStrict } = selector.bound;
      const prepared = prepareTest(expression, type, this.budget);
      if (!prepared.ok) return prepared;
      this.matches++;
      return { ok: true, test: walk(steps, prepared.test, holdsWhenAbsent(expression.operator, isStrict)) };
    }
    if (expression.kind === 'not') {
      const operand = this.bind(expression.operand);
      return operand.ok ? { ok: true, test: (item) => !operand.test(item) } : operand;
    }
    const tests: Test[] = [];
    for (const term of expression.terms) {
      const bound = this.bind(term);
      if (!bound.ok) return bound;
      tests.push(bound.test);
    }
    if (expression.kind === 'and') return { ok: true, test: (item) => tests.every((test) => test(item)) };
    return { ok: true, test: (item) => tests.some((test) => test(item)) };
  }
}

function refuse(stage: 'syntax' | 'binding', reason: string): Filter {
  return { ok: false, error: PREFIX + reason, stage, reason };
}

function compile(text: string, fields: FieldTable): Filter {
  const parsed = parseExpression(text);
  if (!parsed.ok) return refuse('syntax', parsed.error);
  const binder = new Binder(fields);
  const bound = binder.bind(parsed.expression);
  if (!bound.ok) return refuse('binding', bound.error);
  return { ok: true, matches: bound.test, size: binder.matches + binder.budget.spent };
}

const kept = new WeakMap<FieldTable, KeptFilters>();

/** The filter of a non-empty expression over items with these fields. */
export function compileFilter(text: string, fields: FieldTable): Filter {
  let filters = kept.get(fields);
  if (filters === undefined) {
    filters = new KeptFilters();
    kept.set(fields, filters);
  }
  const known = filters.get(text);
  if (known !== undefined) return known;
  const filter = compile(text, fields);
  filters.set(text, filter);
  return filter;
}
