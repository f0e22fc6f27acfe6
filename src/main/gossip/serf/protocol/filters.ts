// Filters of a query (spec/gossip.md, section 13): by node names, or by a regular expression on a tag.

import { decode, encode } from '../../../../msgpack/codec.js';
import { list } from '../../../../msgpack/collections.js';
import { type Kind, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';

const BY_NODE = 0;
const BY_TAG = 1;

export interface TagFilter {
  readonly Tag: string;
  /** RE2, searched anywhere in the tag's value. */
  readonly Expr: string;
}

export type Filter =
  | { readonly kind: 'nodes'; readonly names: readonly string[] }
  | { readonly kind: 'tag'; readonly filter: TagFilter };

const names: Kind<readonly string[] | null> = list(text);
const tagFilter: Kind<TagFilter> = struct<TagFilter>({ Tag: text, Expr: text });

export function encodeFilter(filter: Filter): Uint8Array {
  return filter.kind === 'nodes' ? encode(names, filter.names, BY_NODE) : encode(tagFilter, filter.filter, BY_TAG);
}

/** Null for a broken or unknown one: such a query isn't processed. */
export function readFilter(bytes: Uint8Array | null): Filter | null {
  if (bytes?.[0] === BY_NODE) {
    const read = decode(names, bytes, 1);
    return read.ok ? { kind: 'nodes', names: read.value ?? [] } : null;
  }
  if (bytes?.[0] === BY_TAG) {
    const read = decode(tagFilter, bytes, 1);
    return read.ok ? { kind: 'tag', filter: read.value } : null;
  }
  return null;
}
