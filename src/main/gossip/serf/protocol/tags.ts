// A member's tags, which travel as its metadata (spec/gossip.md, section 10).

import { encode } from '../../../../msgpack/codec.js';
import { mapOf } from '../../../../msgpack/collections.js';
import { text } from '../../../../msgpack/kinds.js';
import { MsgpackReader } from '../../../../msgpack/reader.js';
import { MOST_META_BYTES } from '../../wire/message-types.js';

const MAGIC = 0xff;
const tagMap = mapOf(text);

/** Null when they are longer than metadata may be: `Encoded length of tags exceeds limit of 512 bytes`. */
export function encodeTags(tags: ReadonlyMap<string, string>): Uint8Array | null {
  const meta = encode(tagMap, tags, MAGIC);
  return meta.length > MOST_META_BYTES ? null : meta;
}

/** Metadata without the magic byte is the tag `role` of old members. Of a broken map, what could be read counts. */
export function readTags(meta: Uint8Array): ReadonlyMap<string, string> {
  if (meta[0] !== MAGIC) return new Map([['role', Buffer.from(meta).toString('utf8')]]);
  const tags = new Map<string, string>();
  const reader = new MsgpackReader(meta, 1);
  const count = reader.map() ?? 0;
  for (let i = 0; i < count; i += 1) {
    const name = reader.text();
    const value = reader.text();
    if (reader.problem !== null) break;
    tags.set(name, value);
  }
  return tags;
}
