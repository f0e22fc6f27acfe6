// Who may be a member of Consul's pools (spec/gossip.md, section 19). The texts are part of the protocol: a joiner sees them.

import { ipText } from '../../gotext/ip.js';
import type { NodeInfo } from '../gossip/core/node.js';
import type { MergeRules } from '../gossip/serf/options.js';
import { readTags } from '../gossip/serf/tags.js';
import { MOST_META_BYTES } from '../gossip/wire/message-types.js';
import { type PushPullNode, STATE_LEFT } from '../gossip/wire/messages.js';
import { buildOf, datacenterOf, isClient, nodeIdOf, parseServer, type TaggedMember } from './tags.js';

interface PoolRules {
  /** Our name in the pool. */
  readonly name: string;
  readonly datacenter: string;
  readonly isAllowedAddress: (ip: Uint8Array) => boolean;
}

export interface LanRules extends PoolRules {
  readonly nodeId: string;
}

export interface WanRules extends PoolRules {
  readonly isFederationDisabled: boolean;
}

interface Candidate extends TaggedMember {
  readonly hasLeft: boolean;
}

/** Looks at several members in turn; may remember what it saw. Null: no objection. */
type Objection = (member: Candidate) => string | null;

const NO_BYTES = new Uint8Array(0);
/** Since this version node IDs are unique. */
const UNIQUE_ID_VERSION = [0, 8, 5] as const;

function hasUniqueId(build: string | null): boolean {
  if (build === null) return false;
  const parts = build.split('.').map(Number);
  for (const [at, wanted] of UNIQUE_ID_VERSION.entries()) {
    const part = parts[at] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

function formProblem(ip: Uint8Array, meta: Uint8Array): string | null {
  if (ip.length !== 4 && ip.length !== 16) {
    return `IP byte length is invalid: ${ip.length} bytes is not either 4 or 16`;
  }
  if (meta.length > MOST_META_BYTES) return `Encoded length of tags exceeds limit of ${MOST_META_BYTES} bytes`;
  return null;
}

function candidateOf({ Name, Addr, Port, Meta, State }: PushPullNode): Candidate {
  return {
    name: Name,
    address: { ip: Addr ?? NO_BYTES, port: Port },
    meta: Meta ?? NO_BYTES,
    hasLeft: State === STATE_LEFT,
  };
}

/** `objection` is made anew for every question: what it remembers is of one list of members. */
function mergeRules({ name, isAllowedAddress }: PoolRules, objection: () => Objection): MergeRules {
  return {
    refuseAlive(node: NodeInfo): string | null {
      // One outsider in a list refuses himself alone, so the list as a whole isn't asked about addresses.
      if (node.name !== name && !isAllowedAddress(node.address.ip)) return `${ipText(node.address.ip)} is not allowed`;
      return formProblem(node.address.ip, node.meta) ?? objection()({ ...node, hasLeft: false });
    },
    refuseMerge(nodes: readonly PushPullNode[]): string | null {
      const candidates = nodes.map(candidateOf);
      for (const { address, meta } of candidates) {
        const problem = formProblem(address.ip, meta);
        if (problem !== null) return problem;
      }
      const object = objection();
      for (const candidate of candidates) {
        const problem = object(candidate);
        if (problem !== null) return problem;
      }
      return null;
    },
  };
}

export function lanMergeRules(rules: LanRules): MergeRules {
  const ownName = rules.name.toLowerCase();
  return mergeRules(rules, () => {
    const nameById = new Map<string, string>();
    return (member) => {
      const { name, meta, hasLeft } = member;
      const tags = readTags(meta);
      const id = nodeIdOf(tags);
      if (id !== '') {
        if (hasLeft) return null;
        if (id === rules.nodeId && name.toLowerCase() !== ownName) {
          return `Member '${name}' has conflicting node ID '${id}' with this agent's ID`;
        }
        const other = nameById.get(id);
        if (other !== undefined) return `Member '${name}' has conflicting node ID '${id}' with member '${other}'`;
        if (hasUniqueId(buildOf(tags))) nameById.set(id, name);
      }
      const datacenter = datacenterOf(tags);
      const isOfConsul = isClient(tags) || parseServer(member, tags) !== null;
      return isOfConsul && datacenter !== rules.datacenter
        ? `Member '${name}' part of wrong datacenter '${datacenter}'`
        : null;
    };
  });
}

export function wanMergeRules(rules: WanRules): MergeRules {
  return mergeRules(rules, () => (member) => {
    const server = parseServer(member);
    if (server === null) return `Member '${member.name}' is not a server`;
    return rules.isFederationDisabled && server.datacenter !== rules.datacenter
      ? `Member '${member.name}' part of wrong datacenter '${server.datacenter}'; WAN federation is disabled`
      : null;
  });
}
