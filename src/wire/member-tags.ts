// A member's tags as they cross to the state worker: one JSON text, which answers show as it is and few take apart.

import { quoteJson } from '../gotext/json-encode.js';
import { compareUtf8 } from '../gotext/utf8-order.js';
import { SERVER, type Tags } from './agent-tags.js';
import type { Member } from './gossip-pools.js';

const NO_TAGS: Tags = new Map();
/** A server's role as the text has it: telling servers by it spares taking thousands of texts apart. */
const SERVER_ROLE = `"role":"${SERVER}"`;

/** A JSON object with its keys in order. */
export function tagsText(tags: Tags): string {
  const names = [...tags.keys()].sort(compareUtf8);
  return `{${names.map((name) => `${quoteJson(name)}:${quoteJson(tags.get(name) ?? '')}`).join(',')}}`;
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
