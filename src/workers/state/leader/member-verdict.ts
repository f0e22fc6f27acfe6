// What a leader does about one member of the LAN pool (spec/raft.md, section 8): given the member's status and what the
// catalog says, the one command that makes them agree and the line that goes to the log; null when they agree.

import type { Command } from '../../../wire/commands.js';
import { MEMBER_STATUS, type Member } from '../../../wire/gossip-pools.js';
import { SERF_HEALTH, SERVER_SERVICE } from '../../../wire/leader-registration.js';
import type { NodeRecord } from '../../../wire/records.js';
import type { LogLevel } from '../../../wire/thread-port.js';
import { isThere, serverOf, serversAmong } from '../cluster/known-servers.js';
import type { CatalogReads } from '../replica/store/read-api.js';
import {
  type AgentMember,
  deregistrationOf,
  failureOf,
  isMarkedFailed,
  isRegistered,
  registrationOf,
} from './member-registration.js';
import { agentTags, isInBootstrapMode } from './member-tags.js';
import type { PeerChange } from './raft-peers.js';

/** What a verdict depends on besides the member. */
export interface Circumstances {
  readonly catalog: CatalogReads;
  /** Everybody in the LAN pool, whatever the status. */
  readonly members: () => readonly Member[];
  readonly ownName: string;
  readonly datacenter: string;
}

export interface Verdict {
  readonly level: LogLevel;
  readonly message: string;
  /** Keys and values in turn. */
  readonly fields: readonly string[];
  /** null: there is only something to say. */
  readonly command: Command | null;
  /** Node ID of the member, "" if it has none: two commands about one ID must not cross. */
  readonly nodeId: string;
}

const PARTITION = ['partition', 'default'] as const;

/**
 * A member that is leaving is left alone until it has left. Members that are no agents of this datacenter aren't ours.
 * Raft's peers follow the same verdicts: an alive server is added to them before it is registered, one that left or was
 * reaped is removed before it is deregistered.
 */
export function verdictOn(around: Circumstances, member: Member): Verdict | null {
  const tags = agentTags(member);
  if (!tags || tags.datacenter !== around.datacenter) return null;
  const agent = { member, tags };
  switch (member.status) {
    case MEMBER_STATUS.alive:
      return verdictOnAlive(around, agent);
    case MEMBER_STATUS.failed:
      return verdictOnFailed(around, agent);
    case MEMBER_STATUS.left:
      return verdictOnGone(around, member.name, 'left', tags.id);
    default:
      return null;
  }
}

/**
 * What the verdict means for Raft's peers, which follow before the catalog does; null for clients and members of other
 * datacenters, and where nothing follows. One that failed stays a peer: it may come back.
 */
export function peerChangeOf(around: Circumstances, member: Member): PeerChange | null {
  const server = serverOf(member, around.datacenter);
  if (!server || server.id === '') return null;
  if (member.status === MEMBER_STATUS.alive) {
    const isSecond = server.tags.isInBootstrapMode && firstInBootstrapMode(around, member.name) !== undefined;
    return isSecond ? null : { kind: 'add', server };
  }
  // The leader that leaves hands over first, and another one removes it.
  return member.status === MEMBER_STATUS.left && member.name !== around.ownName ? removalOf(around, server.id) : null;
}

/** A server that gossip has forgotten is no peer any more either; only the catalog still knows its ID. */
export function peerChangeOfForgotten(around: Circumstances, name: string): PeerChange | null {
  const { catalog, ownName } = around;
  const id = catalog.node(name)?.ID ?? '';
  if (id === '' || name.toLowerCase() === ownName.toLowerCase()) return null;
  return catalog.check(name, SERF_HEALTH) && catalog.nodeService(name, SERVER_SERVICE) ? removalOf(around, id) : null;
}

/** null: the server was renamed, and is gone under its old name only. */
function removalOf({ members, datacenter }: Circumstances, id: string): PeerChange | null {
  const isHere = serversAmong(members(), datacenter).some((one) => one.id === id && isThere(one));
  return isHere ? null : { kind: 'remove', id };
}

/**
 * For a name gossip has forgotten. Its tags are forgotten too: only `serfHealth` tells that the node was an agent's, and not
 * one that somebody registered from outside under the same name.
 */
export function verdictOnForgotten(around: Circumstances, name: string): Verdict | null {
  if (!around.catalog.check(name, SERF_HEALTH)) return null;
  return verdictOnGone(around, name, 'reaped', '');
}

function verdictOnAlive(around: Circumstances, agent: AgentMember): Verdict | null {
  const { catalog, datacenter } = around;
  if (isRegistered(catalog, agent)) return null;
  const { name } = agent.member;
  const first = agent.tags.server?.isInBootstrapMode ? firstInBootstrapMode(around, name) : undefined;
  if (first !== undefined) {
    return {
      level: 'error',
      message: 'two servers are in bootstrap mode, the second is not added',
      fields: ['member', name, 'first', first],
      command: null,
      nodeId: agent.tags.id,
    };
  }
  return {
    level: 'info',
    message: 'member joined, marking health alive',
    fields: ['member', name, ...PARTITION],
    command: registrationOf(catalog.node(name), agent, datacenter),
    nodeId: agent.tags.id,
  };
}

/** Who was in bootstrap mode before this server: the leader, who the catalog has already, else the first by name. */
function firstInBootstrapMode(around: Circumstances, name: string): string | undefined {
  const { catalog, ownName, members } = around;
  const isKnown = (server: string): boolean => catalog.nodeService(server, SERVER_SERVICE) !== undefined;
  if (name === ownName || isKnown(name)) return undefined;
  const isBefore = (other: Member): boolean =>
    other.name === ownName || isKnown(other.name) || (other.status === MEMBER_STATUS.alive && other.name < name);
  return members().find((other) => other.name !== name && isInBootstrapMode(other) && isBefore(other))?.name;
}

function verdictOnFailed(around: Circumstances, agent: AgentMember): Verdict | null {
  const { catalog, datacenter } = around;
  const { name } = agent.member;
  const node = catalog.node(name);
  if (!node || isMarkedFailed(catalog, name) || isOfAnother(around, node, name)) return null;
  return {
    level: 'info',
    message: 'member failed, marking health critical',
    fields: ['member', name, ...PARTITION],
    command: failureOf(node, agent, datacenter),
    nodeId: agent.tags.id,
  };
}

function verdictOnGone(around: Circumstances, name: string, reason: 'left' | 'reaped', nodeId: string): Verdict | null {
  const node = around.catalog.node(name);
  if (!node || isOfAnother(around, node, name)) return null;
  if (name.toLowerCase() === around.ownName.toLowerCase()) {
    return {
      level: 'warn',
      message: 'deregistering self should be done by follower',
      fields: ['name', name, ...PARTITION],
      command: null,
      nodeId,
    };
  }
  return {
    level: 'info',
    message: 'deregistering member',
    fields: ['member', name, ...PARTITION, 'reason', reason],
    command: deregistrationOf(name, around.datacenter),
    nodeId,
  };
}

/** Gossip tells names apart by case, the catalog doesn't: what becomes of `Web` must not befall the node of `web`. */
function isOfAnother({ members }: Circumstances, node: NodeRecord, name: string): boolean {
  return node.Node !== name && members().some((member) => member.name === node.Node);
}
