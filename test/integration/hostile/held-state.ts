// Everything that was acknowledged and that a restart must bring back, as one value: all keys, the agent's services and checks, all
// nodes with what runs on them, all sessions and prepared queries.

import type { AgentProcess } from '../../agent-process.js';

interface Fields {
  readonly [name: string]: unknown;
}

export interface HeldState {
  readonly keys: readonly Fields[];
  readonly services: Fields;
  /** By their IDs: a status may be another one, once a check runs again. */
  readonly checks: readonly string[];
  readonly nodes: readonly Fields[];
  readonly sessions: readonly Fields[];
  readonly queries: readonly Fields[];
}

/** `ownNode`: what the agent says of itself is written anew by every start, and so are its indexes. */
export async function heldState(agent: AgentProcess, ownNode: string): Promise<HeldState> {
  const nodes = (await agent.json('/v1/internal/ui/nodes?consistent')) as readonly Fields[];
  const queries = (await agent.json('/v1/query?consistent')) as readonly Fields[];
  const sessions = (await agent.json('/v1/session/list?consistent')) as readonly Fields[];
  return {
    keys: (await agent.json('/v1/kv/?recurse&consistent')) as readonly Fields[],
    services: ownTags((await agent.json('/v1/agent/services')) as Fields),
    checks: Object.keys((await agent.json('/v1/agent/checks')) as object),
    nodes: nodes.map((node) => (node['Node'] === ownNode ? ownPart(node) : node)),
    // One with a time to live may have ended meanwhile.
    sessions: sessions.filter(({ TTL }) => TTL === ''),
    // And what ends with it.
    queries: queries.filter(({ Session }) => Session === ''),
  };
}

/** The agent's services are compared as it has them itself; here, that all of them are in the catalog. */
function ownPart({ Node, ID, Address, Meta, Services }: Fields): Fields {
  return { Node, ID, Address, Meta, services: (Services as readonly Fields[]).map((service) => service['ID']) };
}

/** Virtual addresses are the catalog's: an agent has them from its next look at that. */
function ownTags(services: Fields): Fields {
  const entries = Object.entries(services).map(([id, service]): [string, unknown] => {
    const { TaggedAddresses, ...rest } = service as Fields;
    const tags = Object.entries((TaggedAddresses ?? {}) as Fields).filter(([tag]) => !tag.startsWith('consul-virtual'));
    return [id, { ...rest, TaggedAddresses: Object.fromEntries(tags) }];
  });
  return Object.fromEntries(entries);
}
