// A member's tags as they cross to the state worker: one JSON text, which answers show as it is and few take apart.

import { quoteJson } from '../../gotext/json-encode.js';
import { compareUtf8 } from '../../gotext/utf8-order.js';
import type { Member } from '../gossip-pools.js';
import { SERVER, type Tags } from './agent-tags.js';

const NO_TAGS: Tags = new Map();
/** A server's role as the text has it: telling servers by it spares taking thousands of texts apart. */
const SERVER_ROLE = `"role":"${SERVER}"`;

/** A name, and how it stands before its value. */
interface Key {
  readonly name: string;
  readonly quoted: string;
}

/** The names that were put in order last: nearly all members of a pool have the same ones. */
let latestNames: readonly string[] = [];
let latestKeys: readonly Key[] = [];

function keysOf(tags: Tags): readonly Key[] {
  let at = 0;
  let isAsBefore = tags.size === latestNames.length;
  for (const name of tags.keys()) isAsBefore &&= name === latestNames[at++];
  if (isAsBefore) return latestKeys;
  latestNames = [...tags.keys()];
  latestKeys = latestNames.toSorted(compareUtf8).map((name) => ({ name, quoted: `${quoteJson(name)}:` }));
  return latestKeys;
}

/** A JSON object with its keys in order. */
export function tagsText(tags: Tags): string {
  return `{${keysOf(tags)
    .map(({ name, quoted }) => quoted + quoteJson(tags.get(name) ?? ''))
    .join(',')}}`;
}

/** Text that isn't an object gives no tags; what isn't text in it is none. */
export function memberTags({ tags }: Pick<Member, 'tags'>): Tags {
  let parsed: unknown;
  try {
    parsed = JSON.parse(tags);
  } catch {
    return NO_TAGS;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return NO_TAGS;
  return new Map(Object.entries(parsed).filter((tag): tag is [string, string] => typeof tag[1] === 'string'));
}

export function isServer(member: Member): boolean {
  return member.tags.includes(SERVER_ROLE) && memberTags(member).get('role') === SERVER;
}
