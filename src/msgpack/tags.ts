// A gossip member's tags, which travel as its metadata (spec/gossip.md, section 10): read by main, which judges who may be a
// member, and by the state worker, which shows them.

import { MsgpackReader } from './reader.js';

/** What metadata that is tags begins with. */
export const TAGS_MAGIC = 0xff;

/** Texts are remembered at so many places of the tags, and up to so many bytes each. */
const MOST_PLACES = 64;
const MOST_REMEMBERED_BYTES = 64;

/**
 * The text that was read last at one place of the tags. Nearly all members of a pool say the same at nearly every place, and
 * to compare bytes costs a tenth of making a text of them.
 */
class RememberedText {
  #written = new Uint8Array(0);
  #text = '';
  #misses = 0;

  read(reader: MsgpackReader, meta: Uint8Array): string {
    if (this.#written.length > 0 && reader.takes(this.#written)) {
      this.#misses = 0;
      return this.#text;
    }
    const start = reader.offset;
    const text = reader.text();
    const length = reader.offset - start;
    this.#misses += 1;
    // Where every member says something else, remembering is tried more and more rarely.
    const isTried = (this.#misses & (this.#misses - 1)) === 0;
    if (isTried && reader.problem === null && length <= MOST_REMEMBERED_BYTES) {
      this.#written = Uint8Array.from(meta.subarray(start, reader.offset));
      this.#text = text;
    }
    return text;
  }
}

const remembered: readonly RememberedText[] = Array.from({ length: MOST_PLACES }, () => new RememberedText());

function readTag(reader: MsgpackReader, meta: Uint8Array, place: number): string {
  return remembered[place]?.read(reader, meta) ?? reader.text();
}

/**
 * Hands the tags to `take`, in their order; of two with one name the last one counts. Metadata without the magic byte is the tag
 * `role` of old members. Of a broken map, what could be read counts.
 */
export function eachTag(meta: Uint8Array, take: (name: string, value: string) => void): void {
  if (meta[0] !== TAGS_MAGIC) {
    take('role', Buffer.from(meta).toString('utf8'));
    return;
  }
  const reader = new MsgpackReader(meta, 1);
  const count = reader.map() ?? 0;
  for (let i = 0; i < count; i += 1) {
    const name = readTag(reader, meta, 2 * i);
    const value = readTag(reader, meta, 2 * i + 1);
    if (reader.problem !== null) return;
    take(name, value);
  }
}

/** All of them, as {@link eachTag} has them. */
export function readTags(meta: Uint8Array): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  eachTag(meta, (name, value) => tags.set(name, value));
  return tags;
}
