// What lists of the catalog and of health share: a filter expression, node metadata, tags, and an order by distance
// (spec/http.md, section 3).

import type { StringMap } from '../../../../wire/records.js';
import { compileFilter } from '../../filter/compile.js';
import type { FieldTable } from '../../filter/fields.js';
import type { Matcher } from '../../filter/filter.js';
import type { Steps } from '../../turns/turns.js';
import type { PreparedRead } from './method.js';
import { type Refusal, refusal } from './refusal.js';

export interface Narrowing {
  /** An expression of the filter language; "" for none. */
  readonly filter: string;
  /** All pairs must match; null for any. */
  readonly nodeMeta: StringMap | null;
  /** The node to sort from; "" for none. */
  readonly near: string;
  /** All must be there, whatever their case. */
  readonly tags: readonly string[];
}

export const EVERYTHING: Narrowing = { filter: '', nodeMeta: null, near: '', tags: [] };

/** The compiled filter; null when there is none. */
export function matcherOf(expression: string, fields: FieldTable): Matcher | null | Refusal {
  if (expression === '') return null;
  const filter = compileFilter(expression, fields);
  return filter.ok ? filter : refusal('failed', filter.error);
}

/** Tests of one step: some tenths of a millisecond. */
const TESTS_PER_STEP = 2048;

/** The items for which `isKept` holds, which tries the filter. */
export function* keepInSteps<Item>(
  items: Iterable<Item>,
  { size }: Pick<Matcher, 'size'>,
  isKept: (item: Item) => boolean,
): Steps<Item[]> {
  const perStep = Math.max(1, Math.floor(TESTS_PER_STEP / size));
  const kept: Item[] = [];
  let left = perStep;
  for (const item of items) {
    if (isKept(item)) kept.push(item);
    if (--left > 0) continue;
    left = perStep;
    yield;
  }
  return kept;
}

/** How a list is narrowed. */
export interface ListRule<Item> {
  /** Without a filter. Gives `all` itself where all was asked for. */
  plain(all: readonly Item[]): readonly Item[];
  /** With one: whatever else was asked for, and the filter. */
  keeps(item: Item, matcher: Matcher): boolean;
  order(kept: readonly Item[]): readonly Item[];
}

type Narrow<Item> = Pick<PreparedRead<readonly Item[]>, 'narrow' | 'narrowInSteps'>;

export function narrowList<Item>(matcher: Matcher | null, rule: ListRule<Item>): Narrow<Item> {
  if (matcher === null) return { narrow: (all) => rule.order(rule.plain(all)) };
  return {
    *narrowInSteps(all) {
      return rule.order(yield* keepInSteps(all, matcher, (item) => rule.keeps(item, matcher)));
    },
  };
}

/** All pairs of `wanted` are in `meta`. */
export function hasMeta(meta: StringMap | null, wanted: StringMap | null): boolean {
  if (wanted === null) return true;
  for (const [key, value] of Object.entries(wanted)) if (meta?.[key] !== value) return false;
  return true;
}

/** All of `wanted` are among `tags`, whatever their case. */
export function hasTags(tags: readonly string[] | null, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const present = new Set((tags ?? []).map((tag) => tag.toLowerCase()));
  return wanted.every((tag) => present.has(tag.toLowerCase()));
}
