// Parameters that the lists of catalog and health share: filter, node-meta, near, tag (spec/http.md, section 3).

import type { StringMap } from '../../../wire/records.js';
import { compileFilter } from '../filter/compile.js';
import type { FieldTable } from '../filter/fields.js';
import { type ApiRequest, failedRead, type Reply, text } from '../http/endpoint.js';

export interface ListOptions {
  /** Null without `?filter=`. */
  readonly matches: ((item: object) => boolean) | null;
  /** All pairs must match; null without `?node-meta=`. */
  readonly nodeMeta: StringMap | null;
  /** Node name to sort from; "" for none. */
  readonly near: string;
  readonly tags: readonly string[];
}

export type ListOptionsOutcome =
  | { readonly ok: true; readonly options: ListOptions }
  | { readonly ok: false; readonly reply: Reply };

function nodeMetaOf(request: ApiRequest): StringMap | null {
  const pairs = request.query.all('node-meta');
  if (pairs.length === 0) return null;
  const out: { [key: string]: string } = {};
  for (const pair of pairs) {
    const colon = pair.indexOf(':');
    if (colon < 0) out[pair] = '';
    else out[pair.slice(0, colon)] = pair.slice(colon + 1);
  }
  return out;
}

/** `ownNode` stands for `_agent`; `headersOnFailure` as the endpoint's failed reads show them. */
export function listOptions(
  request: ApiRequest,
  fields: FieldTable,
  ownNode: string,
  headersOnFailure: boolean,
): ListOptionsOutcome {
  const { query } = request;
  const expression = query.first('filter');
  let matches: ListOptions['matches'] = null;
  if (expression !== '') {
    const filter = compileFilter(expression, fields);
    if (!filter.ok) return { ok: false, reply: headersOnFailure ? failedRead(filter.error) : text(500, filter.error) };
    matches = (item) => filter.matches(item);
  }
  const near = query.first('near');
  return {
    ok: true,
    options: {
      matches,
      nodeMeta: nodeMetaOf(request),
      near: near === '_agent' ? ownNode : near,
      tags: query.all('tag').filter((tag) => tag !== ''),
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
