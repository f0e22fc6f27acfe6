// Parameters that the lists of catalog and health share: filter, node-meta, near, tag (spec/http.md, section 3).

import type { StringMap } from '../../../wire/records.js';
import { EMPTY_QUERY } from '../http/query.js';
import type { ApiRequest, QueryParameters } from '../http/request.js';
import { EVERYTHING, type Narrowing } from '../methods/narrowing.js';

/** Each pair is `key:value`; without a colon the value is empty. */
function nodeMetaOf(query: QueryParameters): StringMap | null {
  const pairs = query.all('node-meta');
  if (pairs.length === 0) return null;
  return Object.fromEntries(
    pairs.map((pair) => {
      const colon = pair.indexOf(':');
      return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
    }),
  );
}

/** `ownNode` stands for `_agent` in `near`. */
export function narrowingOf({ query }: ApiRequest, ownNode: string): Narrowing {
  if (query === EMPTY_QUERY) return EVERYTHING;
  const near = query.first('near');
  return {
    filter: query.first('filter'),
    nodeMeta: nodeMetaOf(query),
    near: near === '_agent' ? ownNode : near,
    tags: query.all('tag').filter((tag) => tag !== ''),
  };
}
