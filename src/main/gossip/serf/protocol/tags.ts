// Our own tags, which travel as our metadata (spec/gossip.md, section 10).

import { encode } from '../../../../msgpack/codec.js';
import { mapOf } from '../../../../msgpack/collections.js';
import { text } from '../../../../msgpack/kinds.js';
import { TAGS_MAGIC } from '../../../../msgpack/tags.js';
import { MOST_META_BYTES } from '../../wire/message-types.js';

const tagMap = mapOf(text);

/** Null when they are longer than metadata may be: `Encoded length of tags exceeds limit of 512 bytes`. */
export function encodeTags(tags: ReadonlyMap<string, string>): Uint8Array | null {
  const meta = encode(tagMap, tags, TAGS_MAGIC);
  return meta.length > MOST_META_BYTES ? null : meta;
}
