// What a member of the LAN pool says of itself in its tags (spec/gossip.md, section 18): a server with all a server must say,
// a client, or something else that the catalog takes no notice of.

import {
  buildOf,
  datacenterOf,
  isClient,
  nodeIdOf,
  type ServerTags,
  serverTags,
  type Tags,
} from '../../../wire/agent-tags.js';
import type { Member } from '../../../wire/gossip-pools.js';

export interface AgentTags {
  /** Node ID; "" where an agent has none. */
  readonly id: string;
  readonly datacenter: string;
  /** `1.21.4`; "" when a client's build names none. */
  readonly version: string;
  /** null: a client agent. */
  readonly server: ServerTags | null;
}

function tagsOf(text: string): Tags {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Map();
  }
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(Object.entries(value).filter((tag): tag is [string, string] => typeof tag[1] === 'string'));
}

/** null: neither server nor client agent, or in a segment of its own (only the enterprise edition has these). */
export function agentTags(member: Member): AgentTags | null {
  const tags = tagsOf(member.tags);
  if ((tags.get('segment') ?? '') !== '') return null;
  const server = serverTags(tags);
  if (server === null && !isClient(tags)) return null;
  return { id: nodeIdOf(tags), datacenter: datacenterOf(tags), version: buildOf(tags) ?? '', server };
}

/** True for a server in bootstrap mode; cheap for all others, which are most. */
export function isInBootstrapMode(member: Member): boolean {
  return member.tags.includes('"bootstrap"') && agentTags(member)?.server?.isInBootstrapMode === true;
}
