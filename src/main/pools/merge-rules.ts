// Who may be a member of Consul's pools (spec/gossip.md, section 19). The texts reach the operator who joins, word for word.

import { ipText } from '../../gotext/ip.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { MergeRules } from '../gossip/serf/options.js';
import { readTags } from '../gossip/serf/tags.js';
import { type PushPullNode, STATE_LEFT } from '../gossip/wire/messages.js';
import { allowedNetworks } from './allowed-networks.js';
import { isServer } from './server-tags.js';

/** What the rules look at. */
interface Candidate {
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** From this build on a node ID is unique; an older one's isn't held against others. */
const UNIQUE_ID_BUILD = [0, 8, 5] as const;

function hasUniqueId(build: string): boolean {
  const version = /\d+\.\d+\.\d+/.exec(build)?.[0];
  if (version === undefined) return false;
  const parts = version.split('.').map(Number);
  for (const [i, least] of UNIQUE_ID_BUILD.entries()) {
    const part = parts[i] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

type Rule = (candidates: readonly Candidate[]) => string | null;

function lanRule(config: RuntimeConfig): Rule {
  return (candidates) => {
    const seen = new Map<string, string>();
    for (const { name, tags } of candidates) {
      const id = tags.get('id') ?? '';
      if (id !== '') {
        if (id === config.nodeId && name.toLowerCase() !== config.nodeName.toLowerCase()) {
          return `Member '${name}' has conflicting node ID '${id}' with this agent's ID`;
        }
        const other = seen.get(id);
        if (other !== undefined) return `Member '${name}' has conflicting node ID '${id}' with member '${other}'`;
        if (hasUniqueId(tags.get('build') ?? '')) seen.set(id, name);
      }
      const datacenter = tags.get('dc') ?? '';
      if (datacenter !== config.datacenter && (tags.get('role') === 'node' || isServer(tags))) {
        return `Member '${name}' part of wrong datacenter '${datacenter}'`;
      }
    }
    return null;
  };
}

const wanRule: Rule = (candidates) => {
  const stranger = candidates.find(({ tags }) => !isServer(tags));
  return stranger === undefined ? null : `Member '${stranger.name}' is not a server`;
};

/** Those that left stay what they are: nobody minds what they were. */
function candidatesOf(nodes: readonly PushPullNode[]): Candidate[] {
  return nodes
    .filter(({ State }) => State !== STATE_LEFT)
    .map(({ Name, Meta }) => ({ name: Name, tags: readTags(Meta ?? new Uint8Array(0)) }));
}

function rules(rule: Rule, cidrs: readonly string[]): MergeRules {
  const allows = allowedNetworks(cidrs);
  const addressProblem = (name: string, ip: Uint8Array | null): string | null => {
    if (ip === null || (ip.length !== 4 && ip.length !== 16)) {
      return `IP byte length is invalid: ${ip?.length ?? 0} bytes is not either 4 or 16`;
    }
    return allows === null || allows(ip) ? null : `IP ${ipText(ip)} of '${name}' is not allowed`;
  };
  return {
    refuseAlive: ({ name, address, meta }) =>
      addressProblem(name, address.ip) ?? rule([{ name, tags: readTags(meta) }]),
    refuseMerge(nodes) {
      for (const { Name, Addr } of nodes) {
        const problem = addressProblem(Name, Addr);
        if (problem !== null) return problem;
      }
      return rule(candidatesOf(nodes));
    },
  };
}

export function lanRules(config: RuntimeConfig): MergeRules {
  return rules(lanRule(config), config.lan.allowedCidrs);
}

export function wanRules(config: RuntimeConfig): MergeRules {
  return rules(wanRule, config.wan?.allowedCidrs ?? []);
}
