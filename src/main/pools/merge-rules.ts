// Who may be a member of Consul's pools (spec/gossip.md, section 19). The texts are part of the protocol: a joiner sees them.

import { ipText } from '../../gotext/ip.js';
import { readTags } from '../../msgpack/tags.js';
import { buildOf, datacenterOf, isClient, nodeIdOf, serverTags } from '../../wire/gossip/agent-tags.js';
import type { Address, NodeInfo } from '../gossip/core/node.js';
import type { MergeRules } from '../gossip/serf/pool/options.js';
import { MOST_META_BYTES } from '../gossip/wire/message-types.js';
import { type PushPullNode, STATE_LEFT } from '../gossip/wire/messages.js';

/** Looked at in one go: a millisecond or less. */
const FORMS_A_STEP = 1000;
/** The same where tags are read, also while that code isn't compiled. */
const NODES_A_STEP = 32;

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

/** Whoever is known with tags: in memberlist's table or in a push/pull. */
interface Candidate {
  readonly name: string;
  readonly address: Address;
  readonly meta: Uint8Array;
  readonly hasLeft: boolean;
}

/** Which member has which node ID, of a list whose members are looked at in turn; null where one stands alone. */
type SeenIds = Map<string, string> | null;
/** Null: no objection. */
type Objection = (member: Candidate, seen: SeenIds) => string | null;

const NO_BYTES = new Uint8Array(0);
/** Since this version node IDs are unique. */
const UNIQUE_ID_VERSION = [0, 8, 5] as const;

/** Asked for thousands of members of a few versions. */
let judgedBuild = '';
let isJudgedUnique = false;

function hasUniqueId(build: string | null): boolean {
  if (build === null) return false;
  if (build !== judgedBuild) {
    judgedBuild = build;
    isJudgedUnique = isSinceUniqueIds(build);
  }
  return isJudgedUnique;
}

function isSinceUniqueIds(build: string): boolean {
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

function notAllowed(ip: Uint8Array): string {
  return `${ipText(ip)} is not allowed`;
}

function mergeRules({ name, isAllowedAddress }: PoolRules, objection: Objection): MergeRules {
  return {
    refuseSource: (ip) => (isAllowedAddress(ip) ? null : notAllowed(ip)),
    refuseAlive({ name: of, address, meta }: NodeInfo, isJudged: boolean): string | null {
      // One outsider in a list refuses himself alone, so the list as a whole isn't asked about addresses.
      if (of !== name && !isAllowedAddress(address.ip)) return notAllowed(address.ip);
      // To read the tags of a large pool again takes tens of milliseconds.
      if (isJudged) return null;
      return formProblem(address.ip, meta) ?? objection({ name: of, address, meta, hasLeft: false }, null);
    },
    *refuseMerge(nodes: readonly PushPullNode[]): Generator<void, string | null> {
      for (const [i, { Addr, Meta }] of nodes.entries()) {
        if (i > 0 && i % FORMS_A_STEP === 0) yield;
        const problem = formProblem(Addr ?? NO_BYTES, Meta ?? NO_BYTES);
        if (problem !== null) return problem;
      }
      const seen = new Map<string, string>();
      for (const [i, node] of nodes.entries()) {
        if (i % NODES_A_STEP === 0) yield;
        const problem = objection(candidateOf(node), seen);
        if (problem !== null) return problem;
      }
      return null;
    },
  };
}

export function lanMergeRules(rules: LanRules): MergeRules {
  const ownName = rules.name.toLowerCase();
  return mergeRules(rules, ({ name, meta, hasLeft }, seen) => {
    const tags = readTags(meta);
    const id = nodeIdOf(tags);
    if (id !== '') {
      if (hasLeft) return null;
      if (id === rules.nodeId && name.toLowerCase() !== ownName) {
        return `Member '${name}' has conflicting node ID '${id}' with this agent's ID`;
      }
      const other = seen?.get(id);
      if (other !== undefined) return `Member '${name}' has conflicting node ID '${id}' with member '${other}'`;
      if (seen !== null && hasUniqueId(buildOf(tags))) seen.set(id, name);
    }
    const datacenter = datacenterOf(tags);
    const isOfConsul = isClient(tags) || serverTags(tags) !== null;
    return isOfConsul && datacenter !== rules.datacenter
      ? `Member '${name}' part of wrong datacenter '${datacenter}'`
      : null;
  });
}

export function wanMergeRules(rules: WanRules): MergeRules {
  return mergeRules(rules, ({ name, meta }) => {
    const tags = readTags(meta);
    if (serverTags(tags) === null) return `Member '${name}' is not a server`;
    const datacenter = datacenterOf(tags);
    return rules.isFederationDisabled && datacenter !== rules.datacenter
      ? `Member '${name}' part of wrong datacenter '${datacenter}'; WAN federation is disabled`
      : null;
  });
}
