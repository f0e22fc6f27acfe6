// The servers of this datacenter as the LAN pool shows them, with what their tags say.

import { joinHostPort } from '../../../gotext/host-port.js';
import { buildOf, datacenterOf, nodeIdOf, type ServerTags, serverTags } from '../../../wire/gossip/agent-tags.js';
import { isServer, memberTags } from '../../../wire/gossip/member-tags.js';
import { MEMBER_STATUS, type Member } from '../../../wire/gossip-pools.js';

export interface KnownServer {
  readonly name: string;
  /** The node ID; "" for one that has none, which can be no peer of Raft's. */
  readonly id: string;
  /** `host:port` of Raft and RPC. */
  readonly address: string;
  /** A value of MEMBER_STATUS. */
  readonly status: number;
  readonly version: string;
  /** As in {@link Member}. */
  readonly takesPackedLog: boolean;
  readonly tags: ServerTags;
}

/** A tag may say more; connecting to it would throw, and with it whatever asks all servers. */
const MOST_PORT = 65_535;

/** null: no server of this datacenter, or one of a segment, or at no port there can be. */
export function serverOf(member: Member, datacenter: string): KnownServer | null {
  // Cheap for clients, which are most.
  if (!isServer(member)) return null;
  const all = memberTags(member);
  const tags = serverTags(all);
  if (tags === null || datacenterOf(all) !== datacenter || (all.get('segment') ?? '') !== '') return null;
  if (tags.port > MOST_PORT) return null;
  return {
    name: member.name,
    id: nodeIdOf(all),
    address: joinHostPort(member.address, tags.port),
    status: member.status,
    version: buildOf(all) ?? '',
    takesPackedLog: member.takesPackedLog === true,
    tags,
  };
}

/** In the order of the members. */
export function serversAmong(members: readonly Member[], datacenter: string): readonly KnownServer[] {
  return members.map((member) => serverOf(member, datacenter)).filter((server) => server !== null);
}

/** Alive, or about to leave by itself. */
export function isThere({ status }: KnownServer): boolean {
  return status === MEMBER_STATUS.alive || status === MEMBER_STATUS.leaving;
}

/** It keeps the log and never votes. */
export function isReadReplica({ tags }: KnownServer): boolean {
  return tags.isReadReplica || tags.isNonVoter;
}
