// A member's tags, taken out of their JSON text by the few who need them.

import { SERVER } from '../../../../wire/agent-tags.js';
import type { Member } from '../../../../wire/gossip-pools.js';

export type MemberTags = { readonly [tag: string]: string };

const NO_TAGS: MemberTags = {};
/** A server's role as the text has it: telling servers by it spares taking thousands of texts apart. */
const SERVER_ROLE = `"role":"${SERVER}"`;

/** Text that isn't an object of strings gives no tags. */
export function memberTags({ tags }: Member): MemberTags {
  let parsed: unknown;
  try {
    parsed = JSON.parse(tags);
  } catch {
    return NO_TAGS;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return NO_TAGS;
  return parsed as MemberTags;
}

export function isServer(member: Member): boolean {
  return member.tags.includes(SERVER_ROLE) && memberTags(member)['role'] === SERVER;
}
