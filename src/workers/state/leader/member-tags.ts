// What a member of the LAN pool says of itself in its tags (spec/gossip.md, section 18): a server with all a server must say,
// a client, or something else that the catalog takes no notice of.

import {
  buildOf,
  datacenterOf,
  isClient,
  nodeIdOf,
  type ServerTags,
  serverTags,
} from '../../../wire/gossip/agent-tags.js';
import { memberTags } from '../../../wire/gossip/member-tags.js';
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

/** null: neither server nor client agent, or in a segment of its own (only the enterprise edition has these). */
export function agentTags(member: Member): AgentTags | null {
  const tags = memberTags(member);
  if ((tags.get('segment') ?? '') !== '') return null;
  const server = serverTags(tags);
  if (server === null && !isClient(tags)) return null;
  return { id: nodeIdOf(tags), datacenter: datacenterOf(tags), version: buildOf(tags) ?? '', server };
}

/** True for a server in bootstrap mode; cheap for all others, which are most. */
export function isInBootstrapMode(member: Member): boolean {
  return member.tags.includes('"bootstrap"') && agentTags(member)?.server?.isInBootstrapMode === true;
}
