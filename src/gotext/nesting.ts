// How deep a free-form value (a proxy's Config and the like) may nest, wherever it comes in and whatever carries it: request
// bodies, configuration files, msgpack in both directions. One number, so that what is accepted once can always be
// written, read again and shown; and small enough for what recurses over such values.

import type { JsonValue } from './json-value.js';

/** Lists and maps within each other, the outermost one counted. */
export const MAX_NESTING = 512;

export const TOO_DEEP = `value is nested deeper than ${MAX_NESTING} levels`;

/** Whether more than `most` lists and maps lie within each other. */
export function nestsDeeper(value: JsonValue, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (most === 0) return true;
  return Object.values(value).some((member: JsonValue) => nestsDeeper(member, most - 1));
}
