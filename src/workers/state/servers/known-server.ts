// A server as gossip knows it: whom a call can go to (spec/rpc.md, section 8).

import { joinHostPort } from '../../../gotext/host-port.js';
import { datacenterOf, nodeIdOf, serverTags } from '../../../wire/agent-tags.js';
import type { Member } from '../../../wire/gossip-pools.js';
import { isServer, memberTags } from '../../../wire/member-tags.js';

export interface KnownServer {
  /** Of the node, as in the pool. */
  readonly name: string;
  /** Raft's name for it: the node ID. */
  readonly id: string;
  /** `host:port` of RPC and Raft. */
  readonly address: string;
}

/** null: a client agent, a server of another datacenter, or one that doesn't say what a server must. */
export function knownServer(member: Member, datacenter: string): KnownServer | null {
  if (!isServer(member)) return null;
  const tags = memberTags(member);
  const server = serverTags(tags);
  if (server === null || datacenterOf(tags) !== datacenter) return null;
  return { name: member.name, id: nodeIdOf(tags), address: joinHostPort(member.address, server.port) };
}
