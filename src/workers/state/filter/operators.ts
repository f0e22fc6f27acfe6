// The operators: which type has which, how the expression's text becomes a value of the type, and the test itself
// (spec/filter.md, sections 2 and 3). `matches` runs on RE2's syntax in linear time.

import type { Match, Operator } from '../../../filter/expression.js';
import { parseGoBool, parseGoFloat, parseGoInt, parseGoUint } from '../../../gotext/numbers.js';
import { quote } from '../../../gotext/quote.js';
import type { CompiledRegexp } from '../../../gotext/regexp.js';
import type { FieldType } from './fields.js';
import type { RegexpBudget } from './regexp-budget.js';
import type { Test } from './selectors.js';

type Prepared = { readonly ok: true; readonly test: Test } | { readonly ok: false; readonly error: string };

const EQUALITY: readonly Operator[] = ['Equal', 'Not Equal'];
const MEMBERSHIP: readonly Operator[] = ['In', 'Not In'];
const EMPTINESS: readonly Operator[] = ['Is Empty', 'Is Not Empty'];

const ALLOWED: { readonly [kind in FieldType['kind']]: ReadonlySet<Operator> } = {
  string: new Set([...EQUALITY, ...MEMBERSHIP, 'Matches', 'Not Matches']),
  bool: new Set(EQUALITY),
  int: new Set(EQUALITY),
  float: new Set(EQUALITY),
  strings: new Set([...MEMBERSHIP, ...EMPTINESS]),
  bytes: new Set([...MEMBERSHIP, ...EMPTINESS]),
  objects: new Set(EMPTINESS),
  map: new Set([...MEMBERSHIP, ...EMPTINESS]),
  object: new Set(),
};

/** What a match gives when a map key of its selector is absent. `matches` holds as well as `not matches`, but for strict maps. */
export function holdsWhenAbsent(operator: Operator, isStrict: boolean): boolean {
  if (operator === 'Matches') return !isStrict;
  return operator !== 'Equal' && operator !== 'In' && operator !== 'Is Not Empty';
}

function compilePattern(pattern: string, budget: RegexpBudget): CompiledRegexp {
  const compiled = budget.compile(pattern);
  if (compiled.ok) return compiled;
  return { ok: false, error: `Failed to compile regular expression ${quote(pattern)}: ${compiled.error}` };
}

function size(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (Array.isArray(value) || value instanceof Uint8Array || typeof value === 'string') return value.length;
  return Object.keys(value).length;
}

/** The element test behind `in`: substring, list element, map key. */
function membership(match: Match, type: FieldType): Prepared {
  const wanted = match.value;
  if (type.kind === 'string') {
    return { ok: true, test: (value) => (typeof value === 'string' ? value : '').includes(wanted) };
  }
  if (type.kind === 'strings') return { ok: true, test: (value) => Array.isArray(value) && value.includes(wanted) };
  if (type.kind === 'map') {
    return { ok: true, test: (value) => typeof value === 'object' && value !== null && Object.hasOwn(value, wanted) };
  }
  const element = parseGoUint(wanted, 8, 0);
  if (!element.ok) return coercionError(match, element.error);
  return { ok: true, test: (value) => value instanceof Uint8Array && value.includes(Number(element.value)) };
}

function coercionError(match: Match, error: string): Prepared {
  const selector = match.selector.join('.');
  return { ok: false, error: `Failed to coerce value ${quote(match.value)} for selector "${selector}": ${error}` };
}

function equality(match: Match, type: FieldType): Prepared {
  if (type.kind === 'string') return { ok: true, test: (value) => (value ?? '') === match.value };
  if (type.kind === 'bool') {
    const wanted = parseGoBool(match.value);
    return wanted.ok
      ? { ok: true, test: (value) => (value ?? false) === wanted.value }
      : coercionError(match, wanted.error);
  }
  let wanted = parseGoFloat(match.value);
  if (type.kind === 'int') {
    const parsed = type.signed ? parseGoInt(match.value, type.bits, 0) : parseGoUint(match.value, type.bits, 0);
    // Integers that no number holds equal no field.
    wanted = parsed.ok ? { ok: true, value: typeof parsed.value === 'number' ? parsed.value : Number.NaN } : parsed;
  }
  if (!wanted.ok) return coercionError(match, wanted.error);
  const number = wanted.value;
  return { ok: true, test: (value) => (value ?? 0) === number };
}

function positive(match: Match, type: FieldType, budget: RegexpBudget): Prepared {
  switch (match.operator) {
    case 'Equal':
    case 'Not Equal':
      return equality(match, type);
    case 'In':
    case 'Not In':
      return membership(match, type);
    case 'Is Empty':
    case 'Is Not Empty':
      return { ok: true, test: (value) => size(value) === 0 };
    case 'Matches':
    case 'Not Matches': {
      const compiled = compilePattern(match.value, budget);
      if (!compiled.ok) return compiled;
      return { ok: true, test: (value) => compiled.re.test(typeof value === 'string' ? value : '') };
    }
  }
}

/** The test of a selected value, or why the operator or its value can't be used with the type. */
export function prepareTest(match: Match, type: FieldType, budget: RegexpBudget): Prepared {
  if (!ALLOWED[type.kind].has(match.operator)) {
    const selector = match.selector.join('.');
    return { ok: false, error: `Invalid match operator "${match.operator}" for selector "${selector}"` };
  }
  const prepared = positive(match, type, budget);
  if (!prepared.ok || !match.operator.includes('Not')) return prepared;
  return { ok: true, test: (value) => !prepared.test(value) };
}
