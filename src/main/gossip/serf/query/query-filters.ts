// Whether a query is meant for us (spec/gossip.md, section 13). Regular expressions are estimated before they are compiled
// and run in linear time, so nobody can hold the loop with one.

import { compileRegexp } from '../../../../gotext/regexp.js';
import { readTags } from '../../../../msgpack/tags.js';
import { readFilter, type TagFilter } from '../protocol/filters.js';

/** More than would fit a query that members send: compiling expressions takes time. */
const MOST_FILTERS = 64;
const MOST_EXPRESSION = 1024;

function matches({ Tag, Expr }: TagFilter, meta: Uint8Array): boolean {
  if (Expr.length > MOST_EXPRESSION) return false;
  const compiled = compileRegexp(Expr);
  return compiled.ok && compiled.re.test(readTags(meta).get(Tag) ?? '');
}

/** All filters must match; one that can't be read matches nobody. `meta` holds our tags. */
export function isForMember(filters: readonly (Uint8Array | null)[] | null, name: string, meta: Uint8Array): boolean {
  if (filters === null) return true;
  if (filters.length > MOST_FILTERS) return false;
  return filters.every((bytes) => {
    const filter = readFilter(bytes);
    if (filter === null) return false;
    return filter.kind === 'nodes' ? filter.names.includes(name) : matches(filter.filter, meta);
  });
}
