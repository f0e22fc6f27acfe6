// Who may be a member of Consul's pools (spec/gossip.md, section 19). The texts are part of the protocol: a joiner sees them.

import { ipText } from '../../gotext/ip.js';
import { LastTags } from '../../msgpack/last-tags.js';
import { eachTag, readTags } from '../../msgpack/tags.js';
import { CLIENT, datacenterOf, SERVER, serverTags, versionIn } from '../../wire/gossip/agent-tags.js';
import type { NodeInfo } from '../gossip/core/node.js';
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

/** Which member has which node ID, of a list whose members are looked at in turn; null where one stands alone. */
type SeenIds = Map<string, string> | null;
/** Null: no objection. */
type Objection = (name: string, meta: Uint8Array, hasLeft: boolean, seen: SeenIds) => string | null;

const NO_BYTES = new Uint8Array(0);
/** Since this version node IDs are unique. */
const UNIQUE_ID_VERSION = [0, 8, 5] as const;

/** Asked for thousands of members of a few versions. */
let judgedBuild = '';
let isJudgedUnique = false;

/** `build`: the tag as it is. */
function hasUniqueId(build: string): boolean {
  if (build !== judgedBuild) {
    judgedBuild = build;
    isJudgedUnique = isSinceUniqueIds(versionIn(build));
  }
  return isJudgedUnique;
}

function isSinceUniqueIds(version: string | null): boolean {
  if (version === null) return false;
  const parts = version.split('.').map(Number);
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

/** The tags of a client agent that the rules look at, "" for what there isn't. One object for all members: each is read at once. */
class LookedAt {
  role = '';
  datacenter = '';
  id = '';
  build = '';
  readonly #last = new LastTags();
  readonly #take = (name: string, value: string): void => {
    if (name === 'role') this.role = value;
    else if (name === 'dc') this.datacenter = value;
    else if (name === 'id') this.id = value;
    else if (name === 'build') this.build = value;
  };

  read(meta: Uint8Array): void {
    const otherId = this.#last.otherId(meta);
    if (otherId !== null) {
      this.id = otherId;
      return;
    }
    this.role = '';
    this.datacenter = '';
    this.id = '';
    this.build = '';
    eachTag(meta, this.#take);
    this.#last.remember(meta, this.id);
  }
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
      return formProblem(address.ip, meta) ?? objection(of, meta, false, null);
    },
    *refuseMerge(nodes: readonly PushPullNode[]): Generator<void, string | null> {
      let i = 0;
      for (const { Addr, Meta } of nodes) {
        if (i > 0 && i % FORMS_A_STEP === 0) yield;
        i += 1;
        const problem = formProblem(Addr ?? NO_BYTES, Meta ?? NO_BYTES);
        if (problem !== null) return problem;
      }
      const seen = new Map<string, string>();
      i = 0;
      for (const { Name, Meta, State } of nodes) {
        if (i % NODES_A_STEP === 0) yield;
        i += 1;
        const problem = objection(Name, Meta ?? NO_BYTES, State === STATE_LEFT, seen);
        if (problem !== null) return problem;
      }
      return null;
    },
  };
}

export function lanMergeRules(rules: LanRules): MergeRules {
  const ownName = rules.name.toLowerCase();
  const tags = new LookedAt();
  return mergeRules(rules, (name, meta, hasLeft, seen) => {
    tags.read(meta);
    const { id, role, datacenter, build } = tags;
    if (id !== '') {
      if (hasLeft) return null;
      if (id === rules.nodeId && name.toLowerCase() !== ownName) {
        return `Member '${name}' has conflicting node ID '${id}' with this agent's ID`;
      }
      const other = seen?.get(id);
      if (other !== undefined) return `Member '${name}' has conflicting node ID '${id}' with member '${other}'`;
      if (seen !== null && hasUniqueId(build)) seen.set(id, name);
    }
    if (datacenter === rules.datacenter) return null;
    const isOfConsul = role === CLIENT || (role === SERVER && serverTags(readTags(meta)) !== null);
    return isOfConsul ? `Member '${name}' part of wrong datacenter '${datacenter}'` : null;
  });
}

export function wanMergeRules(rules: WanRules): MergeRules {
  return mergeRules(rules, (name, meta) => {
    const tags = readTags(meta);
    if (serverTags(tags) === null) return `Member '${name}' is not a server`;
    const datacenter = datacenterOf(tags);
    return rules.isFederationDisabled && datacenter !== rules.datacenter
      ? `Member '${name}' part of wrong datacenter '${datacenter}'; WAN federation is disabled`
      : null;
  });
}
