// What lists of the catalog and of health share: a filter expression, node metadata, tags, and an order by distance
// (spec/http.md, section 3).

import type { StringMap } from '../../../wire/records.js';
import { compileFilter } from '../filter/compile.js';
import type { FieldTable } from '../filter/fields.js';
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
export function matcherOf(expression: string, fields: FieldTable): ((item: object) => boolean) | null | Refusal {
  if (expression === '') return null;
  const filter = compileFilter(expression, fields);
  return filter.ok ? (item) => filter.matches(item) : refusal('failed', filter.error);
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
